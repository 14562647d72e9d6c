"""PAE's own mistakes, the kinds untorn and agrees, and the watch that feeds one of them."""

import pytest

from fake import Memory, Run, checks
from grader.collect import watch as collect_watch
from grader.judge import judge
from grader.judge.paging.walk import XD

PAGE, FRAME, OLD, NEW = 0x3FFFF000, 0x100000000, 0x8000000000005000, 0x113951003
UNTORN = {"id": "halves", "kind": "untorn", "va": PAGE}
AGREES = {"id": "at-once", "kind": "agrees", "at": "start", "va": PAGE, "tables_at": "process_1",
          "code": "E-FLUSH-NONE"}
MAPS = {"id": "pages", "kind": "maps", "set": "p"}


def tables(flags=3, at=None):
    """One page above 4 GiB: (memory, root)."""
    memory = Memory()
    root = memory.table(at)
    memory.map("pae", root, PAGE, FRAME, flags=flags)
    return memory, root


def judged(check, root, memory, entries=(), accesses=(), emulator="bochs"):
    """The check's entry in the result of a run with these tables at both stops."""
    run = Run(emulator=emulator)
    run.stop("start", memory, root, mode="pae", efer=0x800)
    for access in accesses:
        run.access(PAGE, **access)
    run.stop("process_1", memory, root, mode="pae", efer=0x800)
    data = checks(check)
    data["set"]["p"] = {"rows": [{"va": PAGE, "pa": FRAME}], "flags": "Wx"}
    evidence = run.evidence()
    evidence["boots"][0].update({"entries": list(entries)} if entries else {})
    result = judge.judge(evidence, data)
    assert not result["tripwires"], result["tripwires"]
    return next(entry for entry in result["checks"] if entry["id"] == check["id"])


def watched(*values, **more):
    return [{"va": hex(PAGE), "at": "0x404ff8", "values": [hex(v) for v in values], **more}]


@pytest.mark.parametrize("values, verdict", [
    ((OLD & ~1, 0x100000000 << 1 & ~1, NEW), "pass"),              # high half, then low
    ((OLD & ~1, OLD & ~0xFFFFFFFF & ~1 | NEW & 0xFFFFFFFF, NEW), "fail"),
    ((0, NEW & 0xFFFFFFFF, NEW), "fail"),
    ((NEW, NEW | XD), "pass"),                                     # a right is no frame
    ((NEW, NEW & ~1, 0, NEW | XD), "pass"),
    ((NEW, NEW & 0xFFFFFFFF, 0, NEW | XD), "fail"),
    ((NEW, NEW | 0x60), "pass")])
def test_a_present_entry_must_be_whole(values, verdict):
    entry = judged(UNTORN, *reversed(tables()), watched(*values))
    assert (entry["verdict"], entry["code"]) == (
        verdict, None if verdict == "pass" else "E-TORN-ENTRY")


def test_an_entry_that_could_not_be_followed():
    assert judged(UNTORN, *reversed(tables()), watched(0, cut=True))["code"] == "E-HANG"
    lost = [{"va": hex(PAGE), "values": []}]
    assert judged(UNTORN, *reversed(tables()), lost)["code"] == "E-NOT-MAPPED"


@pytest.mark.parametrize("flags, access, verdict", [
    (3 | XD, {"kind": "fetch", "error": 0x11}, "pass"),
    (3 | XD, {"kind": "fetch", "pa": FRAME}, "fail"),
    (3, {"kind": "fetch", "pa": FRAME}, "pass"),
    (3, {"kind": "write_4", "pa": FRAME}, "pass"),
    (1, {"kind": "write_4", "pa": FRAME}, "fail"),
    (3, {"kind": "read_4", "pa": FRAME + 0x1000}, "fail"),
    (3, {"kind": "read_4", "error": 0}, "fail"),
    (2, {"kind": "read_4", "error": 0}, "pass")])
def test_the_cpu_goes_by_the_tables_of_the_later_stop(flags, access, verdict):
    memory, root = tables(flags)
    entry = judged(AGREES, root, memory, accesses=[access])
    assert (entry["verdict"], entry["code"]) == (
        verdict, None if verdict == "pass" else "E-FLUSH-NONE")


def test_only_the_probe_that_is_meant_is_judged():
    memory, root = tables(3 | XD)
    seen = [{"kind": "fetch", "pa": FRAME}, {"kind": "fetch", "error": 0x11}]
    assert judged({**AGREES, "index": 1}, root, memory, accesses=seen)["verdict"] == "pass"
    assert judged(AGREES, root, memory, accesses=seen)["verdict"] == "fail"


@pytest.mark.parametrize("bit", [2, 4])
def test_a_right_in_a_pdpte(bit):
    memory, root = tables(3 | XD)
    memory.put(root, memory.get(root, 8) | bit, 8)
    assert judged(MAPS, root, memory)["code"] == "E-PDPTE-RIGHTS"


def test_pdptes_at_the_start_of_the_page():
    memory, root = tables(3 | XD, at=0x300000)
    assert judged(MAPS, root + 0x40, memory)["code"] == "E-CR3-ALIGN"
    assert judged(MAPS, root, memory)["verdict"] == "pass"


def test_a_page_that_should_not_be_executable():
    memory, root = tables(3)
    assert judged(MAPS, root, memory)["code"] == "E-XD-INVERTED"


@pytest.mark.parametrize("emulator, verdict", [("qemu", "pass"), ("bochs", "fail")])
def test_only_qemu_sets_a_in_a_pdpte(emulator, verdict):
    memory, root = tables(3 | XD)
    memory.put(root, memory.get(root, 8) | 0x20, 8)
    assert judged(MAPS, root, memory, emulator=emulator)["verdict"] == verdict


class Bench:
    """Memory that changes under the eyes of the watch."""

    def __init__(self, memory):
        self.memory = memory

    def read(self, ranges, _state):
        return [(self.memory.page(pa & ~0xFFF) or bytes(4096))[pa & 0xFFF:][:size]
                for pa, size in ranges]


class State:
    cr4 = 0x20


def test_the_watch_writes_down_each_new_value_once():
    memory, root = tables(0)
    watch = collect_watch.Watch(Bench(memory), State, "pae", root, [PAGE, 0xC0000000])
    where = int(watch.entries[0]["at"], 16)
    for value in (FRAME, 1 << 37, FRAME | 3, FRAME | 3):
        memory.put(where, value, 8)
        watch.look()
    assert watch.entries[0]["values"] == [hex(FRAME), hex(1 << 37), hex(FRAME | 3)]
    assert watch.entries[1] == {"va": "0xc0000000", "values": []}
