"""The kinds seen, entry and referenced, on evidence built by hand."""

import struct

import pytest

from fake import LESSONS, Memory, Run, checks
from grader.judge import judge

CR3, G, INVLPG, STORE, Call, Event, calls, mistake = (
    getattr(LESSONS[4].module("kinds"), name)
    for name in ("CR3", "G", "INVLPG", "STORE", "Call", "Event", "calls", "mistake"))

PAGE_VA, OLD, NEW, DECOY = 0x40500000, 0x9000, 0xA000, 0x40501000
SEEN = {"id": "seen", "kind": "seen", "at": "start", "call": 0, "tables_at": "process_1",
        "expect": [{"kind": "read_4", "va": PAGE_VA, "pa": NEW},
                   {"kind": "read_4", "va": DECOY, "pa": OLD, "stale": True,
                    "remark": "R-FLUSH-ALL"}]}
ENTRY = {"id": "entry", "kind": "entry", "va": PAGE_VA, "ones": 0x103, "zeros": 4,
         "code": "E-FLAGS-LOST"}
REFERENCED = {"id": "used", "kind": "referenced", "at": "start", "tables_at": "process_1",
              "group": "asked", "page": PAGE_VA, "pages": 4, "rounds": ["write_1", "read_4", ""],
              "code": "E-A-WRONG"}


def judged(recorded, check):
    """The check's entry, and the whole result."""
    result = judge.judge(recorded.evidence(), checks(check))
    return next(entry for entry in result["checks"] if entry["id"] == check["id"]), result


def log(*events, before=OLD | 3, after=NEW | 3):
    """The bytes of one struct step_call."""
    words = [PAGE_VA, before, after, 30, len(events)]
    for event in events:
        words += [*event, *[0] * (5 - len(event))]
    words += [0] * (45 - len(words))
    return struct.pack("<45I", *words)


def stepped(accesses, events=((STORE, 9, NEW | 3), (INVLPG, 12, PAGE_VA)), **more):
    """A run with these accesses behind "start" and this log."""
    recorded = Run(**more)
    memory = Memory()
    root = memory.table()
    recorded.stop("start", memory, root)
    for access in accesses:
        recorded.access(**access)
    stop = recorded.stop("process_1", memory, root)
    data = log(*events)
    stop["memory"]["step_calls"] = {"pa": "0x212000", "size": len(data),
                                    "sha": recorded.store(data)}
    return recorded


def read(va, **more):
    """A read of four bytes."""
    return {"va": va, "kind": "read_4", **more}


FRESH, KEPT = read(PAGE_VA, pa=NEW, value=1, canary=1), read(DECOY, pa=OLD, value=OLD)


def test_the_log_is_read_as_written():
    found, = calls(log((STORE, 9, NEW | 3), (INVLPG, 12, PAGE_VA, 1, 7)))
    assert found == Call(PAGE_VA, OLD | 3, NEW | 3, 30,
                         [Event(STORE, 9, NEW | 3, 0, 0), Event(INVLPG, 12, PAGE_VA, 1, 7)])


@pytest.mark.parametrize("events, before, code", [
    ([(STORE, 9, 0)], 3, "E-FLUSH-NONE"),
    ([(INVLPG, 5, PAGE_VA), (STORE, 9, 0)], 3, "E-FLUSH-EARLY"),
    ([(CR3, 5, 0x1000), (STORE, 9, 0)], 3, "E-FLUSH-EARLY"),
    ([(STORE, 9, 0), (INVLPG, 12, 0x212345)], 3, "E-FLUSH-WRONG"),
    ([(STORE, 9, 0), (CR3, 12, 0x1000)], 3 | G, "E-FLUSH-GLOBAL"),
    ([(STORE, 9, 0), (INVLPG, 12, PAGE_VA | 0xFFF)], 3, "E-FLUSH-NONE")])
def test_the_log_names_the_mistake(events, before, code):
    call, = calls(log(*events, before=before))
    assert mistake(call)[0] == code


def test_the_cpu_follows_the_new_entry():
    entry, result = judged(stepped([FRESH, KEPT]), SEEN)
    assert entry["verdict"] == "pass" and result["remarks"] == []


def test_a_forgotten_decoy_is_a_remark():
    entry, result = judged(stepped([FRESH, read(DECOY, pa=NEW, value=2)]), SEEN)
    assert entry["verdict"] == "pass"
    assert [one["code"] for one in result["remarks"]] == ["R-FLUSH-ALL"]


@pytest.mark.parametrize("wrong", [read(PAGE_VA, pa=OLD, value=1), read(PAGE_VA, error=0)])
def test_the_cpu_follows_the_old_entry(wrong):
    entry, _ = judged(stepped([wrong, KEPT], events=[(STORE, 9, NEW | 3)]), SEEN)
    assert (entry["verdict"], entry["code"]) == ("fail", "E-FLUSH-NONE")


def test_where_no_address_is_shown_the_word_tells():
    """QEMU: the canary lies where the tables lead; a stale read finds the frame's own address."""
    right = [read(PAGE_VA, value=0x77, canary=0x77), read(DECOY, value=OLD, canary=0x55)]
    entry, result = judged(stepped(right, emulator="qemu"), SEEN)
    assert entry["verdict"] == "pass" and result["remarks"] == []
    stale = [read(PAGE_VA, value=OLD, canary=0x77), right[1]]
    assert judged(stepped(stale, emulator="qemu"), SEEN)[0]["verdict"] == "fail"


@pytest.mark.parametrize("error, verdict", [(3, "pass"), (2, "fail")])
def test_a_fault_with_its_error_code(error, verdict):
    check = {**SEEN, "expect": [{"kind": "write_4", "va": PAGE_VA, "error": 3}]}
    faulted = {"va": PAGE_VA, "kind": "write_4", "error": error}
    assert judged(stepped([faulted]), check)[0]["verdict"] == verdict


def test_an_access_that_never_happened_voids_the_run():
    assert judged(stepped([KEPT]), SEEN)[1]["tripwires"][0]["code"] == "C-SKIPPED-STAFF"


@pytest.mark.parametrize("flags, wrong", [(0x103, ""), (0x163, ""), (3, "G missing"),
                                          (0x107, "US still set"), (6, "P and G missing, US")])
def test_bits_of_one_entry(flags, wrong):
    memory, recorded = Memory(), Run()
    root = memory.table()
    memory.map("32bit", root, PAGE_VA, OLD, flags=flags)
    recorded.stop("start", memory, root)
    recorded.stop("process_1", memory, root)
    found = judged(recorded, ENTRY)[0]
    assert (found["verdict"] == "fail") == bool(wrong) and wrong in found["message"]


def aged(maps, written=0x63, judged_rounds=(0, 1, 2)):
    """Pages 0 and 1 written, then 1 and 2 read; `written`: flags of page 0's entry at the end."""
    memory, recorded = Memory(), Run()
    root = memory.table()
    for index, flags in enumerate((written & ~0x20, 0x43, 3)):
        memory.map("32bit", root, PAGE_VA + index * 0x1000, OLD, flags=flags)
    recorded.stop("start", memory, root)
    for index, kind in ((0, "write_1"), (1, "write_1"), (1, "read_4"), (2, "read_4")):
        recorded.access(PAGE_VA + index * 0x1000, kind, pa=OLD, value=0)
    answers = [(PAGE_VA, 0, found) for found in maps]
    recorded.stop("process_1", memory, root, answers=answers)
    return judged(recorded, {**REFERENCED, "judged": list(judged_rounds)})[0]


def test_pages_in_use_round_by_round():
    assert aged([0b011, 0b110, 0])["verdict"] == "pass"


@pytest.mark.parametrize("maps, written, code", [
    ([0b111, 0b110, 0], 0x63, "E-A-WRONG"),
    ([0b011, 0b100, 0], 0x63, "E-AD-CLEAR"),
    ([0b011, 0b111, 0], 0x63, "E-A-KEPT"),
    ([0b011, 0b110, 0b110], 0x63, "E-A-KEPT"),
    ([0b011, 0b110, 0], 0x23, "E-DIRTY-LOST")])
def test_what_a_wrong_answer_means(maps, written, code):
    entry = aged(maps, written)
    assert (entry["verdict"], entry["code"]) == ("fail", code)
