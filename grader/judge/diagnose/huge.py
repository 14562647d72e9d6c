"""Detectors for pages that are larger than they may be. See detectors.py; used by diagnose.py.

They look at rows that were cut from a range with the key `largest`, and no others.
"""

from grader.judge import show
from grader.judge.diagnose.finding import Finding
from grader.judge.paging.walk import P, PAGE, PS

PAT_LARGE = 1 << 12
ALIKE = 16                  # so many equal entries in one table were never written one by one
SIZE = {1 << 12: "4 KiB", 1 << 21: "2 MiB", 1 << 30: "1 GiB"}


def _page(case):
    """(size, virtual start, physical start) of the large page that an entry on the walk maps, be
    it refused for its address bits or not; None: there is none."""
    last = case.walk.last
    if last is None or not last.entry or last.entry & (P | PS) != P | PS \
            or last.level.leaf == "always":
        return None
    size = 1 << last.level.shift
    frame = last.entry & case.paging.address_mask & ~0x1000
    return size, case.va & -size, frame


def _near(case, start, size):
    """The rows from ranges that a page has bytes in common with."""
    return [row for row in case.wanted.rows
            if row.largest and row.va < start + size and start < row.va + row.size]


def too_large(case):
    """A page of a size that this space may not have."""
    page = _page(case)
    if page is None or case.want is None or not 0 < case.want.largest < page[0]:
        return None
    return Finding("E-PAGE-TOO-LARGE", f"{case.walk.last.name} maps {SIZE[page[0]]}, and no page "
                   f"of this space may be larger than {SIZE[case.want.largest]}")


def sticks_out(case):
    """A page that begins before its range, ends behind it, or leads to a frame off its size."""
    page = _page(case)
    near = _near(case, page[1], page[0]) if page else []
    if not near or all(row.leaf >= page[0] for row in near):
        return None
    size, start, frame = page
    who = f"{case.walk.last.name} maps {SIZE[size]}"
    if frame & size - 1:
        return Finding("E-LARGE-ALIGN", f"{who}, and the frame {show.address(frame)} is no "
                       "multiple of that")
    covered = sum(min(row.va + row.size, start + size) - max(row.va, start) for row in near)
    if covered == size and all(row.pa - row.va == frame - start for row in near):
        return None
    return Finding("E-LARGE-ALIGN", f"{who} from {show.address(start)} on, and not all of that "
                   "belongs to the range")


def never_split(case):
    """One page where two rights are wanted."""
    page = _page(case)
    near = _near(case, page[1], page[0]) if page else []
    if len({(row.must, row.must_not) for row in near}) < 2:
        return None
    return Finding("E-PROTECT-WIDE", f"{case.walk.last.name} maps {SIZE[page[0]]} with one set of "
                   "rights, where a part should have another")


def one_frame_for_all(case):
    """Neighbours in one table that lead to one frame."""
    last = case.walk.last
    if case.want is None or not case.want.largest or not case.walk.mapped or not last.index \
            or case.diff.kind != "frame":
        return None
    before = case.paging.read(last.address - case.paging.mode.entry_bytes)
    if not before or (before ^ last.entry) & (case.paging.address_mask | P):
        return None
    return Finding("E-WRONG-FRAME", f"{last.name} leads to the same frame as the entry before it")


def pat_in_the_address(case):
    """A page of 4 KiB that leads one frame too far: bit 12 was PAT while the page was large."""
    if case.want is None or not case.want.largest or case.diff.kind != "frame" \
            or case.walk.size != PAGE or case.walk.pa - case.pa != PAT_LARGE:
        return None
    return Finding("E-PAT-MOVE", f"{case.walk.last.name} has bit 12, which is PAT in a large entry "
                   "and an address bit here")


def never_cleared(case):
    """A refused entry that is one of many alike: what the frame held before it was a table."""
    last = case.walk.last
    if case.walk.end != "reserved" or case.want is None or not case.want.largest:
        return None
    width = case.paging.mode.entry_bytes
    table = last.address - last.index * width
    alike = sum(case.paging.read(table + i * width) == last.entry
                for i in range(1 << last.level.bits))
    if alike < ALIKE:
        return None
    return Finding("E-TABLE-DIRTY", f"the table at {show.address(table)} holds entries that nobody "
                   "wrote: a new table must be zeroed", key=(table,))


DETECTORS = (pat_in_the_address, never_cleared, never_split, too_large, sticks_out,
             one_frame_for_all)
