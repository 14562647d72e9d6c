"""Pages of several sizes in one space: how a range is cut, and the kinds and detectors about it."""

import pytest

from fake import Memory, Run, checks
from grader.collect.trace import walked
from grader.judge import judge
from grader.judge.wanted.pieces import largest_pages
from grader.machine.bochs_text import Access

K, M, G = 1 << 12, 1 << 21, 1 << 30
PAT, PAT_LARGE, GLOBAL, AD = 1 << 7, 1 << 12, 1 << 8, 0x60
RANGE = {"va": G - M - K, "pa": 7 * G - M - K, "pages": 2 + 512 + (G >> 12), "largest": "1G"}
KERNEL_HALF = 0xFFFF800000000000


@pytest.mark.parametrize("va, pa, size, largest, sizes", [
    (G - M - K, 7 * G - M - K, G + M + 2 * K, G, [K, M, G, K]),
    (G - M - K, 7 * G - M - K, G + M + 2 * K, M, [K, M, K]),
    (0, M, 2 * G, G, [M]),
    (0, K, 4 * M, G, [K]),
    (M, M, M - K, G, [K]),
    (-M & (1 << 64) - 1, M, M, G, [M]),
])
def test_a_range_is_cut_into_the_largest_pages(va, pa, size, largest, sizes):
    found = largest_pages(va, pa, size, largest)
    assert [page for _, _, _, page in found] == sizes
    assert sum(stretch for _, _, stretch, _ in found) == size
    for low, where, stretch, page in found:
        assert not (low | where | stretch) % page and low - va == where - pa


def build(change=lambda memory, root: None):
    """A space that maps RANGE as it must be; `change` spoils it."""
    memory = Memory()
    root = memory.table()
    for va, pa, size, page in largest_pages(RANGE["va"], RANGE["pa"], RANGE["pages"] * K, G):
        leaf = page.bit_length() - 1
        for at in range(0, size, page):
            memory.map("4level", root, va + at, pa + at, leaf=leaf)
    change(memory, root)
    return memory, root


def judged(check, space, walks=(), **row):
    """The entry of the check for a space held against RANGE; `walks` are probes of G."""
    data = checks({"id": "it", **check})
    data["width"] = 64
    data["set"]["p"] = {"rows": [{**RANGE, **row}], "flags": "W"}
    run = Run()
    run.stop("start", mode=None)
    run.stop("process_1", *space, mode="4level")
    for walk in walks:
        run.access(G, pa=7 * G)
        run.accesses[-1]["walk"] = [hex(at) for at in walk]
    result = judge.judge(run.evidence(), data)
    return next(entry for entry in result["checks"] if entry["id"] == "it")


MAPS = {"kind": "maps", "set": "p"}


def test_the_right_pages_pass():
    assert judged(MAPS, build())["verdict"] == "pass"


def test_a_page_above_what_the_space_allows():
    found = judged(MAPS, build(), largest="2M")
    assert found["code"] == "E-PAGE-TOO-LARGE" and "1 GiB" in found["message"]


def test_a_page_that_sticks_out():
    memory = Memory()
    root = memory.table()
    memory.map("4level", root, 2 * G, 8 * G, leaf=30)
    found = judged(MAPS, (memory, root), va=2 * G, pa=8 * G, pages=513)
    assert found["code"] == "E-LARGE-ALIGN" and "belongs to the range" in found["message"]


def test_a_right_for_a_part_needs_a_split():
    memory = Memory()
    root = memory.table()
    memory.map("4level", root, 0, 4 * G, leaf=21)
    data = checks({"id": "it", **MAPS}, width=64)
    data["set"]["p"] = {"rows": [
        {"va": 0, "pa": 4 * G, "pages": 5, "largest": "1G", "flags": "W"},
        {"va": 5 * K, "pa": 4 * G + 5 * K, "pages": 507, "largest": "1G", "flags": ""}]}
    run = Run()
    run.stop("start", mode=None)
    run.stop("process_1", memory, root, mode="4level")
    entry = judge.judge(run.evidence(), data)["checks"][0]
    assert entry["code"] == "E-PROTECT-WIDE"


def test_pat_left_in_a_small_page():
    memory = Memory()
    root = memory.table()
    for page in range(0, 8 * K, K):
        memory.map("4level", root, page, 4 * G + page + PAT_LARGE)
    found = judged(MAPS, (memory, root), va=0, pa=4 * G, pages=8)
    assert found["code"] == "E-PAT-MOVE" and "bit 12" in found["message"]


def test_neighbours_with_one_frame():
    memory = Memory()
    root = memory.table()
    for page in range(0, 4 * M, M):
        memory.map("4level", root, page, 4 * G, leaf=21)
    found = judged(MAPS, (memory, root), va=0, pa=4 * G, pages=4 * 512)
    assert found["code"] == "E-WRONG-FRAME" and "the entry before it" in found["message"]


def test_a_table_that_was_never_cleared():
    memory = Memory()
    root = memory.table()
    for i in range(512):
        memory.put(root + 8 * i, 0x0BADF00F0BADF00F, 8)
    assert judged(MAPS, (memory, root))["code"] == "E-TABLE-DIRTY"


def test_the_lower_half_is_weighed_alone():
    least = {"kind": "half_bytes", "set": "p", "code": "E-FRAME-LEAK"}
    kernel = build(lambda memory, root: memory.map("4level", root, KERNEL_HALF, 0, leaf=21))
    assert judged(least, kernel)["verdict"] == "pass"
    empty = build(lambda memory, root: memory.put(root + 8, memory.table() | 7, 8))
    found = judged(least, empty)
    assert found["code"] == "E-FRAME-LEAK" and "4096 more" in found["message"]
    assert judged({"kind": "half_bytes", "exactly": 7 * K}, build())["verdict"] == "fail"


def test_frames_taken_that_are_no_tables():
    tables = int(judged({"kind": "half_bytes"}, build())["message"].split()[0]) // K
    taken = {"kind": "half_bytes", "taken": tables, "code": "E-FRAME-LEAK"}
    assert judged(taken, build())["verdict"] == "pass"
    found = judged({**taken, "taken": tables + 1}, build())
    assert found["code"] == "E-FRAME-LEAK"
    assert found["message"] == f"{tables + 1} frames were taken, and {tables} tables were added"
    assert judged({**taken, "taken": 0, "since": "process_1"}, build())["verdict"] == "pass"
    assert judged({**taken, "taken": 1, "since": "process_1"}, build())["code"] == "E-FRAME-LEAK"


def flagged(bits):
    """RANGE with G and PAT in pages of every size; `bits` are the flags of one page of 2 MiB."""
    memory = Memory()
    root = memory.table()
    for va, pa, size, page in largest_pages(RANGE["va"], RANGE["pa"], RANGE["pages"] * K, G):
        pat = PAT if page == K else bits if page == M else PAT_LARGE
        for at in range(0, size, page):
            memory.map("4level", root, va + at, pa + at, leaf=page.bit_length() - 1,
                       flags=3 | GLOBAL | AD | pat)
    return memory, root


@pytest.mark.parametrize("bits, code", [
    (PAT_LARGE, None), (0, "E-PAT-MOVE"), (PAT_LARGE | 1 << 9, "E-FLAGS-LOST")])
def test_flags_whatever_the_size(bits, code):
    check = {"kind": "leaf_flags", "set": "p", "bits": PAT | GLOBAL, "used": AD,
             "code": "E-FLAGS-LOST"}
    assert judged(check, flagged(bits))["code"] == code


def test_flags_as_they_were():
    check = {"kind": "leaf_flags", "set": "p", "since": "start", "code": "E-FLAGS-LOST"}
    assert kept(check, flagged(PAT_LARGE), flagged(PAT_LARGE))["verdict"] == "pass"
    assert kept(check, flagged(PAT_LARGE), flagged(0))["code"] == "E-PAT-MOVE"
    assert kept(check, flagged(PAT_LARGE | 1 << 9), flagged(PAT_LARGE))["code"] == "E-FLAGS-LOST"


def kept(check, before, after):
    """The entry of a check of two spaces, one after the other."""
    data = checks({"id": "it", **check})
    data["width"] = 64
    data["set"]["p"] = {"rows": [RANGE], "flags": "W"}
    run = Run()
    run.stop("start", *before, mode="4level")
    run.stop("process_1", *after, mode="4level")
    return judge.judge(run.evidence(), data)["checks"][0]


def test_what_lies_besides_the_rows():
    rest = {"kind": "nothing_else", "set": "p", "besides": True}
    missing = build(lambda memory, root: memory.put(root, 0, 8))
    assert judged(rest, missing)["verdict"] == "pass"
    assert judged({**rest, "besides": False}, missing)["verdict"] == "fail"
    more = build(lambda memory, root: memory.map("4level", root, 9 * G, K))
    assert judged(rest, more)["code"] == "E-EXTRA-MAPPED"


def test_a_page_that_was_written_to():
    check = {"kind": "leaf_flags", "set": "p", "bits": 0, "used": AD, "code": "E-FLAGS-LOST"}
    assert judged(check, build())["code"] == "E-DIRTY-LOST"


def test_reads_of_a_walk():
    memory, root = space = build()
    huge = (memory.get(root, 8) & ~0xFFF) + 8               # the PDPTE that maps G
    check = {"kind": "walk_reads", "va": hex(G), "reads": 2, "code": "E-PAGE-SIZE"}
    remembered = {**check, "reads": 0}
    assert judged(check, space, [[root, huge]])["verdict"] == "pass"
    assert judged(check, space, [[root, huge - 8]])["verdict"] == "fail"
    assert judged(check, space, [[]])["code"] == "E-PAGE-SIZE"
    assert judged(remembered, space, [[]])["verdict"] == "pass"
    assert judged({**remembered, "index": 1}, space, [[root, huge], []])["verdict"] == "pass"
    assert judged(check, space)["code"] == "E-NO-CHECKPOINT"


def test_the_last_walk_of_a_trace_is_the_operands():
    def read(pa, level, write=False):
        return Access(write, None, pa, 8, 0, level)
    code = [read(0x1000, "PML4E"), read(0x2000, "PDPTE"), read(0x3000, "PDE")]
    data = [read(0x1008, "PML4E"), read(0x2008, "PDPTE"), read(0x2008, "PDPTE", True)]
    touch = Access(False, 0x5000, 0x9000, 4, 7, None)
    assert walked([*code, *data, touch], touch) == [0x1008, 0x2008]
    assert walked([touch], touch) == []
