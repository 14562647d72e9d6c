"""Detectors for mistakes that only PAE's entries allow. See detectors.py; used by diagnose.py."""

from grader.judge import show
from grader.judge.diagnose.finding import Finding
from grader.judge.paging.walk import P, PAGE, RW, US, X


def pdpte_rights(case):
    """A right in a PDPTE: the CPU refuses to load it."""
    if case.walk.end != "reserved" or case.walk.last.level.name != "PDPTE" \
            or case.paging.mode.name != "pae" or not case.entry & (RW | US):
        return None
    return Finding("E-PDPTE-RIGHTS", f"{case.walk.last.name} has R/W or U/S set, which are "
                   "reserved there: MOV CR3 raises #GP")


def root_rounded(case):
    """The four PDPTEs stand at the start of the page, not at the address that CR3 holds."""
    start = case.paging.root & -PAGE
    if case.paging.mode.name != "pae" or case.pa is None or case.paging.root == start \
            or case.walk.end != "not_present" or len(case.walk.steps) != 1:
        return None
    if not (case.paging.read(start + 8 * case.walk.last.index) or 0) & P:
        return None
    return Finding("E-CR3-ALIGN", f"the PDPTEs were written at {show.address(start)}: the PDPT "
                   f"lies at {show.address(case.paging.root)}, a multiple of 32, not of 4096")


def executable(case):
    """A page that must not be executable, and no level forbids it."""
    if case.want is None or not case.walk.mapped or case.diff.kind != "rights":
        return None
    if case.want.must_not & case.walk.rights & X:
        return Finding("E-XD-INVERTED", f"no entry on the way to {show.address(case.va)} has the "
                       "execute-disable bit")
    return None


DETECTORS = (pdpte_rights, root_rounded, executable)
