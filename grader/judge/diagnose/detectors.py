"""One detector for each mistake a wrong mapping can come from (codes.toml).

A detector looks at one wrong address and either names a mistake or stays silent. Used by
diagnose.py, which weighs them with those of strangers.py and large.py. They see tables
and wanted rows, never a lesson's name.
"""

from grader.judge import show
from grader.judge.diagnose import indexing
from grader.judge.diagnose.finding import Finding
from grader.judge.paging.walk import PAGE, PS, RW, U, US, W, XD

NEAR_ZERO = 1 << 20         # no table of a lesson lies below
UPPER_HALF = 0x1FFFF        # bits 63:47 of a kernel's virtual address
NEAR_ROOT = 1 << 24         # tables come from one pool of frames


def no_table(case):
    """The walk leaves the memory tables can lie in: a virtual address, or nonsense."""
    if case.walk.end != "no_table":
        return None
    steps = case.walk.steps
    named = steps[-2].entry & case.paging.address_mask if len(steps) > 1 else case.paging.root
    who = steps[-2].name if len(steps) > 1 else "CR3"
    low = (named - case.offset) & case.paging.address_mask
    if case.offset and (low in case.tables or case.paging.page(low) is not None):
        return Finding("E-CR3-VIRTUAL", f"{who} holds a virtual address: the table lies at "
                       f"{show.address(low)} in physical memory")
    for shifted in (named >> 12, named << 12 & case.paging.address_mask):
        if shifted and case.paging.page(shifted & ~(PAGE - 1)) is not None:
            return Finding("E-FRAME-SHIFT", f"{who} names a table at {show.address(named)}; "
                           f"shifted by 12 bits it would be {show.address(shifted)}")
    return Finding("E-CR3-VIRTUAL", f"{who} names a table at {show.address(named)}, "
                   "which is not memory that holds tables")


def reserved_bits(case):
    """The CPU refuses the entry whatever its rights."""
    if case.walk.end != "reserved":
        return None
    step = case.walk.last
    if step.entry >> 47 == UPPER_HALF:
        return Finding("E-CR3-VIRTUAL", f"{step.name} holds a virtual address: "
                       f"{show.address(step.entry & -PAGE)}")
    leaf = case.paging.is_leaf(step.level, step.entry)
    depth = len(case.walk.steps) - 1
    wrong = step.entry & case.paging.reserved[depth][leaf]
    low = wrong & (1 << step.level.shift) - 1
    # In a 4 MiB PDE bit 21 alone is reserved: it is an address bit only where one was asked for.
    asked = case.paging.mode.name != "32bit" or case.pa is not None and case.pa & low
    large = leaf and low and step.level.leaf != "always"
    code = "E-LARGE-ALIGN" if large and asked else "E-RESERVED"
    return Finding(code, f"{step.name} has reserved bits set: 0x{wrong:X}")


def large_bits(case):
    """PSE-36: address bits that a 4 MiB page cannot have land in bits 20:13 unnoticed."""
    if not case.walk.mapped or case.walk.size == PAGE or case.pa is None:
        return None
    low = case.entry & (1 << case.walk.last.level.shift) - 1 & ~0x1FFF
    if low and case.walk.pa != case.pa:
        return Finding("E-LARGE-ALIGN", f"{case.walk.last.name} carries address bits 0x{low:X} "
                       "below its page size")
    return None


def present_bit(case):
    """Everything is there but P."""
    if case.walk.end != "not_present" or not case.entry:
        return None
    step = case.walk.last
    named = case.entry & case.paging.address_mask
    leaf = case.paging.is_leaf(step.level, case.entry)
    right = case.pa is None or named == case.pa & ~((1 << step.level.shift) - 1)
    if case.want is not None and (right if leaf else named):
        return Finding("E-P-MISSING", f"{step.name} is filled in but its present bit is clear",
                       key=(step.level.name,))
    return None


def weakest_level(case):
    """The right frame with a right that one level takes away."""
    if not case.walk.mapped or case.diff.kind != "rights":
        return None
    missing = case.want.must & ~case.walk.rights
    for right, bit, name, code in ((W, RW, "writable", "E-RW-UPPER"),
                                   (U, US, "user", "E-US-UPPER")):
        if missing & right:
            refuses = [s for s in case.walk.steps if s.level.rights and not s.entry & bit]
            upper = case.walk.last not in refuses
            who = " and ".join(step.name for step in refuses)
            return Finding(code if upper else "E-RIGHTS-LEAF",
                           f"{who} {'does' if len(refuses) == 1 else 'do'} not say {name}, "
                           "and the weakest level decides", key=(who,))
    if case.walk.rights & case.want.must_not & U:
        return Finding("E-US-LEAK", "every level has the user bit: ring 3 can reach this page")
    if missing:
        who = next((step.name for step in case.walk.steps if step.entry & XD), "an entry")
        last = case.walk.last.name
        return Finding("E-XD-INVERTED" if who == last else "E-XD-UPPER",
                       f"{who} has the execute-disable bit")
    return Finding("E-RIGHTS-LEAF", f"{case.walk.last.name} allows more than it should: "
                   f"{show.rights_text(case.walk.rights)}")


def other_space(case):
    """The mapping went into a space that was not meant."""
    if case.pa is None or case.want.origin in ("region", "direct") \
            or case.walk.mapped and case.walk.pa == case.pa:
        return None
    for name, paging in case.others:
        walk = paging.walk(case.va)
        if walk.mapped and walk.pa == case.pa and paging.root != case.paging.root:
            return Finding("E-WRONG-SPACE", f"the mapping is in {name}, root "
                           f"{show.address(paging.root)}, not in root "
                           f"{show.address(case.paging.root)}")
    return None


def wrong_index(case):
    """The entry exists, but at another index."""
    if case.pa is None:
        return None
    detour = indexing.where_it_went(case.paging, case.va, case.pa, case.wanted.at)
    if detour is None:
        return None
    return Finding(detour.code, f"the {detour.level} for {show.address(case.va)} was put at index "
                   f"0x{detour.used:X}, not 0x{detour.right:X}: {detour.why}",
                   key=(detour.level, detour.why))


def shifted_frame(case):
    """The frame number went in as it is, or was shifted twice."""
    if case.pa is None or not case.pa or not case.entry:
        return None
    step = case.walk.last
    number = case.pa >> 12
    if case.entry & case.paging.address_mask == case.pa & case.paging.address_mask & -PAGE:
        return None
    for kept, text in ((number, "not shifted"), (case.pa >> 12 << 24, "shifted twice")):
        kept &= (1 << 8 * case.paging.mode.entry_bytes) - 1
        free = 0x67 | XD | (0 if step.level.leaf == "always" else PS)
        if kept and case.entry & ~free == kept & ~free and case.entry & kept == kept:
            return Finding("E-FRAME-SHIFT", f"frame 0x{number:X} stands in {step.name} {text}: "
                           f"the address bits should read {show.address(case.pa & -PAGE)}")
    return None


def truncated(case):
    """A 64-bit address or entry went through 32 bits."""
    if case.pa is None:
        return None
    if case.pa >> 32 and case.walk.mapped and case.walk.pa == case.pa & 0xFFFFFFFF:
        return Finding("E-TRUNC32", "the frame lost its bits above 31")
    if case.va >> 32:
        low = case.paging.walk(case.va & 0xFFFFFFFF)
        if low.mapped and low.pa == case.pa and case.wanted.at(low.va) is None:
            return Finding("E-TRUNC32", f"the mapping went to {show.address(low.va)}: the virtual "
                           "address lost its bits above 31")
    return None


def unshifted_table(case):
    """An upper entry holds the number of a table's frame where its address belongs."""
    for step in case.walk.steps[:-1]:
        named = step.entry & case.paging.address_mask
        meant = step.entry << 12 & case.paging.address_mask
        if named < NEAR_ZERO and case.paging.root >= NEAR_ZERO \
                and abs(meant - case.paging.root) < NEAR_ROOT:
            return Finding("E-FRAME-SHIFT", f"{step.name} names a table at {show.address(named)}: "
                           "its low bits read like the number of a frame, not shifted")
    return None


def wrong_table(case):
    """An entry that should name a page names a table, or the tables form a cycle."""
    steps = case.walk.steps
    seen = [case.paging.root]
    for step in steps[:-1]:
        named = step.entry & case.paging.address_mask
        if named in seen:
            return Finding("E-ENTRY-WRONG-TABLE",
                           f"{step.name} names {show.address(named)}, a table above it")
        seen.append(named)
    wrong = case.walk.mapped and (case.pa is None or case.walk.pa != case.pa)
    if wrong and case.walk.pa & -PAGE in case.tables:
        return Finding("E-ENTRY-WRONG-TABLE", f"{case.walk.last.name} names the table at "
                       f"{show.address(case.walk.pa & -PAGE)}: the pointer to a table was "
                       "written one level too far down")
    return None


def large_in_path(case):
    """A 4 KiB page is wanted where a large page still stands."""
    if case.want is None or case.want.leaf != PAGE or not case.walk.mapped:
        return None
    if case.walk.size > PAGE and case.entry & PS:
        return Finding("E-PS-IN-PATH", f"{case.walk.last.name} is a large page, not a table")
    return None


def range_edge(case):
    """Only the end of a range is missing."""
    row, diff = case.want, case.diff
    if row is None or diff.kind != "missing" or row.size == row.leaf:
        return None
    top = row.va + row.size in (1 << 32, 1 << 64)
    if diff.va + diff.size < row.va + row.size:
        return None
    if top and (diff.size > row.leaf or diff.va == row.va):
        return Finding("E-RANGE-WRAP", "the range ends at the top of memory, where its end "
                       "wraps to 0, and the loop stopped early")
    if diff.va > row.va and diff.size == row.leaf:
        return Finding("E-RANGE-LAST", f"the last page of the range, {show.address(diff.va)}, "
                       "is missing")
    return None


def frame_zero(case):
    """Frame 0 is a frame."""
    if case.pa is not None and case.pa < PAGE and case.walk.end == "not_present" \
            and not case.entry:
        return Finding("E-ZERO-IS-NONE", "the page that leads to frame 0 is not mapped: "
                       "0 was taken for \"nothing\"")
    return None
