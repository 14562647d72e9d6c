"""Would a mutant slip through if one check were not there, or a cheat keep points without one
tripwire? Replays evidence, no emulator.

A mutant is killed when it is caught and named by a code that it expects. Without the check it
either lives (everything passes) or is misnamed: another check still fails, and tells the learner
of another mistake. A lesson's proof/needed.toml names a mutant for each check, one that lives where
there is one: `tests/matrix --needed` finds them, test_corpora.py holds them to it. `false` stands
for a check without one: it catches and names nothing yet that the others do not.
tripwires.toml names a cheat for each part of grader/judge/tripwires.py.
"""

import tomllib
from pathlib import Path
from unittest import mock

from bench import LESSONS, numbered
from corpus import gap
from grader.judge import judge, tripwires


def table(lesson):
    """Where a lesson says which mutant each of its checks needs."""
    return lesson.proof / "needed.toml"


NEEDED = {lesson.name: tomllib.loads(table(lesson).read_text())
          for lesson in LESSONS if table(lesson).exists()}            # {lesson: {check: mutant}}
TRIPWIRES = tomllib.loads(Path(__file__).with_name("tripwires.toml").read_text())  # {part: cheat}

LIVES, MISNAMED = "lives", "misnamed"


def named(entry):
    """(mutant, how it slips through) of a row of needed.toml; (None, None) for `false`."""
    if isinstance(entry, dict):
        return entry[MISNAMED], MISNAMED
    return (entry, LIVES) if entry else (None, None)


def _by_mutant():
    found = {}
    for lesson, rows in NEEDED.items():
        for check, (mutant, how) in ((check, named(entry)) for check, entry in rows.items()):
            if mutant:
                found.setdefault(f"{lesson[:2]}/{mutant}", []).append((check, how))
    return found


WITNESSES = _by_mutant()            # {"02/mutant": [(check it needs, how it slips without it)]}


def without(checks, name):
    """The lesson's checks with one switched off; what needed it is judged all the same."""
    kept = [{**check, "needs": [need for need in check.get("needs", []) if need != name]}
            for check in checks["check"] if check["id"] != name]
    return checks.but(check=kept)


def slips_without(run, one, check):
    """How this run of a mutant slips through if the check is not there: LIVES, MISNAMED or None."""
    checks = numbered(one.number).checks()
    result = run.judged(f"without {check}", lambda: without(checks, check))
    if result["verdict"] == "pass":
        return LIVES
    return MISNAMED if gap(one, result) else None


def root_check(result):
    """The first check that failed: only that one can be missed. None when a tripwire fell."""
    failed = (entry["id"] for entry in result["checks"] if entry["verdict"] == "fail")
    return None if result["tripwires"] else next(failed, None)


def keeps_without(evidence, one, part):
    """The points that this run of a cheat keeps if one part of the tripwires is not there."""
    checks = numbered(one.number).checks()
    parts = tripwires.OF_A_RUN if part in tripwires.OF_A_RUN else tripwires.OF_A_STOP
    with mock.patch.dict(parts):
        del parts[part]
        return judge.judge(evidence, checks)["points"]
