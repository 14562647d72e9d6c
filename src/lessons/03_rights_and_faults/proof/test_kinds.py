"""The kinds rights, predictions, matrix and repairs, on evidence built by hand."""

import itertools

import pytest

from fake import LESSONS, Memory, Run, checks
from grader.judge import judge

MODELS, Access, outcome = (getattr(LESSONS[3].module("models"), name)
                           for name in ("MODELS", "Access", "outcome"))

PDE, PTE = 0x100, 3                     # the first of eight entries each, next to each other
NOISE = 0xE20                           # bits without a say
PAIRS = list(itertools.product(range(8), range(8)))
CASES = [(upper, lower, *rest) for upper, lower in PAIRS
         for rest in itertools.product((False, True), repeat=3)]        # write, user, wp
WP_CLEAR = 0x80000011


def va(upper, lower):
    return PDE + upper << 22 | PTE + lower << 12


def tables():
    """(memory, root): every combination of P, RW and US at both levels."""
    memory = Memory()
    root, table = memory.table(), memory.table()
    for kind in range(8):
        memory.put(root + 4 * (PDE + kind), table | NOISE | kind)
        memory.put(table + 4 * (PTE + kind), 0x480000 + 0x1000 * kind | NOISE | kind)
    return memory, root


def rights_of(upper, lower):
    """By the table of the manual: (result, rights)."""
    return (0, upper & lower & 6) if upper & lower & 1 else (2, 0)


def all_rights(answer=rights_of):
    for upper, lower in PAIRS:
        result, value = answer(upper, lower)
        yield va(upper, lower), result, value
        yield va(upper, lower), result, 0


def truth(case):
    """(fault, error) of a case, as the lesson's text has it and not as the judge computes it."""
    upper, lower, write, user, wp = case
    if not upper & lower & 1:
        return True, 2 * write + 4 * user
    if user:
        refused = not upper & lower & 4 or write and not upper & lower & 2
    else:
        refused = write and wp and not upper & lower & 2
    return (True, 1 + 2 * write + 4 * user) if refused else (False, 0)


def all_predictions(answer=truth):
    for case in CASES:
        upper, lower, write, user, wp = case
        fault, error = answer(case)
        yield (va(upper, lower) | write << 32 | user << 33 | wp << 34, 0, error | fault << 32)


def judged(answers, check, accesses=(), cr0=0x80010011, memory_and_root=None):
    """The entry of one check at the second stop."""
    memory, root = memory_and_root or tables()
    recorded = Run()
    recorded.stop("start", memory, root)
    recorded.stop("process_1", memory, root, answers=list(answers), cr0=cr0)
    for at, kind, more in accesses:
        recorded.access(at, kind, **{k: v for k, v in more.items() if k != "cpl"})
        recorded.accesses[-1].update({"cpl": 3} if "cpl" in more else {})
    found = judge.judge(recorded.evidence(), checks({"id": "one", "group": "asked", **check}))
    return next(entry for entry in found["checks"] if entry["id"] == "one")


def test_the_model_is_the_manual():
    for case in CASES:
        assert outcome(Access(*case)) == truth(case)


RIGHTS = {"kind": "rights", "count": 64}
PREDICT = {"kind": "predictions", "count": 512}


def test_right_rights():
    assert judged(all_rights(), RIGHTS)["verdict"] == "pass"


@pytest.mark.parametrize("answer, code", [
    (lambda u, l: (0, l & 6) if u & l & 1 else (2, 0), "E-RW-UPPER"),
    (lambda u, l: (0, u & 6) if u & l & 1 else (2, 0), "E-RIGHTS-LEAF"),
    (lambda u, l: (0, u & l & 2 | l & 4) if u & l & 1 else (2, 0), "E-US-UPPER"),
    (lambda u, l: (0, u & l & 7) if u & l & 1 else (2, 0), "E-RIGHTS-LEAF"),
    (lambda u, l: (0, 0) if u & l & 1 else (2, 0), "E-RIGHTS-LEAF"),
    (lambda u, l: (0, u & l & 6), "E-P-MISSING"),
    (lambda u, l: (0, u & l & 6) if l & 1 else (2, 0), "E-P-MISSING")])
def test_wrong_rights(answer, code):
    entry = judged(all_rights(answer), RIGHTS)
    assert (entry["verdict"], entry["code"]) == ("fail", code)


def test_a_pair_that_was_not_asked_about_voids_the_run():
    asked = list(all_rights())
    assert judged([*asked[:-2], *asked[:2]], RIGHTS)["code"] == "C-PATCHED-STAFF"


@pytest.mark.parametrize("chosen", [{}, {"user": True}, {"user": False, "wp": False}])
def test_right_predictions(chosen):
    assert judged(all_predictions(), {**PREDICT, **chosen})["verdict"] == "pass"


@pytest.mark.parametrize("rank", range(len(MODELS)))
def test_every_mistaken_model_is_recognised(rank):
    code, why, change = MODELS[rank]
    entry = judged(all_predictions(lambda case: outcome(Access(*case), **change)), PREDICT)
    assert (entry["verdict"], entry["code"]) == ("fail", code) and why in entry["message"]


def test_a_mistake_about_ring_0_is_not_seen_in_ring_3():
    answers = list(all_predictions(
        lambda case: outcome(Access(*case), protects=lambda one: one.user)))
    assert judged(answers, {**PREDICT, "user": True})["verdict"] == "pass"
    assert judged(answers, {**PREDICT, "user": False, "wp": True})["code"] == "E-WP-OFF"


def test_questions_asked_twice_void_the_run():
    asked = list(all_predictions())
    assert judged([*asked[:-1], asked[0]], PREDICT)["code"] == "C-PATCHED-STAFF"


def made(wp, answer=truth):
    """The 256 accesses of one CR0.WP."""
    for case in CASES:
        upper, lower, write, user, here = case
        if here == wp:
            fault, error = answer(case)
            more = {"error": error} if fault else {"pa": 0x480000}
            yield (va(upper, lower) | 8, "write_4" if write else "read_4",
                   {**more, **({"cpl": 3} if user else {})})


MATRIX = {"kind": "matrix", "accesses": 256, "count": 512, "code": "E-ERRCODE"}


@pytest.mark.parametrize("wp, cr0", [(True, 0x80010011), (False, WP_CLEAR)])
def test_a_cpu_that_obeys(wp, cr0):
    entry = judged(all_predictions(), MATRIX, made(wp), cr0)
    assert entry["verdict"] == "pass" and "256 accesses" in entry["message"]


def test_a_cpu_that_does_not():
    assert judged(all_predictions(), MATRIX, made(False))["code"] == "C-UNDONE-AFTER"
    assert judged(all_predictions(), MATRIX, list(made(True))[:-1])["code"] == "E-NO-CHECKPOINT"


def test_predictions_that_are_not_what_the_cpu_did():
    wrong = all_predictions(lambda case: outcome(Access(*case), protects=lambda one: one.user))
    assert judged(wrong, MATRIX, made(True))["code"] == "E-ERRCODE"


# ---- repairs ----

WANT = {"kind": "repairs", "since": "process_1", "low": "0x400000", "high": "0x500000",
        "code": "E-ERRCODE", "expect": [
            {"result": 0, "error": 7, "why": "data"},
            {"result": 2, "error": 4, "code": "E-NULL-MAPPED", "why": "null"}]}
OPEN, CLOSED = va(7, 7), 0x10
NARROW, NEW = va(5, 7), va(7, 6)        # under a PDE without RW; a PTE that is not present


def repaired(page=OPEN, first=(0, 7), cr2=None, tries=2, second=(2, 4), null=True):
    """The entry for two faults: first at `page` answered (result, error), then at address 16."""
    cr2 = page if cr2 is None else cr2
    answers = [(page, first[0], first[1]), (page, 1, cr2), (CLOSED, *second), (CLOSED, 1, CLOSED)]
    accesses = [(page, "write_4", {"cpl": 3, "error": first[1] & 7})]
    if tries == 2:
        again = {"error": 7} if first[1] >> 32 else {"pa": 0x487000}
        accesses.append((page, "write_4", {"cpl": 3, **again}))
    if null:
        accesses.append((CLOSED, "read_4", {"cpl": 3, "error": second[1]}))
    return judged(answers, WANT, accesses)


AGAIN = 1 << 32


def test_faults_repaired_and_refused():
    assert repaired()["message"] == "1 repaired, 1 refused"


@pytest.mark.parametrize("changes, code", [
    ({"first": (9, 7), "tries": 1}, "E-ERRCODE"),
    ({"first": (0, 6)}, "E-ERRCODE"),
    ({"second": (0, 4), "null": False}, "C-PATCHED-STAFF"),
    ({"second": (9, 4)}, "E-NULL-MAPPED"),
    ({"first": (0, 7 | AGAIN), "cr2": 0xD0000000}, "E-CR2-LATE"),
    ({"first": (0, 7 | AGAIN)}, "E-REFAULT"),
    ({"first": (0, 7 | AGAIN), "page": NARROW}, "E-RW-UPPER"),
    ({"first": (0, 7 | AGAIN), "page": va(3, 7)}, "E-US-UPPER"),
    ({"first": (0, 7 | AGAIN), "page": va(7, 5)}, "E-RIGHTS-LEAF"),
    ({"first": (0, 7 | AGAIN), "page": NEW}, "E-P-MISSING"),
    ({"tries": 1}, "C-PATCHED-STAFF")])
def test_faults_handled_wrongly(changes, code):
    entry = repaired(**changes)
    assert (entry["verdict"], entry["code"]) == ("fail", code)


def test_a_late_cr2_that_did_no_harm_is_no_mistake():
    assert repaired(cr2=0xD0000000)["verdict"] == "pass"


@pytest.mark.parametrize("frame, code", [(0x401000, "E-FRAME-TWICE"), (0x900000, "E-WRONG-FRAME")])
def test_a_page_without_a_frame_of_its_own(frame, code):
    memory, root = tables()
    memory.put((memory.get(root + 4 * (PDE + 7)) & ~0xFFF) + 4 * (PTE + 7), frame | 7)
    answers = [(OPEN, 0, 7), (OPEN, 1, OPEN), (CLOSED, 2, 4), (CLOSED, 1, CLOSED)]
    accesses = [(OPEN, "write_4", {"cpl": 3, "error": 7}),
                (OPEN, "write_4", {"cpl": 3, "pa": frame}),
                (CLOSED, "read_4", {"cpl": 3, "error": 4})]
    assert judged(answers, WANT, accesses, memory_and_root=(memory, root))["code"] == code
