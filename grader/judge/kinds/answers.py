"""Check kinds that read what staff code wrote down: answers, note, frames.

Questions are drawn again from the seed: a guest that asked something easier is a tripwire.
"""

from grader.formats.values import Trouble
from grader.judge import show
from grader.judge.diagnose import answers as diagnose_answers
from grader.judge.diagnose.answers import Answer
from grader.judge.kinds.base import failed, keys, passed
from grader.judge.paging.walk import PAGE, canonical
from grader.judge.wanted import draws

_WIDE = 48


def _draw(context, form, draw, rows):
    """One question of form {page = [lo, hi], offset = true}, {row = true} or {bits = 48}."""
    if "bits" in form:
        return canonical(draw.next() >> 64 - form["bits"], form["bits"])
    if form.get("row"):
        row = rows[draw.below(len(rows))]
        return row.va + draw.below(row.size // PAGE) * PAGE + draw.below(PAGE)
    low, high = (context.value(value) for value in form["page"])
    va = low + draw.below(high - low + 1) << 12
    va |= draw.below(PAGE) if form.get("offset") else 0
    return canonical(va, 32 if context.checks.get("width") == 32 else _WIDE)


def _questions(context):
    """What the staff must have asked, or None when the lesson asks fixed questions."""
    asks = context.get("asks")
    if asks is not None:
        return [context.value(ask) for ask in asks]
    if "draw" not in context.check:
        return None
    draw, spec = draws.begin(context.facts, context.checks, context.check["draw"])
    rows = context.wanted().rows if "set" in context.check else []
    forms = spec["forms"]
    return [_draw(context, forms[index % len(forms)], draw, rows)
            for index in range(spec["count"])]


def _number(context, due):
    """How many answers the check expects: as many as it lists, draws, or says."""
    listed = context.get("expect", due)
    return context.check["count"] if listed is None else len(listed)


@keys("group", "count set root mode expect draw asks found none value tables_at")
def answers(context):
    """Questions of one group, and no other. Keys: set (truth: the wanted set) or root
    and mode (truth: the tables at the stop), tables_at (another stop), found and none (results
    that mean mapped and not, default 1 and 0); or expect = [{result, value?, code?, value_code?}]:
    value_code where the result is right and the value is not. What was asked: asks (addresses) or
    draw (the name of a [draw.NAME] with forms). count, where neither these nor expect tell."""
    due = _questions(context)
    mine, problem = context.answers(_number(context, due))
    if problem:
        return problem
    for index, (ask, _, _) in enumerate(mine):
        if due is not None and ask != due[index]:
            return failed("C-PATCHED-STAFF", f"question {index} of {context.check['group']} asks "
                          f"{show.address(ask)}, the seed gives {show.address(due[index])}",
                          tripwire="C-PATCHED-STAFF")
    return _codes(context, mine) if "expect" in context.check else _translations(context, mine)


def _codes(context, mine):
    """Answers against a list of expected results."""
    wrong = []
    for (ask, result, value), want in zip(mine, context.check["expect"], strict=True):
        want = want if isinstance(want, dict) else {"result": want}
        other = result != context.value(want["result"])
        if other or "value" in want and value != context.value(want["value"]):
            code = want.get("code") if other else want.get("value_code", want.get("code"))
            hoped = f"result {want['result']}"
            if "value" in want:
                hoped += f" value {show.address(context.value(want['value']))}"
            wrong.append((code, want.get("why", f"the call for {show.address(ask)}"),
                          show.row(show.address(ask), hoped,
                                   f"result {result} value {show.address(value)}")))
    if not wrong:
        return passed(f"{len(mine)} results as expected")
    code, why, line = wrong[0]
    return failed(code, f"{why}: {line['have']}, wanted {line['want']}",
                  rows=[row for _, _, row in wrong[:4]])


def _translations(context, mine):
    """Answers against the truth of the set or of the tables."""
    stop = context.other_stop("tables_at") if "tables_at" in context.check else context.stop
    readable = stop.paging_mode() or "mode" in context.check
    paging = context.paging(stop) if readable else None
    want = context.wanted(stop) if "set" in context.check else None
    if want is None and paging is None:
        raise Trouble(f"nothing gives the truth of these answers at {stop.name}")
    yes, no, wrong = context.get("found", 1), context.get("none", 0), []
    for ask, result, value in mine:
        walk = paging.walk(ask) if paging else None
        row = want.at(ask) if want else None
        if row is not None and row.pa is not None:
            pa = row.pa + ask - row.va
        else:
            pa = walk.pa if walk and (want is None or row is not None) else None
        right = result == no if pa is None else result == yes and value == pa
        if not right:
            wrong.append(Answer(ask, result, value, pa, walk, paging, yes))
    if not wrong:
        return passed(f"{len(mine)} addresses translated")
    code, why = diagnose_answers.answers(wrong)
    if code is None and "code" not in context.check:
        code, why = diagnose_answers.elsewhere(wrong, context.other_sets())
    lines = [show.row(show.address(a.ask), "not mapped" if a.pa is None else show.address(a.pa),
                      show.address(a.value) if a.found else "not mapped")
             for a in wrong[:4]]
    return failed(code, f"{len(wrong)} of {len(mine)} answers are wrong: "
                  f"{why or lines[0]['what'] + ' gives ' + lines[0]['have']}",
                  rows=lines, va=wrong[0].ask)


_TESTS = {"==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
          "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}


@keys("note want", "test")
def note(context):
    """A note compared with a value. Keys: note (an expression or a note's name), want (an
    expression), test ("==", "!=", "<", "<=", ">", ">="; default "==")."""
    name = context.check["note"]
    plain = isinstance(name, str) and name in context.facts.notes
    have = context.value(f"note:{name}" if plain else name)
    want = context.value(context.check["want"])
    test = context.get("test", "==")
    if _TESTS[test](have, want):
        return passed(f"{name} = {show.address(have)}")
    return failed(None, f"{name} is {show.address(have)}",
                  rows=[show.row(str(name), f"{test} {show.address(want)}", show.address(have))])


@keys("before after", "used")
def frames(context):
    """Free frames are accounted for. Keys: before, after (expressions, usually notes), used (how
    many may be gone, an expression, default 0)."""
    before, after = (context.value(context.check[key]) for key in ("before", "after"))
    used = context.value(context.get("used", 0))
    if before - after == used:
        return passed(f"{before} free before, {after} after")
    lost = before - after - used
    text = f"{lost} frames lost" if lost > 0 else f"{-lost} frames too many came back"
    return failed("E-FRAME-LEAK" if lost > 0 else "E-FRAME-TWICE", text,
                  rows=[show.row("free frames", str(before - used), str(after))])
