"""The kind free_frames and the search for tables that were never zeroed, on evidence by hand."""

import struct

import pytest

from fake import Memory, Run, checks
from grader.judge import judge
from grader.judge.diagnose import strangers
from grader.judge.paging.walk import Paging

LIMIT = 0x40000000
ROWS = [(0x1000800, 0x4800, 1), (0x1010000, 0x3000, 1), (0x1012000, 0x2000, 1),
        (0x1011800, 0x10, 2), (0x1020000, 0, 1), (0x101030000, 0x2000, 1),
        (LIMIT - 0x1000, 0x3000, 1)]
SPANS = [(0x1002ff0, 0x1003010)]
FREE = [0x1001000, 0x1004000, 0x1010000, 0x1012000, 0x1013000, LIMIT - 0x1000]
CHECK = {"id": "frames", "kind": "free_frames", "since": "start", "map": "rows", "kept": "spans",
         "handed": "handed", "rows": len(ROWS), "spans": len(SPANS), "limit": LIMIT}


def judged(frames, **more):
    """The entry of the check for these frames."""
    recorded = Run()
    rows = b"".join(struct.pack("<QQII", *row, 0) for row in ROWS)
    spans = b"".join(struct.pack("<QQ", *span) for span in SPANS)
    handed = struct.pack(f"<{len(frames)}Q", *frames)
    for name, parts in (("start", {"rows": rows, "spans": spans}),
                        ("process_1", {"handed": handed})):
        stop = recorded.stop(name, mode=None)
        stop["memory"] = {key: {"pa": "0x0", "size": len(data), "sha": recorded.store(data)}
                          for key, data in parts.items()}
    result = judge.judge(recorded.evidence(), checks({**CHECK, "count": len(frames), **more}))
    return next(entry for entry in result["checks"] if entry["id"] == "frames")


@pytest.mark.parametrize("again, code", [
    (FREE[::-1], None), (FREE[1:], "E-FRAME-LEAK"), ([*FREE, FREE[0]], "E-FRAME-TWICE"),
    ([*FREE, 0x5000], "E-FRAME-RESERVED")])
def test_the_same_frames_again(again, code):
    recorded = Run()
    for name, frames in (("start", FREE), ("process_1", again)):
        data = struct.pack(f"<{len(frames)}Q", *frames)
        recorded.stop(name, mode=None)["memory"] = {
            "handed": {"pa": "0x0", "size": len(data), "sha": recorded.store(data)}}
    check = {"id": "frames", "kind": "same_frames", "since": "start", "handed": "handed",
             "before": len(FREE), "count": len(again)}
    assert judge.judge(recorded.evidence(), checks(check))["checks"][0]["code"] == code


def test_exactly_the_free_frames_in_any_order():
    assert judged(FREE[::-1])["verdict"] == "pass"


@pytest.mark.parametrize("frame, code, word", [
    (0x1000000, "E-FRAME-RESERVED", "only in part"),
    (0x1005000, "E-FRAME-RESERVED", "in no row"),
    (0x1002000, "E-FRAME-RESERVED", "in use"),
    (0x1003000, "E-FRAME-RESERVED", "in use"),
    (0x1011000, "E-FRAME-RESERVED", "type 2"),
    (0x1030000, "E-TRUNC32", "bits above 31"),
    (0x101030000, "E-FRAME-RESERVED", "beyond the limit"),
    (LIMIT, "E-FRAME-RESERVED", "beyond the limit"),
    (0x1001008, "E-RANGE-ALIGN", "multiple of 4,096"),
    (0x1004000, "E-FRAME-TWICE", "twice"),
])
def test_what_must_not_come(frame, code, word):
    entry = judged([*FREE, frame])
    assert (entry["verdict"], entry["code"]) == ("fail", code)
    assert word in entry["message"]


def test_frames_that_never_come():
    assert judged(FREE[1:])["code"] == "E-FRAME-LEAK"
    assert judged(FREE[:-1])["code"] == "E-RANGE-LAST"
    assert judged(FREE[1:], all=False)["verdict"] == "pass"


def test_a_table_that_was_never_zeroed_is_found_without_a_scan():
    memory = Memory()
    root = memory.table()
    memory.map("4level", root, 0x8000000000, 0x5000)
    paging = Paging("4level", root, memory.page)
    assert strangers.dirty_table(paging) is None
    pdpt = memory.get(root + 8, 8) & ~0xFFF
    for index in range(512):
        memory.put(pdpt + 8 * index, pdpt | 7, 8)
    assert strangers.dirty_table(paging) == pdpt
