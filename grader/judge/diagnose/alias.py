"""Detectors for a space built from a table of regions, where frames have two addresses: the rows of
wanted/table.py. See detectors.py; used by diagnose.py."""

from grader.judge import show
from grader.judge.diagnose.finding import Finding
from grader.judge.paging.walk import PAGE, U, W, X


def alias_right(case):
    """The direct map allows what the frame's own region forbids, or execution."""
    if case.diff.kind != "rights" or case.want.origin != "direct":
        return None
    extra = case.walk.rights & case.want.must_not
    if extra & U or not extra & (W | X):
        return None
    own = next((row for row in case.wanted.rows if row.origin == "region" and row.pa is not None
                and row.pa <= case.pa < row.pa + row.size), None)
    where = f", and so is not {show.address(own.va + case.pa - own.pa)}" if own else ""
    if extra & X:
        return Finding("E-ALIAS-WX", f"through the direct map the frame {show.address(case.pa)} "
                       "can be executed: the direct map has execute-disable on every page")
    return Finding("E-ALIAS-WX", f"the frame {show.address(case.pa)} is not to be written"
                   f"{where}, and the direct map lets it")


def own_right(case):
    """A region's own page can be executed or, being executable, written."""
    if case.diff.kind != "rights" or case.want.origin != "region":
        return None
    extra = case.walk.rights & case.want.must_not
    if extra & X:
        return Finding("E-XD-INVERTED", f"nothing on the way to {show.address(case.va)} has "
                       "execute-disable")
    if extra & W and case.walk.rights & X:
        return Finding("E-WRITE-EXECUTE", f"{show.address(case.va)} can be written and executed")
    return None


def first_frame(case):
    """Page after page of a region leads to the frame of its first."""
    if case.diff.kind != "frame" or case.want.origin != "region" or case.walk.pa != case.want.pa:
        return None
    return Finding("E-WRONG-FRAME", f"{show.address(case.va)} leads to the first frame of its "
                   "region: the frames go on as the pages do")


def no_ram(case):
    """The direct map goes on where there is no RAM."""
    if case.want is not None or not case.walk.mapped:
        return None
    direct = [row for row in case.wanted.rows if row.origin == "direct"]
    if not direct or case.walk.pa != case.va - (direct[0].va - direct[0].pa) \
            or case.walk.pa == case.va:
        return None
    return Finding("E-NOT-RAM", f"the direct map leads to {show.address(case.walk.pa)} "
                   f"({case.diff.have.size // PAGE} pages from there on), which is no whole page "
                   "of RAM")


DETECTORS = (alias_right, own_right, first_frame, no_ram)
