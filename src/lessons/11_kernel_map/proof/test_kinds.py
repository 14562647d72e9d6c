"""Sets from a table of regions, kinds that look at all tables, and the detectors for aliases."""

import struct

import pytest

from fake import Memory, Run, checks
from grader.formats.checks import faults
from grader.judge import judge
from grader.judge.paging.walk import XD
from grader.judge.wanted import table as wanted_table

DIRECT = wanted_table.DIRECT_MAP
R, W, X = 1, 2, 4
TEXT, DATA, GUARD = 0xFFFFFFFF80201000, 0xFFFFFFFF80202000, 0xFFFFFFFF80203000
REGIONS = ((TEXT, 0x201000, 1, R | X), (DATA, 0x202000, 1, R | W), (GUARD, 0, 1, 0))
RAM = ((0x200800, 0x204FFF),)           # whole pages: 0x201, 0x202, 0x203
RIGHT = {TEXT: (0x201000, 1), DATA: (0x202000, 3 | XD), DIRECT + 0x201000: (0x201000, 1 | XD),
         DIRECT + 0x202000: (0x202000, 3 | XD), DIRECT + 0x203000: (0x203000, 3 | XD)}
CHECK = {"id": "space", "kind": "nothing_else", "set": "space"}
TAKEN = {"id": "taken", "kind": "tables_taken", "before": 100, "after": 93}
CLEAN = {"id": "clean", "kind": "clean_tables"}


def table(regions=REGIONS, ram=RAM):
    """A table of regions as a kernel holds it."""
    rows = b"".join(struct.pack("<QQQQQ", 0, *row) for row in regions)
    rest = b"".join(struct.pack("<QQ", *one) for one in ram)
    return struct.pack("<QQ", len(regions), len(ram)) + rows.ljust(24 * 40, b"\0") \
        + rest.ljust(64 * 16, b"\0")


def tables(**changes):
    """The space RIGHT with some pages changed: {"va": (pa, flags) or None}; and its root."""
    memory = Memory()
    root = memory.table()
    pages = {**RIGHT, **{int(va, 16): page for va, page in changes.items()}}
    for va, page in pages.items():
        if page:
            memory.map("4level", root, va, page[0], flags=page[1])
    return memory, root


def judged(memory, root, check, plan=None):
    """The entry of one check in this space."""
    recorded = Run()
    recorded.staff = []
    stop = recorded.stop("start", memory, root, mode="4level")
    data = table() if plan is None else plan
    stop["memory"]["plan"] = {"pa": "0x212000", "size": len(data), "sha": recorded.store(data)}
    spec = {"table": {"memory": "plan", "at": "start", "view": "space"}}
    found = checks({**check, "at": "start"}, set={"space": spec}, width=64,
                   collect={"memory": {"start": ["plan"]}}, order=["start"])
    return next(entry for entry in judge.judge(recorded.evidence(), found)["checks"]
                if entry["id"] == check["id"])


def test_the_plan_and_nothing_else():
    entry = judged(*tables(), CHECK)
    assert entry["verdict"] == "pass", entry["message"]


@pytest.mark.parametrize("va, page, code", [
    (DIRECT + 0x201000, (0x201000, 3 | XD), "E-ALIAS-WX"),
    (DIRECT + 0x202000, (0x202000, 3), "E-ALIAS-WX"),
    (DATA, (0x202000, 3), "E-XD-INVERTED"),
    (TEXT, (0x201000, 3), "E-WRITE-EXECUTE"),
    (DIRECT + 0x200000, (0x200000, 3 | XD), "E-NOT-RAM"),
    (DIRECT + 0x204000, (0x204000, 3 | XD), "E-NOT-RAM"),
    (DATA, None, "E-NOT-MAPPED"),
    (0, (0x5000, 3 | XD), "E-NULL-MAPPED")])
def test_departures_are_named(va, page, code):
    assert judged(*tables(**{hex(va): page}), CHECK)["code"] == code


def test_every_page_at_the_first_frame():
    plan = table((*REGIONS[:1], (DATA, 0x202000, 2, R | W)))
    memory, root = tables(**{hex(DATA + 0x1000): (0x202000, 3 | XD)})
    assert judged(memory, root, CHECK, plan)["code"] == "E-WRONG-FRAME"


def test_physical_view():
    rows, absent = wanted_table.entries(
        type("Facts", (), {"stop": lambda self, name: type(
            "Stop", (), {"memory": lambda self, name: table()})()})(),
        {"memory": "plan", "at": "start", "view": "physical"})
    assert [(row["va"], row["pa"], row["pages"]) for row in rows] == \
        [(0x201000, DIRECT + 0x201000, 3)] and not absent


@pytest.mark.parametrize("spec, said", [
    ({"memory": "plan", "at": "start"}, "a table has"),
    ({"memory": "plan", "at": "start", "view": "all"}, "a table has"),
    ({"memory": "plan", "at": "nowhere", "view": "space"}, "nowhere"),
    ({"memory": "other", "at": "start", "view": "space"}, "does not take")])
def test_broken_tables_are_refused(spec, said):
    lesson = checks({**CLEAN, "at": "start"}, collect={"memory": {"start": ["plan"]}},
                    order=["start"], set={"s": {"table": spec}})
    assert said in faults(lesson)[0]


def test_frames_taken_are_tables():
    assert judged(*tables(), TAKEN)["verdict"] == "pass"
    assert judged(*tables(), {**TAKEN, "after": 92})["code"] == "E-FRAME-LEAK"
    assert judged(*tables(), {**TAKEN, "after": 94})["code"] == "E-FRAME-TWICE"


@pytest.mark.parametrize("entry, count, code", [
    (0x0BADF00F0BADF00F, 250, "E-TABLE-DIRTY"), (0x0008000000005003, 2, "E-RESERVED"),
    (DIRECT + 0x400003, 1, "E-CR3-VIRTUAL")])
def test_reserved_bits_where_nothing_is_wanted(entry, count, code):
    memory, root = tables()
    for index in range(count):
        memory.put(root + 8 * (100 + index), entry, 8)
    assert judged(memory, root, CLEAN)["code"] == code
    assert judged(*tables(), CLEAN)["verdict"] == "pass"
