"""The check kind page_flags: what a page keeps when its size changes."""

from grader.judge import show
from grader.judge.kinds.base import failed, keys
from grader.judge.kinds.tables import maps
from grader.judge.paging.walk import D, PAGE

PAT, PAT_LARGE = 1 << 7, 1 << 12
LARGE = 1 << 22
KEPT = 0xF18                    # PWT, PCD, G and the free bits: in the same place in every entry


def _flags(step):
    """The flags of a leaf as a PTE holds them, PAT in bit 7; D among them."""
    small = step.level.leaf == "always"
    return step.entry & (KEPT | D) | (PAT if step.entry & (PAT if small else PAT_LARGE) else 0)


def _mistake(row, walk, pa, bits):
    """(code, sentence) of a page that leads where it should, or did before PAT got in the way."""
    last = walk.last
    if walk.size == PAGE and walk.pa - pa == PAT_LARGE:
        return "E-PAT-MOVE", (f"{last.name} has bit 12, which is PAT in a large entry and an "
                              "address bit here")
    if walk.size == PAGE and walk.pa != pa and walk.pa == pa & -LARGE:
        return "E-WRONG-FRAME", (f"{last.name} leads to the first frame of the page that was "
                                 "split: each entry has a frame of its own")
    if walk.pa != pa:
        return None
    if walk.rights & row.must != row.must or walk.rights & row.must_not:
        due = walk.rights & ~row.must_not | row.must
        return "", f"is {show.rights_text(walk.rights)}; should be {show.rights_text(due)}"
    have = _flags(last)
    if (have ^ bits) & PAT:
        small = walk.size == PAGE
        return "E-PAT-MOVE", (f"PAT, bit {7 if small else 12} of {last.name}, is "
                              f"{'set' if have & PAT else 'clear'}")
    if bits & D and not have & D:
        return "E-DIRTY-LOST", f"D of {last.name} is clear"
    if (have ^ bits) & KEPT:
        return "E-FLAGS-LOST", f"bits 0x{(have ^ bits) & KEPT:X} of {last.name} changed"
    return None


@keys("set bits", "rights root mode")
def page_flags(context):
    """As maps, and every page of `set` has its flags. Keys: set, root, mode; bits (flags as a PTE
    has them: PWT PCD PAT G, free bits, and D where it must not be lost); rights (the code of
    wrong ones, default E-RIGHTS-LEAF)."""
    paging, bits = context.paging(), context.value(context.check["bits"])
    for row in context.wanted().rows:
        va = row.va
        while va < row.va + row.size:
            walk, pa = paging.walk(va), row.pa + va - row.va
            found = _mistake(row, walk, pa, bits) if walk.mapped else None
            if found:
                have = f"0x{_flags(walk.last):X} in {show.entry_hex(paging.mode, walk.last.entry)}"
                entry = show.row(walk.last.name, f"flags 0x{bits:X}", have, walk.last.address)
                code = found[0] or context.get("rights", "E-RIGHTS-LEAF")
                return failed(code, f"{show.address(va)}: {found[1]}", rows=[entry],
                              va=va)
            va += walk.size or PAGE
    return maps(context)
