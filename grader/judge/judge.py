"""The judge: (evidence, checks) -> result. A pure function; nothing the guest printed reaches it.

Used by the command line and by the tests that replay stored evidence. Points are summed here and
nowhere else.
"""

from grader.formats import frame
from grader.formats.checks import maximum
from grader.formats.values import PagingOff, Trouble
from grader.judge import ending, tripwires
from grader.judge.facts import Facts
from grader.judge.kinds.base import Context, failed
from grader.judge.see import at_the_end, commands, picture

PASS, FAIL, ERROR, BUILD = 0, 1, 2, 3
RUN = "run"
MISTAKES = "Common mistakes"           # a section of every lesson.md


def _entry(check, **more):
    """One entry of result.checks with every key present."""
    return {"id": check["id"], "title": check["title"], "verdict": "error", "points": 0,
            "maximum": check["points"], "code": None, "message": "", "rows": [], "see": [],
            "hint": check.get("hint", []), "read": check.get("read"), "at": check.get("at"),
            "where": None, "picture": None, "blocked_by": None, "elsewhere": False, "fact": False,
            **more}


def _result(checks, evidence, **more):
    """A result with every key present. `evidence` may be {} when nothing ran."""
    emulator, gate = evidence.get("emulator"), evidence.get("gate", {})
    return {"format": "pagewalk-result", "version": 1, "lesson": evidence.get("lesson"),
            "title": checks["title"], "seed": evidence.get("seed"), "emulator": emulator,
            "optimisation": evidence.get("optimisation"), "points": 0,
            "maximum": maximum(checks, emulator["name"] if emulator else None), "status": ERROR,
            "verdict": "error", "message": "", "checks": [], "tripwires": [], "remarks": [],
            "end": None, "tables": [], "sandbox": gate.get("sandbox"), **more}


def _unsafe(gate):
    """The remark on a submission that was compiled outside a sandbox, in a list."""
    return [{"code": "R-NO-SANDBOX"}] if gate.get("sandbox") == "limits only" else []


def build_error(lesson, checks, message, gate=None):
    """The result of a submission that was not built: the compiler's words, or the gate's."""
    gate = gate or {}
    return _result(checks, {"lesson": lesson, "gate": gate}, verdict="build_error",
                   status=BUILD, message=message, remarks=_unsafe(gate),
                   tripwires=[{"stop": None, **found} for found in gate.get("findings", ())])


def trouble(lesson, checks, message):
    """The result of a run that could not be made: trouble of ours, never the learner's failure."""
    return _result(checks, {"lesson": lesson}, message=message)


def _function_line(facts, check):
    """"work/02_two_levels.c:41 map()" for a check that names the function at work, or None."""
    name = check.get("work")
    if not name:
        return None
    line = facts.image.get("lines", {}).get(name, f"work/{facts.evidence['lesson']}.c")
    return f"{line} {name}()"


def _blocker(facts, check, known, todo, fell):
    """Title of what keeps `check` from being judged, or None."""
    for name in check.get("needs", []):
        if known[name]["verdict"] != "pass" and not known[name]["elsewhere"]:
            return known[name]["title"]
    if todo and (check.get("uses") is None or set(check["uses"]) & set(todo)):
        return f"not written yet: {', '.join(todo)}"
    stops = [check["at"], *(check[key] for key in ("since", "tables_at") if key in check)]
    if all(facts.stop(name) for name in stops):
        return None
    first = next((entry for entry in known.values() if entry["verdict"] == "fail"), None)
    return first["title"] if first else (fell[1] if fell else "the run did not get there")


def _judge_one(facts, checks, check):
    """(entry, outcome or None) of a check that can be judged."""
    try:
        outcome = checks.kinds[check["kind"]](Context(facts, checks, check))
    except PagingOff as off:
        outcome = failed("E-PG-OFF", str(off))
    except Trouble as trouble:
        return _entry(check, message=str(trouble)), None
    if outcome.passed:
        return _entry(check, verdict="pass", points=check["points"],
                      message=outcome.message), outcome
    code = outcome.code or check.get("code") or "E-UNNAMED"
    return _entry(check, verdict="fail", code=code, message=outcome.message, rows=outcome.rows,
                  see=commands(facts, check, outcome), where=_function_line(facts, check),
                  picture=picture(check, outcome)), outcome


def _judge_all(facts, checks, todo, fell, result):
    """Fill result.checks, and add the tripwires, remarks and tables the kinds found."""
    known = {}
    for check in checks["check"]:
        emu = check.get("emu", facts.emulator["name"])
        if emu != facts.emulator["name"]:
            known[check["id"]] = _entry(check, verdict="skipped", maximum=0, elsewhere=True,
                                        blocked_by=f"only {emu.capitalize()} can show this")
            continue
        blocker = _blocker(facts, check, known, todo, fell)
        if blocker:
            known[check["id"]] = _entry(check, verdict="skipped", blocked_by=blocker)
            continue
        entry, outcome = _judge_one(facts, checks, check)
        known[check["id"]] = entry
        if outcome is None:
            continue
        result["remarks"] += [one for one in outcome.remarks if one not in result["remarks"]]
        if outcome.tables and outcome.tables not in result["tables"]:
            result["tables"].append(outcome.tables)
        if outcome.tripwire:
            result["tripwires"].append({"code": outcome.tripwire, "stop": None,
                                        "what": outcome.message})
    result["checks"] = list(known.values())


def _look_at(facts, checks, fact):
    """The entry of a fact: it passes, or the verdict is an error of ours."""
    seen = {**fact, "points": 0}
    entry, outcome = _judge_one(facts, checks, seen)
    if outcome is None or outcome.passed:
        return {**entry, "fact": True}
    return _entry(seen, fact=True, rows=outcome.rows, message="the machine did something else than "
                  f"the manual says: {outcome.message}")


def _look_at_facts(facts, checks, result):
    """What the machine did by itself. Only a run in which the learner did everything right says
    anything about the machine; what the other emulator must show is not there at all."""
    if result["tripwires"] or any(entry["verdict"] != "pass" and not entry["elsewhere"]
                                  for entry in result["checks"]):
        return
    result["checks"] += [_look_at(facts, checks, fact) for fact in checks.get("fact", [])
                         if fact.get("emu", facts.emulator["name"]) == facts.emulator["name"]]


def _add_run(facts, result, fell, todo):
    """Put how the run ended among the checks: first when it is the root cause, else last."""
    code, message, rows = fell
    check = {"id": RUN, "title": "the lesson runs to its end", "points": 0}
    entry = _entry(check, verdict="fail", code=code, message=message, rows=rows,
                   see=at_the_end(facts, code, rows), read=None if todo else MISTAKES,
                   where=result["end"].get("line") or
                   _function_line(facts, {"work": todo[0]} if todo else {}))
    earlier = any(one["verdict"] == "fail" for one in result["checks"])
    result["checks"].insert(len(result["checks"]) if earlier else 0, entry)


def _sum_up(result):
    """Points, verdict and exit status from what was found."""
    verdicts = {entry["verdict"] for entry in result["checks"]}
    result["points"] = sum(entry["points"] for entry in result["checks"])
    if result["tripwires"]:
        result.update(verdict="void", status=FAIL, points=0)
    elif "error" in verdicts:
        result.update(verdict="error", status=ERROR)
        result["message"] = next(e["message"] for e in result["checks"]
                                 if e["verdict"] == "error")
    elif "fail" in verdicts:
        result.update(verdict="fail", status=FAIL)
    elif any(entry["verdict"] == "skipped" and entry["maximum"] for entry in result["checks"]):
        result.update(verdict="error", status=ERROR,
                      message="a check could not be judged although nothing failed")
    else:
        result.update(verdict="pass", status=PASS)


def judge(evidence, checks):
    """The result of one run (schema/result.schema.json).

    Broken evidence and an emulator's trouble give the verdict "error", never a failure."""
    try:
        frame.check(evidence)
    except frame.EvidenceError as trouble:
        return _result(checks, {}, message=str(trouble))
    gate = evidence["gate"]
    if not gate["passed"]:
        return build_error(evidence["lesson"], checks, "the submission was refused", gate)
    result = _result(checks, evidence)
    try:
        facts = Facts(evidence, checks)
        result["end"] = {key: value for key, value in facts.end.items()
                         if key in ("how", "status", "symbol", "line", "first_fault")}
        fell = ending.judge(facts, checks)
        todo = ending.todo_names(facts, checks)
        if todo and not fell:
            fell = ("E-TODO", f"not written yet: {', '.join(todo)}", [])
        result["remarks"] = [*facts.remarks, *_unsafe(gate)]
        result["tripwires"] = tripwires.find(facts, checks)
        _judge_all(facts, checks, todo, fell, result)
        if not fell:
            _look_at_facts(facts, checks, result)
    except Trouble as trouble:
        result["message"] = str(trouble)
        return result
    if fell:
        _add_run(facts, result, fell, todo)
    _sum_up(result)
    return result


def _reading(result, name):
    """The entry of one emulator's result; a run without trouble has none of its own."""
    return next((entry for entry in result["checks"] if entry["id"] == name),
                {"id": name, "title": name, "verdict": "pass", "code": None,
                 "message": "ran to the end"})


def _disagreement(entry, results, readings):
    """`entry` as an error that shows what each emulator said."""
    rows = [{"what": result["emulator"]["name"], "want": "", "address": None, "note": "",
             "have": " ".join(part for part in (one["verdict"], one["code"], one["message"])
                              if part)} for result, one in zip(results, readings)]
    return {**entry, "verdict": "error", "points": 0, "code": None, "rows": rows, "see": [],
            "message": "the emulators disagree: this is our fault, not yours"}


def compare(results):
    """One result from several emulators' on the same submission and seed; the first is the grade
    of record. Where they disagree on a check the verdict is "error" and all readings stand in its
    rows. A result that says nothing about a check by itself (error, build_error, void) wins."""
    for result in results:
        if result["verdict"] in ("error", "build_error", "void"):
            return result
    names = list(dict.fromkeys(entry["id"] for result in results for entry in result["checks"]))
    merged = {**results[0], "checks": []}
    for name in names:
        readings = [_reading(result, name) for result in results]
        entry = next(one for one in readings if "rows" in one)
        spoken = {one["verdict"] for one in readings} - {"skipped"}
        merged["checks"].append(_disagreement(entry, results, readings) if len(spoken) > 1
                                else entry if entry is readings[0] else readings[0])
    merged["checks"] = [entry for entry in merged["checks"] if "rows" in entry]
    _sum_up(merged)
    return merged
