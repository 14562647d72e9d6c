"""Which pages of physical memory the CPU could use as paging structures. Data in, pages out.

Used by the collectors to know what to read. It judges nothing: a table that is wrong is collected
like any other, and an entry that leads out of memory is left for the judge to see.
"""
import struct

PAGE = 4096
HIGHEST = 1 << 40               # the emulated CPUs have at least 40 physical address bits
MOST_TABLES = 16384             # pages collected at one stop; a flat table has 1024
PG, PSE, PAE, LA57, LMA = 1 << 31, 1 << 4, 1 << 5, 1 << 12, 1 << 10
PRESENT, SIZE = 1, 1 << 7

# Entry width in bytes, mask of the address in an entry, then per level from the root: shift and
# number of index bits, and whether a set PS bit makes the entry a leaf.
GEOMETRY = {
    "32bit": (4, 0xFFFFF000, ((22, 10, "pse"), (12, 10, True))),
    "pae": (8, 0xFFFFFFFFFF000, ((30, 2, False), (21, 9, True), (12, 9, True))),
    "4level": (8, 0xFFFFFFFFFF000,
               ((39, 9, False), (30, 9, True), (21, 9, True), (12, 9, True))),
    "5level": (8, 0xFFFFFFFFFF000,
               ((48, 9, False), (39, 9, False), (30, 9, True), (21, 9, True), (12, 9, True))),
}


def mode_of(cr0, cr4, efer):
    """The paging mode the CPU is in: "off" or a key of GEOMETRY."""
    if not cr0 & PG:
        return "off"
    if efer & LMA:
        return "5level" if cr4 & LA57 else "4level"
    return "pae" if cr4 & PAE else "32bit"


def root_of(mode, cr3):
    """Physical address of the first table."""
    return cr3 & (0xFFFFFFE0 if mode == "pae" else 0xFFFFF000 if mode == "32bit"
                  else 0xFFFFFFFFFF000)


def ram(memory_mib):
    """Physical addresses that are memory, as half-open ranges (PC: a hole below 4 GiB)."""
    size = memory_mib << 20
    if size <= 0xC0000000:
        return [(0, size)]
    return [(0, 0xC0000000), (1 << 32, (1 << 32) + size - 0xC0000000)]


def size_mib(checks, emulator):
    """Memory of the machine that a lesson asks for; a key of its own where one needs more."""
    return checks.get(f"memory_{emulator}", checks.get("memory", 512))


def inside(ranges, pa, size=1):
    """Whether [pa, pa + size) lies in one of the ranges."""
    return any(start <= pa and pa + size <= end for start, end in ranges)


def _is_leaf(mode, level, entry, cr4):
    levels = GEOMETRY[mode][2]
    if level == len(levels) - 1:
        return True
    leaf = levels[level][2]
    return bool(entry & SIZE) and (bool(cr4 & PSE) if leaf == "pse" else leaf)


def _frame(mode, level, entry):
    """Address of the page that a leaf maps."""
    _, mask, levels = GEOMETRY[mode]
    frame = entry & mask & -(1 << levels[level][0])
    if mode == "32bit" and level == 0:      # PSE-36: bits 20:13 are address bits 39:32
        frame |= (entry >> 13 & 0xFF) << 32
    return frame


def walk(mode, cr3, cr4, va, read):
    """(physical address or None, [(place of entry, entry), …]) for `va`. read(pa, size): bytes, or
    None where there is no memory."""
    width, mask, levels = GEOMETRY[mode]
    table, path = root_of(mode, cr3), []
    for level, (shift, bits, _) in enumerate(levels):
        at = table + (va >> shift & (1 << bits) - 1) * width
        data = read(at, width)
        if data is None:
            return None, path
        entry = int.from_bytes(data, "little")
        path.append((at, entry))
        if not entry & PRESENT:
            return None, path
        if _is_leaf(mode, level, entry, cr4):
            return _frame(mode, level, entry) | va & (1 << shift) - 1, path
        table = entry & mask
    raise AssertionError("the last level is a leaf")


def translate(mode, cr3, cr4, addresses, read):
    """Where each linear address leads (None: nowhere), reading only the entries on the way.

    read([(physical address, size)]) -> list of bytes. The same walk for many addresses at once.
    Tables beyond HIGHEST, which only garbage names, lead nowhere: no emulator has memory there.
    """
    width, mask, levels = GEOMETRY[mode]
    at, result = {va: root_of(mode, cr3) for va in addresses}, {}
    for level, (shift, bits, _) in enumerate(levels):
        place = {va: table + (va >> shift & (1 << bits) - 1) * width for va, table in at.items()}
        wanted = sorted({where for where in place.values() if where < HIGHEST})
        entries = dict(zip(wanted, _entries(wanted, width, read)))
        at = {}
        result.update({va: None for va, where in place.items() if where >= HIGHEST})
        place = {va: where for va, where in place.items() if where < HIGHEST}
        for va, where in place.items():
            entry = entries[where]
            if not entry & PRESENT:
                result[va] = None
            elif _is_leaf(mode, level, entry, cr4):
                result[va] = _frame(mode, level, entry) | va & (1 << shift) - 1
            else:
                at[va] = entry & mask
    return [result[va] for va in addresses]


def _entries(places, width, read):
    """The entries at sorted places, neighbours read together."""
    ranges = []
    for place in places:
        if ranges and sum(ranges[-1]) == place:
            ranges[-1] = (ranges[-1][0], ranges[-1][1] + width)
        else:
            ranges.append((place, width))
    data = b"".join(read(ranges))
    return struct.unpack(f"<{len(places)}{'IQ'[width // 8]}", data)


def reachable(mode, root, cr4, memory, read_pages):
    """({address: 4 KiB}, complete) for each table page reachable from `root` (a CR3 value).

    `mode` "flat" takes 4 MiB from `root` as one array. read_pages(list) -> list of bytes.
    complete is False when MOST_TABLES was met.
    """
    if mode == "flat":
        wanted = [pa for pa in range(root, root + 1024 * PAGE, PAGE) if inside(memory, pa, PAGE)]
        return dict(zip(wanted, read_pages(wanted))), True
    width, mask, levels = GEOMETRY[mode]
    pages, seen = {}, set()
    frontier = [root_of(mode, root)]
    for level, (_, bits, _) in enumerate(levels):
        frontier = [pa for pa in frontier if inside(memory, pa & ~(PAGE - 1), PAGE)]
        fresh = sorted({pa & ~(PAGE - 1) for pa in frontier} - set(pages))
        room = MOST_TABLES - len(pages)
        pages.update(zip(fresh[:room], read_pages(fresh[:room])))
        if len(fresh) > room:
            return pages, False
        if level == len(levels) - 1:
            break                           # its entries are all leaves
        following = []
        for pa in frontier:
            data = pages[pa & ~(PAGE - 1)][pa & PAGE - 1:][:width << bits]
            for entry in struct.unpack(f"<{len(data) // width}{'IQ'[width // 8]}", data):
                if entry & PRESENT and not _is_leaf(mode, level, entry, cr4):
                    following.append(entry & mask)
        frontier = [pa for pa in dict.fromkeys(following) if (pa, level) not in seen]
        seen.update((pa, level) for pa in frontier)
    return pages, True
