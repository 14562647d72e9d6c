"""Check kinds about addresses themselves: computed, predicted, accessed.

`computed` judges functions whose truth needs no machine (addresses.py): it draws the questions
again from the seed and holds every answer against its own arithmetic. The first known mistake that
gives the very same answers names what went wrong.
"""

from grader.formats.seeds import Generator, mix
from grader.judge import show
from grader.judge.kinds.base import failed, keys, passed
from grader.judge.paging.walk import A

from .addresses import DONE, FUNCTIONS, GP, NONE, PF, R13, RBP, RCX, RSP, SS, outcome

VECTORS = {NONE: "no exception", SS: "#SS", GP: "#GP", PF: "#PF"}
WRITE = 2                               # the one bit of an error code that may differ here


def _cut(rows, size):
    """`rows` in groups of `size`."""
    return [rows[at:at + size] for at in range(0, len(rows), size)]


@keys("function group count drawn")
def computed(context):
    """Answers of a function that needs no machine. Keys: function (a name of FUNCTIONS), group (of
    the answers), count (of questions), drawn (the stop behind which they were drawn)."""
    function = FUNCTIONS[context.check["function"]]
    count, start = context.check["count"], context.other_stop("drawn")
    draw = Generator(mix(context.facts.seed, start.index + 1))
    questions = [function.draw(draw, i) for i in range(count)]
    size = len(function.asks(*questions[0]))
    mine, trouble = context.answers(count * size)
    if trouble:
        return trouble
    groups = _cut(mine, size)
    for question, group in zip(questions, groups):
        due = function.asks(*question)
        for (ask, _, _), wanted in zip(group, due):
            if ask != wanted:
                return failed("C-PATCHED-STAFF", f"the staff asked {show.address(ask)}, the seed "
                              f"gives {show.address(wanted)}", tripwire="C-PATCHED-STAFF")
    pairs = [(question, [row[1:] for row in group]) for question, group in zip(questions, groups)]
    wrong = [(question, have) for question, have in pairs if have != function.truth(*question)]
    if not wrong:
        return passed(f"{count} questions answered")
    code, why = _blame(function, pairs, wrong)
    lines = [_line(function, question, have) for question, have in wrong[:4]]
    return failed(code, f"{len(wrong)} of {count} answers are wrong: "
                  f"{why or lines[0]['what'] + ' gives ' + lines[0]['have']}", rows=lines)


def _blame(function, pairs, wrong):
    """(code, sentence) for wrong answers: the mistake that gives the very same ones."""
    if not any(function.valid(*question) for question, _ in wrong):
        return "E-ARGUMENT", "what work.h rules out was accepted, or changed something"
    valid = [(question, have) for question, have in pairs if function.valid(*question)]
    for code, why, guess in function.guesses:
        if all(have == guess(*question) for question, have in valid):
            return code, why
    return function.code, None


def _line(function, question, have):
    """One wrong answer beside the truth: the first row that differs."""
    due = function.truth(*question)
    at = next(k for k, (one, two) in enumerate(zip(due, have)) if one != two)
    what = ", ".join(show.address(part) for part in question)
    return show.row(what, *(f"result {result} value {show.address(value)}"
                            for result, value in (due[at], have[at])))


_BASES = {"read_4_rbp": RBP, "read_4_r13": R13, "write_8_push": RSP}


@keys("group since", "kinds said")
def predicted(context):
    """Predictions against what the CPU then did. Keys: since (the stop behind which probes were
    made; each has three answers in the group: va and vector, CR2 before and after, base
    register), kinds (only these probes), said = false (what was predicted is not judged). The CPU
    must do what the manual and the tables say."""
    before = context.other_stop("since")
    probes = [access for access in context.facts.accesses if access["stop"] == before.index]
    mine, trouble = context.answers(3 * len(probes))
    if trouble or not probes:
        return trouble or failed("C-SKIPPED-STAFF", "the staff probed nothing",
                                 tripwire="C-SKIPPED-STAFF")
    cr2, seen, paging = before.registers["cr2"], 0, before.paging()
    for access, group in zip(probes, _cut(mine, 3)):
        va, base = access["va"], _BASES.get(access["kind"], RCX)
        if [row[0] for row in group] != [va, cr2, base]:
            return failed("C-PATCHED-STAFF", f"the prediction for {show.address(va)} was written "
                          "over", tripwire="C-PATCHED-STAFF")
        real = access.get("vector", NONE), access.get("cr2", cr2)
        if access["kind"] in context.get("kinds", [access["kind"]]):
            due = outcome(va, base, paging.walk(va).mapped, cr2)
            wrong = _departs(access, due, real, group)
            if context.get("said", True):
                wrong = wrong or _foretold(access, real, group)
            if wrong:
                return wrong
            seen += 1
        cr2 = real[1]
    return passed(f"{seen} predictions came true")


def _line_of(access, real, group):
    """What the CPU did beside what was said, as rows."""
    said = group[0][2], group[1][2]
    return [show.row(f"{access['kind']} {show.address(access['va'])}", _words(*real),
                     _words(*said))]


def _departs(access, due, real, group):
    """The failing Outcome of an access that did not end as the tables say, or None."""
    if real == due and not access.get("error", 0) & ~WRITE:
        return None
    return failed("C-UNDONE-AFTER", f"{access['kind']} {show.address(access['va'])}: the CPU had "
                  f"{_words(*real)}, although the tables at the stop lead to {_words(*due)}",
                  rows=_line_of(access, real, group), va=access["va"])


def _foretold(access, real, group):
    """The failing Outcome of a prediction that did not come true, or None."""
    va, said, rows = access["va"], (group[0][2], group[1][2]), _line_of(access, real, group)
    what = f"{access['kind']} {show.address(va)}"
    if group[0][1] != DONE or said[0] != real[0]:
        return failed("E-VECTOR", f"{what}: you said {VECTORS.get(said[0], said[0])}, the CPU "
                      f"raised {VECTORS[real[0]]}", rows=rows, va=va)
    if said[1] != real[1]:
        return failed("E-CR2-KEPT" if real[0] != PF else "E-VECTOR", f"{what}: you said that CR2 "
                      f"would hold {show.address(said[1])}, it held {show.address(real[1])}",
                      rows=rows, va=va)
    return None


def _words(vector, cr2):
    """A vector and CR2, for people."""
    return f"{VECTORS.get(vector, vector)}, CR2 {show.address(cr2)}"


@keys("addresses want")
def accessed(context):
    """The accessed bit in every entry on the way. Keys: addresses, want (0 or 1).
    An address whose walk does not end in a page fails."""
    paging, want = context.paging(), context.check["want"]
    for text in context.check["addresses"]:
        va = context.value(text)
        walk = paging.walk(va)
        if not walk.mapped:
            return failed(None, f"{show.address(va)}: {show.found_text(walk)}", va=va)
        for step in walk.steps:
            if bool(step.entry & A) != bool(want):
                return failed(None, f"{show.address(va)}: A is {1 - want} in the {step.name}",
                              rows=[show.row(step.name, f"A = {want}",
                                             show.entry_hex(paging.mode, step.entry),
                                             step.address)], va=va)
    return passed(f"A is {want} at every level")


KINDS = {"computed": computed, "predicted": predicted, "accessed": accessed}
