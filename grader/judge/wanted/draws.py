"""Draws: [draw.NAME] of checks.toml, in the order in which the guest draws behind a stop.

Used by sets.py and the check kinds. Where in the stream a draw begins follows from the draws that
stand before it with the same stop: so a lesson that draws more in the middle shifts nothing.
"""

from itertools import cycle, islice

from grader.formats.seeds import Generator, mix
from grader.formats.values import Trouble


def _of_form(form):
    """How many numbers a question of this form takes (kinds/answers.py draws it)."""
    if "row" in form:
        return 3
    return 2 if form.get("offset") else 1


def taken(spec):
    """How many numbers of the generator a draw takes."""
    if "numbers" in spec:
        return spec["numbers"]
    if "forms" in spec:
        return sum(map(_of_form, islice(cycle(spec["forms"]), spec["count"])))
    return spec["count"] * (3 if isinstance(spec.get("pages"), list) else 2)


def begin(facts, checks, name):
    """(the generator where the draw begins, its table)."""
    spec = checks["draw"][name]
    after = facts.stop(spec["after"])
    if after is None:
        raise Trouble(f'the draw "{name}" needs the stop "{spec["after"]}", which was not reached')
    draw = Generator(mix(facts.seed, after.index + 1))
    for other, earlier in checks["draw"].items():
        if other == name:
            return draw, spec
        if earlier["after"] == spec["after"]:
            for _ in range(taken(earlier)):
                draw.next()
    raise Trouble(f'there is no draw "{name}"')
