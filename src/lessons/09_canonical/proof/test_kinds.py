"""The kinds computed, predicted and accessed, on evidence built by hand."""

import pytest

from fake import LESSONS, Memory, Run, checks
from grader.formats.seeds import Generator, mix
from grader.judge import judge

addresses = LESSONS[9].module("addresses")
FUNCTIONS, GP, NONE, PF, SS = (getattr(addresses, name)
                               for name in ("FUNCTIONS", "GP", "NONE", "PF", "SS"))

HOLE, LOW, HIGH = 0x0000800000001234, 0x00007DB8A92C4000, 0xFFFFBCD27EB4B000
COUNT = 96


def judged(recorded, check):
    """The check's entry and the whole result."""
    result = judge.judge(recorded.evidence(), checks(check))
    return next(entry for entry in result["checks"] if entry["id"] == check["id"]), result


def questions(name, seed=77):
    """What the seed asks behind the first stop."""
    draw = Generator(mix(seed, 1))
    return [FUNCTIONS[name].draw(draw, i) for i in range(COUNT)]


def computed(name, function=None, spoil=None):
    """The check `computed` on the answers of `function`, which defaults to the truth."""
    answers = []
    for question in questions(name):
        rows = (function or FUNCTIONS[name].truth)(*question)
        answers += [(ask, *row) for ask, row in zip(FUNCTIONS[name].asks(*question), rows)]
    if spoil is not None:
        answers[spoil] = (answers[spoil][0] ^ 1, *answers[spoil][1:])
    recorded = Run()
    recorded.stop("start", mode=None)
    recorded.stop("process_1", mode=None, answers=answers)
    return judged(recorded, {"id": "computed", "kind": "computed", "function": name,
                             "group": "asked", "count": COUNT, "drawn": "start"})


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_truth_passes(name):
    assert computed(name)[0]["verdict"] == "pass"


@pytest.mark.parametrize("name, number", [(name, number) for name, function in FUNCTIONS.items()
                                          for number in range(len(function.guesses))])
def test_every_known_mistake_is_named(name, number):
    code, why, guess = FUNCTIONS[name].guesses[number]
    entry = computed(name, guess)[0]
    assert (entry["verdict"], entry["code"]) == ("fail", code)
    assert why in entry["message"]


def test_a_mistake_nobody_knows_still_fails():
    entry = computed("is_user_range", lambda start, size: [(start % 3, 0)] * 2)[0]
    assert (entry["verdict"], entry["code"]) == ("fail", "E-USER-RANGE")


@pytest.mark.parametrize("name", ["sign_extend", "va_from_indices", "predict_vector"])
def test_arguments_out_of_range_must_be_refused(name):
    function = FUNCTIONS[name]

    def accepts(*question):
        return [(0, value) for _, value in function.truth(*question)]
    entry = computed(name, accepts)[0]
    assert (entry["verdict"], entry["code"]) == ("fail", "E-ARGUMENT")


def test_an_easier_question_voids_the_run():
    entry, result = computed("is_canonical", spoil=3)
    assert entry["code"] == "C-PATCHED-STAFF" and result["verdict"] == "void"


def test_fewer_answers_than_questions():
    recorded = Run()
    recorded.stop("start", mode=None)
    recorded.stop("process_1", mode=None, answers=[(0, 0, 0)])
    entry, result = judged(recorded, {"id": "computed", "kind": "computed", "count": COUNT,
                                      "function": "is_canonical", "group": "asked",
                                      "drawn": "start"})
    assert entry["code"] == "C-SKIPPED-STAFF" and result["verdict"] == "void"


@pytest.mark.parametrize("va, base, mapped, due", [
    (HOLE, 1, 1, (GP, 7)), (HOLE, 4, 0, (SS, 7)), (HOLE, 5, 1, (SS, 7)), (HOLE, 12, 0, (GP, 7)),
    (HOLE, 13, 1, (GP, 7)), (LOW, 5, 0, (PF, LOW)), (HIGH, 1, 1, (NONE, 7))])
def test_what_the_manual_says(va, base, mapped, due):
    assert addresses.outcome(va, base, mapped, 7) == due


# ---- predicted, accessed ----


def space(flags=3):
    """(memory, root) with a page at LOW and one at HIGH."""
    memory = Memory()
    root = memory.table()
    for va in (LOW, HIGH):
        memory.map("4level", root, va, 0x123000, flags=flags, upper=flags)
    return memory, root


# Kind, address, base register, exception.
PROBES = [("read_1", LOW + 0x1000, 1, PF), ("read_1", HOLE, 1, GP),
          ("read_4_r13", LOW ^ 1 << 60, 13, GP), ("read_4_rbp", LOW ^ 1 << 60, 5, SS),
          ("write_8_push", HIGH, 4, NONE), ("write_1", HIGH + 0x2000, 1, PF)]


def predicted(said=None, happened=None, asked=None, said_too=True, **more):
    """The entry for predictions and accesses; said, happened, asked: {index of the probe: …}."""
    memory, root = space()
    recorded = Run()
    recorded.stop("start", memory, root, mode="4level")
    answers, cr2 = [], 0
    for index, (kind, va, base, vector) in enumerate(PROBES):
        vector_said, cr2_said = (said or {}).get(index, (vector, va if vector == PF else cr2))
        answers += [((asked or {}).get(index, va), 0, vector_said), (cr2, 0, cr2_said),
                    (base, 0, 0)]
        vector = (happened or {}).get(index, vector)
        cr2 = va if vector == PF else cr2
        if vector == NONE:
            recorded.access(va, kind, pa=0x123000)
        else:
            recorded.access(va, kind, error=2 if kind.startswith("write") and vector == PF else 0,
                            vector=vector)
            recorded.accesses[-1]["cr2"] = hex(cr2)
    recorded.stop("process_1", memory, root, mode="4level", answers=answers)
    return judged(recorded, {"id": "predicted", "kind": "predicted", "since": "start",
                             "group": "asked", "said": said_too, **more})[0]


def test_predictions_that_come_true():
    entry = predicted()
    assert (entry["verdict"], entry["message"]) == ("pass", "6 predictions came true")


@pytest.mark.parametrize("said, code", [
    ({1: (PF, HOLE)}, "E-VECTOR"), ({3: (GP, LOW + 0x1000)}, "E-VECTOR"),
    ({1: (GP, HOLE)}, "E-CR2-KEPT"), ({4: (NONE, HIGH)}, "E-CR2-KEPT"),
    ({5: (PF, LOW + 0x1000)}, "E-VECTOR")])
def test_predictions_that_do_not(said, code):
    entry = predicted(said)
    assert (entry["verdict"], entry["code"]) == ("fail", code)


def test_only_some_kinds():
    assert predicted({3: (GP, LOW + 0x1000)}, kinds=["read_1"])["verdict"] == "pass"


def test_a_cpu_that_does_not_obey_the_tables():
    entry = predicted(happened={4: PF})
    assert (entry["verdict"], entry["code"]) == ("fail", "C-UNDONE-AFTER")


def test_what_was_said_need_not_be_judged():
    assert predicted({1: (PF, HOLE)}, said_too=False)["verdict"] == "pass"
    assert predicted({4: (PF, HIGH)}, {4: PF}, said_too=False)["code"] == "C-UNDONE-AFTER"


def test_a_prediction_that_was_written_over():
    assert predicted(asked={2: LOW})["code"] == "C-PATCHED-STAFF"


@pytest.mark.parametrize("flags, want, verdict", [(3, 0, "pass"), (0x23, 1, "pass"),
                                                  (3, 1, "fail"), (0x23, 0, "fail")])
def test_accessed_bits(flags, want, verdict):
    memory, root = space(flags)
    recorded = Run()
    recorded.stop("start", mode=None)
    recorded.stop("process_1", memory, root, mode="4level")
    check = {"id": "accessed", "kind": "accessed", "addresses": [LOW, HIGH], "want": want}
    assert judged(recorded, check)[0]["verdict"] == verdict
    check["addresses"] = [HOLE]
    assert judged(recorded, check)[0]["verdict"] == "fail"
