"""Detectors for mistakes that only large pages allow. See detectors.py; used by diagnose.py."""

from grader.judge import show
from grader.judge.diagnose.finding import Finding
from grader.judge.paging.walk import P, PAGE, PS


def _leaf_level(case):
    """The level whose entries map pages of the wanted size, or None for 4 KiB pages."""
    if case.want is None or case.pa is None or case.want.leaf == PAGE:
        return None
    return next((level for level in case.paging.mode.levels
                 if 1 << level.shift == case.want.leaf), None)


def _frame(case):
    """The address the wanted entry holds."""
    return case.pa & -case.want.leaf


def ps_missing(case):
    """The frame is right and PS is clear: the page's first bytes are read as a table."""
    level = _leaf_level(case)
    for step in case.walk.steps if level else ():
        if step.level == level and step.entry and step.entry & (P | PS) == P \
                and step.entry & case.paging.address_mask == _frame(case):
            return Finding("E-PS-MISSING", f"{step.name} holds the right address with PS clear, "
                           f"so it names a table at {show.address(_frame(case))}",
                           key=(level.name,))
    return None


def table_too_high(case):
    """A table was entered one level too high, and its pages became larger ones."""
    level, last = _leaf_level(case), case.walk.last
    if level is None or last is None or not case.walk.mapped or last.level.shift <= level.shift:
        return None
    table = last.address & -PAGE
    index = case.va >> level.shift & (1 << level.bits) - 1
    entry = case.paging.read(table + index * case.paging.mode.entry_bytes)
    if not entry or not entry & P or entry & case.paging.address_mask != _frame(case):
        return None
    return Finding("E-ENTRY-WRONG-TABLE", f"the table at {show.address(table)} holds {level.name}s "
                   f"and is read as a table of {last.level.name}s: it was entered one level "
                   "too high")


DETECTORS = (ps_missing, table_too_high)
