"""The kinds fault_stack, handler and owners, on evidence built by hand."""

import struct

import pytest

from fake import Run, checks, process, run
from grader.judge import judge

TOP, DOUBLE_TOP, GUARD = 0x230000, 0x240000, 0x500000
FAULT_STACK = {"id": "own-stack", "kind": "fault_stack", "since": "start", "vector": 14, "ist": 2,
               "top": TOP}
HANDLER = {"id": "handler", "kind": "handler", "top": TOP, "bytes": 4096, "cr2": GUARD,
           "until": GUARD + 0x1000, "instead": DOUBLE_TOP, "code": "E-GUARD-MISSING"}
OWNERS = {"id": "owners", "kind": "owners", "group": "asked", "memory": "owner", "stride": 40,
          "spans": [[8, 16], [24, 32]], "found": 0, "none": 2, "nobody": 255}
# Per object: a name, the guard below, the guard above. The second has none below.
OBJECTS = struct.pack("<5Q5Q", 0, 0x1000, 0x2000, 0x5000, 0x6000,
                      0, 0x7000, 0x7000, 0x9000, 0xB000)
TRUTH = [(0xFFF, None), (0x1000, 0), (0x1FFF, 0), (0x2000, None), (0x4FFF, None), (0x5000, 0),
         (0x5FFF, 0), (0x6000, None), (0x7000, None), (0x8FFF, None), (0x9000, 1), (0xAFFF, 1),
         (0xB000, None)]


def gates(*changes):
    """An IDT of 32 gates to 0x1000 + vector, ring 0, present; `changes`: {byte: value}."""
    data = bytearray(b"".join(struct.pack("<HHBBHII", 0x1000 + vector, 8, 0, 0x8E, 0, 0, 0)
                              for vector in range(32)))
    for byte, value in changes:
        data[byte] = value
    return bytes(data)


def tss(ist2=0, ist3=0):
    """A 64-bit TSS with IST1 set."""
    return bytes(0x24) + struct.pack("<3Q", DOUBLE_TOP, ist2, ist3) + bytes(44)


def judged(recorded, check):
    """The check's entry, with all tripwires of tables that may change switched off."""
    found = checks(check, tripwires={"rebase": {"process_1": ["idt", "tss"]}})
    result = judge.judge(recorded.evidence(), found)
    return next(entry for entry in result["checks"] if entry["id"] == check["id"]), result


def installed(idt, segment):
    """A run in which IDT and TSS become these between the two stops."""
    recorded = Run()
    for name, tables in (("start", (gates(), tss())), ("process_1", (idt, segment))):
        stop = recorded.stop(name, mode=None)
        stop["idt"], stop["tss"] = (recorded.store(table) for table in tables)
    return recorded


IST_OF_14, TYPE_OF_14, OFFSET_OF_14 = 14 * 16 + 4, 14 * 16 + 5, 14 * 16


def test_a_vector_with_its_own_stack():
    entry, result = judged(installed(gates((IST_OF_14, 2)), tss(TOP)), FAULT_STACK)
    assert entry["verdict"] == "pass" and not result["tripwires"]


@pytest.mark.parametrize("idt, segment, code", [
    (gates(), tss(TOP), "E-IST-MISSING"),
    (gates((IST_OF_14, 2)), tss(), "E-IST-MISSING"),
    (gates((IST_OF_14, 2)), tss(0, TOP), "E-IST-MISSING"),
    (gates((IST_OF_14, 1)), tss(TOP), "E-IST-MISSING"),
    (gates((13 * 16 + 4, 2)), tss(TOP), "E-IST-MISSING"),
    (gates((IST_OF_14, 2), (TYPE_OF_14, 0x0E)), tss(TOP), "E-P-MISSING"),
    (gates((IST_OF_14, 2), (8 * 16 + 4, 2)), tss(TOP), "E-UNNAMED"),
    (gates((IST_OF_14, 2)), tss(TOP, TOP), "E-UNNAMED")])
def test_a_vector_without(idt, segment, code):
    entry, result = judged(installed(idt, segment), FAULT_STACK)
    assert (entry["verdict"], entry["code"], result["tripwires"]) == ("fail", code, [])


def test_a_gate_that_leads_elsewhere_voids_the_run():
    entry, result = judged(installed(gates((IST_OF_14, 2), (OFFSET_OF_14, 0x77)), tss(TOP)),
                           FAULT_STACK)
    assert entry["code"] == "C-PATCHED-STAFF"
    assert (result["verdict"], result["points"]) == ("void", 0)


def handled(**registers):
    """A run whose second stop has these registers."""
    recorded = Run()
    recorded.stop("start", mode=None)
    recorded.stop("process_1", mode=None, **registers)
    return judged(recorded, HANDLER)[0]


@pytest.mark.parametrize("cr2", [GUARD, GUARD + 0xFFF])
@pytest.mark.parametrize("rsp", [TOP - 8, TOP - 4096])
def test_a_handler_on_its_stack(rsp, cr2):
    assert handled(rsp=rsp, cr2=cr2)["verdict"] == "pass"


@pytest.mark.parametrize("registers, code", [
    ({"rsp": TOP, "cr2": GUARD}, "E-GUARD-MISSING"),
    ({"rsp": TOP - 4104, "cr2": GUARD}, "E-GUARD-MISSING"),
    ({"rsp": DOUBLE_TOP - 64, "cr2": GUARD}, "E-IST-MISSING"),
    ({"rsp": TOP - 64, "cr2": GUARD - 1}, "E-GUARD-MISSING"),
    ({"rsp": TOP - 64, "cr2": GUARD + 0x1000}, "E-GUARD-MISSING")])
def test_a_handler_elsewhere(registers, code):
    entry = handled(**registers)
    assert (entry["verdict"], entry["code"]) == ("fail", code)


def answered(*changes, count=len(TRUTH)):
    """The entry for right answers but for some: {ask: (result, value)}."""
    given = [(ask, *dict(changes).get(ask, (2, 255) if who is None else (0, who)))
             for ask, who in TRUTH]
    recorded = Run()
    recorded.stop("start", mode=None)
    stop = recorded.stop("process_1", mode=None, answers=given)
    stop["memory"]["owner"] = {"pa": "0x212000", "size": len(OBJECTS),
                               "sha": recorded.store(OBJECTS)}
    return judged(recorded, {**OWNERS, "count": count})[0]


def test_right_owners():
    entry = answered()
    assert (entry["verdict"], entry["message"]) == ("pass", "13 questions, 6 in a guard")


@pytest.mark.parametrize("changes, code, words", [
    ([(0x2000, (0, 0)), (0x6000, (0, 0)), (0xB000, (0, 1))], "E-GUARD-OFF-BY-ONE", "byte behind"),
    ([(0xFFF, (0, 0)), (0x4FFF, (0, 0))], "E-GUARD-OFF-BY-ONE", "byte before"),
    ([(0x1000, (2, 255)), (0x5000, (2, 255))], "E-GUARD-OFF-BY-ONE", "first byte of"),
    ([(0x1FFF, (2, 255)), (0xAFFF, (2, 255))], "E-GUARD-OFF-BY-ONE", "last byte of"),
    ([(0x1000, (2, 255)), (0x1FFF, (2, 255))], "E-GUARD-SIDE", "lower"),
    ([(at, (2, 255)) for at in (0x5000, 0x5FFF, 0x9000, 0xAFFF)], "E-GUARD-SIDE", "upper"),
    ([(0x9000, (2, 255)), (0xAFFF, (2, 255))], "E-RANGE-LAST", "last object"),
    ([(0x1000, (0, 1)), (0xAFFF, (0, 0))], "E-UNNAMED", "wrong"),
    ([(0x2000, (2, 0)), (0x1000, (0, 1))], "E-UNNAMED", "wrong")])
def test_wrong_owners(changes, code, words):
    entry = answered(*changes)
    assert (entry["verdict"], entry["code"]) == ("fail", code) and words in entry["message"]
    assert f"{len(changes)} of 13" in entry["message"]


def test_owners_never_asked():
    assert answered(count=len(TRUTH) + 1)["code"] == "C-SKIPPED-STAFF"


def first(recorded, check):
    """The entry of the first check."""
    return judge.judge(recorded.evidence(), checks(check))["checks"][0]


@pytest.mark.parametrize("pages, code", [
    ((0x11, 0x12), None), ((0x10, 0x11, 0x12), "E-GUARD-MISSING"),
    ((0x10, 0x11, 0x12, 0x13), "E-GUARD-MISSING"), ((0x10, 0x11), "E-GUARD-OFF-BY-ONE"),
    ((0x12, 0x13), "E-GUARD-OFF-BY-ONE"), ((0xE, 0x10, 0x11, 0x12, 0x13), "E-GUARD-OFF-BY-ONE")])
def test_guard_on_both_sides(pages, code):
    memory, root = process(rows=[(page, page + 0x40) for page in pages])
    check = {"id": "g", "kind": "guard", "low": "0x11000", "high": "0x13000", "below": 1,
             "above": 1}
    assert first(run(memory, root), check)["code"] == code


def test_guard_on_the_wrong_side_and_in_a_large_page():
    check = {"id": "g", "kind": "guard", "low": "0x11000", "high": "0x13000", "below": 1}
    memory, root = process(rows=[(page, page) for page in (0x10, 0x11, 0x12)])
    assert first(run(memory, root), check)["code"] == "E-GUARD-SIDE"
    memory, root = process(rows=())
    memory.map("32bit", root, 0, 0, leaf=22)
    assert first(run(memory, root), check)["code"] == "E-GUARD-LARGE"
