"""Gradescope's results.json and PrairieLearn's: results for course systems.

Used by export.py; CONTRACT.md section 7 has the mapping.
"""

import json

from grader.report import text as report
from grader.report.cases import OURS, cases, heading, machine, remarks, visible

LEFT_OUT = "Left out of the maximum here"


def _dump(value):
    return json.dumps(value, indent=1, sort_keys=True) + "\n"


def _counted(result):
    """The cases of a result that count: what another emulator must show is told in the summary."""
    return [case for case in cases(result) if case.outcome != "elsewhere"]


def _summary(result):
    """Several lines about the whole result."""
    lines = [f"{heading(result)}: {result['points']}/{result['maximum']} points", machine(result)]
    if result["verdict"] == "error":
        lines += ["NOT GRADED. " + OURS, "Please hand it in again or tell the staff: "
                  + visible(result["message"])]
    elif result["verdict"] == "void":
        lines.append("VOID: the run was tampered with, so it gives no points.")
    elif result["verdict"] == "build_error":
        lines.append("It was not built, so there was nothing to grade.")
    lines += [f"note {code}: {text}" for code, text in remarks(result)]
    lines += [f"{LEFT_OUT}: {case.title} ({case.message})" for case in cases(result)
              if case.outcome == "elsewhere"]
    return "\n".join(line for line in lines if line)


def _titled(results, result, case):
    """The case's title, with its lesson's number where there are several."""
    return case.title if len(results) == 1 else f"{report.number(result)}: {case.title}"


def gradescope(results):
    """results.json of Gradescope's autograder. Trouble of ours is said at the top of the output,
    and nowhere as a failed test."""
    tests = []
    for result in results:
        for index, case in enumerate(_counted(result), 1):
            one = {"name": _titled(results, result, case), "output": case.text,
                   "number": f"{report.number(result)}.{index}", "score": case.points,
                   "max_score": case.maximum, "visibility": "visible", "output_format": "text",
                   "name_format": "text", "tags": [case.code] if case.code else []}
            if case.outcome != "error":
                one["status"] = "passed" if case.outcome == "pass" else "failed"
            tests.append(one)
    return _dump({"score": sum(result["points"] for result in results), "tests": tests,
                  "output": "\n\n".join(map(_summary, results)), "output_format": "text",
                  "visibility": "visible", "stdout_visibility": "hidden",
                  "extra_data": {"pagewalk": [{key: result[key] for key in
                                               ("lesson", "seed", "verdict", "status", "points",
                                                "maximum")} for result in results]}})


def _ungradable(result):
    """Why PrairieLearn should not count the attempt, or None: trouble of ours, or a file that does
    not compile. What the gate refuses is graded: with 0."""
    if result["verdict"] == "error":
        return f"{OURS} {visible(result['message'])}"
    if result["verdict"] == "build_error" and not result["tripwires"]:
        return visible(result["message"])
    return None


def prairielearn(results):
    """results.json of PrairieLearn's external graders."""
    reasons = [reason for reason in map(_ungradable, results) if reason]
    summary = "\n\n".join(map(_summary, results))
    if reasons:
        return _dump({"gradable": False, "format_errors": reasons, "message": summary})
    maximum = sum(result["maximum"] for result in results)
    points = sum(result["points"] for result in results)
    tests = [{"name": _titled(results, result, case), "description": case.code or "",
              "points": case.points, "max_points": case.maximum,
              "message": case.message, "output": case.details}
             for result in results for case in _counted(result)]
    return _dump({"gradable": True, "score": points / maximum if maximum else 0.0,
                  "message": summary, "output": "", "tests": tests})
