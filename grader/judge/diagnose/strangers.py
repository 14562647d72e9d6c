"""Detectors for mappings that nobody asked for here: another space's rows, an old frame's bytes.

Used by diagnose.py, as detectors.py is.
"""

from collections import Counter
from itertools import islice

from grader.judge import show
from grader.judge.diagnose.finding import Finding
from grader.judge.paging.walk import A, D, P, PAGE

FORGOTTEN = 3           # nobody writes one entry into so many tables where nothing is wanted


def _neighbours(case, step):
    """(va, entry without A and D) of every present entry in the table of a step."""
    width = case.paging.mode.entry_bytes
    first = step.address - step.index * width
    for index in range(1 << step.level.bits):
        entry = case.paging.read(first + index * width)
        if entry and entry & P:
            yield case.va + (index - step.index << step.level.shift), entry & ~(A | D)


def _dirty(case, step):
    """The Finding of a table, that of a step, which was not zeroed."""
    table = step.address - step.index * case.paging.mode.entry_bytes
    return Finding("E-TABLE-DIRTY", f"the table at {show.address(table)} holds entries that nobody "
                   "wrote: a new table must be zeroed", key=(table,))


def _forgotten(case):
    """Whether the very entry that ends the walk stands in other tables, too, where nothing is
    wanted: one entry of each was not zeroed. (An entry written one level too far down stands in at
    most two places; flags without a frame were written by somebody.)"""
    if not case.walk.last.entry & case.paging.address_mask:
        return False
    width = case.paging.mode.entry_bytes
    same = (case.walk.last.entry & ~(A | D)).to_bytes(width, "little")
    strangers = 0
    for table, (depth, va) in case.tables.items():
        at = (case.paging.page(table & -PAGE) or b"").find(same)
        shift = case.paging.mode.levels[depth].shift
        strangers += at >= 0 and at % width == 0 and \
            case.wanted.at(va + (at // width << shift)) is None
    return strangers >= (FORGOTTEN if case.want is None else FORGOTTEN - 1)


def dirty_table(paging):
    """Address of a table that names one and the same table sixteen times or more: it was never
    zeroed. None when there is none. Needs no scan, which such tables may keep from ending."""
    tables = {paging.root}
    for level in paging.mode.levels[:-1]:
        below = set()
        for table in sorted(tables):
            named = Counter(entry & ~(A | D) for entry in paging.entries(table, level)
                            if entry & P and not paging.is_leaf(level, entry))
            if named and named.most_common(1)[0][1] >= 16:
                return table
            below |= {entry & paging.address_mask for entry in named}
        tables = below
    return None


def old_bytes(case):
    """An entry on the way is one of many that are all alike: what a frame held before it was a
    table. Where one entry of each table was forgotten, the same stands in many tables."""
    if not case.walk.mapped or len(case.paging.mode.levels) == 1:
        return None
    if case.walk.pa != case.pa and _forgotten(case):
        return _dirty(case, case.walk.last)
    for step in case.walk.steps:
        mine = step.entry & ~(A | D)
        if sum(entry == mine for _, entry in _neighbours(case, step)) >= 16:
            return _dirty(case, step)
    return None


def other_set(case):
    """What is here is a row of another set: written into this space, or CR3 was not loaded."""
    if not case.walk.mapped or case.walk.pa == case.pa:
        return None
    for name, wanted in case.sets:
        row = wanted.at(case.va)
        if row is None or row.pa is None or row.origin == "kernel" \
                or row.pa + case.va - row.va != case.walk.pa:
            continue
        if case.stale:
            return Finding("E-CR3-STALE", f"CR3 still holds the root of {case.stale}, and this is "
                           f"a row of {name}")
        return Finding("E-WRONG-SPACE", f"{show.address(case.walk.pa)} is where {name} wants it, "
                       "not this space")
    return None


def kept_after_unmap(case):
    """A page that the lesson unmapped again is still there."""
    if case.want is None and case.walk.mapped and any(
            row.va <= case.va < row.va + row.size and row.origin == "random"
            for row in case.wanted.absent):
        return Finding("E-STILL-MAPPED", f"{show.address(case.va)} was unmapped and is still "
                       "present")
    return None


def ghost(case):
    """Something is mapped that nobody asked for: page 0, the identity, or what lay in a frame."""
    if case.want is not None or not case.walk.mapped:
        return None
    if case.va < PAGE and case.diff.have.size == PAGE:
        return Finding("E-NULL-MAPPED", "page 0 is mapped: a null pointer would not fault")
    if case.walk.pa == case.va and case.diff.have.size >= 4 * PAGE:
        return Finding("E-IDENTITY-LEFT", f"{show.address(case.va)} still leads to itself "
                       f"({case.diff.have.size // PAGE} pages)")
    last = case.walk.last
    strangers = (va for va, _ in _neighbours(case, last) if case.wanted.at(va) is None)
    if len(case.paging.mode.levels) > 1 and len(list(islice(strangers, 4))) == 4:
        return _dirty(case, last)
    return None
