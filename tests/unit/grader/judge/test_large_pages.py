"""What is judged of large pages: flags that move, answers, a death without CR4.PSE."""

import pytest

from fake import Memory, Run, checks, cpus
from grader.formats.seeds import Generator, mix
from grader.judge import judge

LARGE, PAT, PAT_LARGE, G, D = 1 << 22, 1 << 7, 1 << 12, 1 << 8, 1 << 6
VA, PA = 0x40000000, 0x08000000
KEEPS = {"id": "flags", "kind": "page_flags", "set": "p", "bits": PAT | G | D,
         "rights": "E-SPLIT-RIGHTS"}


def first(memory, root, entry, rows=None, **registers):
    """The first check's entry, the set "p" being one large page at VA or `rows`."""
    data = checks(entry)
    data["set"]["p"] = {"rows": rows or [{"va": VA, "pa": PA, "size": "4M"}], "flags": "W"}
    one = Run()
    one.notes = [root]
    one.stop("start", mode=None)
    one.stop("process_1", memory, root, answers=entry.pop("answered", None), **registers)
    return judge.judge(one.evidence(), data)["checks"][0]


def large(flags):
    """One large page as it should be, but for its flags."""
    memory = Memory()
    root = memory.table()
    memory.put(root + 4 * (VA >> 22), PA | flags)
    return memory, root


def small(flags, spoil=None, upper=7):
    """The same page split, one entry put wrong by `spoil` = {index: entry}."""
    memory, table = Memory(), 0x500000
    root = memory.table()
    memory.table(table)
    memory.put(root + 4 * (VA >> 22), table | upper)
    for index in range(1024):
        memory.put(table + 4 * index, (spoil or {}).get(index, PA + 4096 * index | flags))
    return memory, root


SPLIT = [{"va": VA, "pa": PA, "pages": 1024, "size": "4K"}]


@pytest.mark.parametrize("flags, code", [
    (0x83 | PAT_LARGE | G | D, None), (0x83 | G | D, "E-PAT-MOVE"),
    (0x83 | PAT_LARGE | D, "E-FLAGS-LOST"), (0x83 | PAT_LARGE | G, "E-DIRTY-LOST"),
    (0x81 | PAT_LARGE | G | D, "E-SPLIT-RIGHTS"), (0x87 | PAT_LARGE | G | D, "E-SPLIT-RIGHTS")])
def test_flags_of_a_large_page(flags, code):
    assert first(*large(flags), dict(KEEPS))["code"] == code


RIGHT = 3 | PAT | G | D


@pytest.mark.parametrize("made, code", [
    (small(RIGHT), None), (small(RIGHT & ~PAT), "E-PAT-MOVE"),
    (small(RIGHT | PAT_LARGE), "E-PAT-MOVE"), (small(RIGHT, upper=5), "E-SPLIT-RIGHTS"),
    (small(RIGHT, {700: PA + 700 * 4096 | 3 | PAT | G}), "E-DIRTY-LOST"),
    (small(RIGHT, {index: PA | RIGHT for index in range(1024)}), "E-WRONG-FRAME"),
    (small(RIGHT, {900: 0}), "E-NOT-MAPPED"), (large(0x83 | PAT_LARGE | G | D), "E-PS-IN-PATH")])
def test_flags_of_a_page_that_was_split(made, code):
    assert first(*made, dict(KEEPS), SPLIT)["code"] == code


def asked(entry, result, value, **registers):
    """The code for one answer about VA + 0x123456, whose directory entry is `entry`."""
    memory, root = large(0)
    memory.put(root + 4 * (VA >> 22), entry)
    memory.table(entry & 0xFFFFF000)
    memory.put((entry & 0xFFFFF000) + 4 * 0x123, 0x09000003)
    check = {"id": "a", "kind": "answers", "group": "asked", "count": 1, "found": 0, "none": 2,
             "root": "cr3", "answered": [(VA + 0x123456, result, value)]}
    return first(memory, root, check, **registers)["code"]


@pytest.mark.parametrize("entry, result, value, code", [
    (PA | 0x83, 0, PA + 0x123456, None),
    (PA | 0x83, 0, 0x09000456, "E-PS-IN-PATH"),
    (PA | 0x83, 0, PA + 0x456, "E-OFFSET-LOST"),
    (PA | 0x5083, 0, (2 << 32) + PA + 0x123456, None),
    (PA | 0x4083, 0, PA + 0x123456, "E-TRUNC32"),
    (PA | 0x4083, 0, (2 << 32) + PA + 0x127456, "E-LARGE-MASK"),
    (PA | 0x200083, 0, PA + 0x123456, "E-RESERVED"),
    (PA | 0x200083, 2, 0, None)])
def test_answers_about_a_large_page(entry, result, value, code):
    assert asked(entry, result, value) == code


def test_answers_while_pse_is_clear():
    assert asked(PA | 0x83, 0, 0x09000456, cr4=0) is None
    assert asked(PA | 0x83, 0, PA + 0x123456, cr4=0) == "E-PS-NO-PSE"


def test_random_rows_in_units_of_a_large_page():
    draw = Generator(mix(77, 1))
    page, frame = 0x10 + draw.below(0x20), 0x40 + draw.below(0x1000)
    memory = Memory()
    root = memory.table()
    pa = frame << 22
    memory.put(root + 4 * page, pa & 0xFFFFFFFF | pa >> 32 << 13 | 0x83)
    data = checks({"id": "rows", "kind": "nothing_else", "set": "p"})
    data["draw"] = {"large": {"after": "start", "count": 1, "page": [0x10, 0x2F],
                              "frame": [0x40, 0x103F], "size": "4M"}}
    data["set"]["p"] = {"flags": "W", "random": {"draw": "large"}}
    one = Run()
    one.stop("start", mode=None)
    one.stop("process_1", memory, root)
    assert judge.judge(one.evidence(), data)["verdict"] == "pass"
    data["set"]["p"]["random"]["leaf"] = "4K"
    assert judge.judge(one.evidence(), data)["checks"][0]["code"] == "E-PS-IN-PATH"


def test_a_death_without_pse_is_named():
    memory, root = large(0x83)
    memory.put(root, 0x83)
    one = Run()
    one.stop("start", mode=None)
    one.end = {"how": "triple_fault", "symbol": "switch_on+0x8",
               "tables": {hex(pa): one.store(page) for pa, page in memory.pages.items()},
               **cpus(0x200010, cr0=0x80010011, cr3=root, cr4=0, efer=0, rsp=0x210000),
               "first_fault": {"vector": 14, "error": "0x0", "cr2": "0x200010", "rip": "0x200010"}}
    entry = judge.judge(one.evidence(), checks(dict(KEEPS, set="p")))["checks"][0]
    assert entry["code"] == "E-PS-NO-PSE" and "PDE[0]" in entry["message"]
