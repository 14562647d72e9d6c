"""Would a mutant live if one check were not there? Judged by replaying evidence, no emulator.

tests/mutants/needed.toml names, for each check of each lesson, a mutant that this check alone
catches: `tests/matrix --needed` finds them, test_corpora.py holds them to it. `false` stands for a
check without one: it catches nothing yet that another check does not.
"""

import tomllib

from bench import ROOT
from grader import checks as checklist
from grader import judge

FILE = ROOT / "tests" / "mutants" / "needed.toml"
NEEDED = tomllib.loads(FILE.read_text()) if FILE.exists() else {}     # {lesson: {check: mutant}}


def _by_mutant():
    found = {}
    for lesson, rows in NEEDED.items():
        for check, name in ((check, name) for check, name in rows.items() if name):
            found.setdefault(f"{lesson[:2]}/{name}", []).append(check)
    return found


WITNESSES = _by_mutant()            # {"02/mutant": [checks that alone catch it]}


def without(checks, name):
    """The lesson's checks with one switched off; what needed it is judged all the same."""
    kept = [{**check, "needs": [need for need in check.get("needs", []) if need != name]}
            for check in checks["check"] if check["id"] != name]
    return {**checks, "check": kept}


def lives_without(evidence, lesson, name):
    """Whether this run would pass if the check were not there."""
    checks = checklist.load(lesson.folder / "checks.toml")
    return judge.judge(evidence, without(checks, name))["verdict"] == "pass"


def only_check(result):
    """The one check that failed, or None when several did or the run fell for another reason."""
    failed = [entry["id"] for entry in result["checks"] if entry["verdict"] == "fail"]
    return failed[0] if len(failed) == 1 and not result["tripwires"] else None
