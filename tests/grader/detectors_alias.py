"""Detectors for a space built from a table of regions, where frames have two addresses: the rows of
wanted_table.py. See detectors.py; used by diagnose.py."""

from grader import show
from grader.finding import Finding
from grader.walk import PAGE, U, W, X


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


def write_execute(case):
    """A region's own page is writable and executable."""
    if case.diff.kind == "rights" and case.want.origin == "region" \
            and case.walk.rights & (W | X) == W | X:
        return Finding("E-WRITE-EXECUTE", f"{show.address(case.va)} can be written and executed")
    return None


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


DETECTORS = (alias_right, write_execute, no_ram)
