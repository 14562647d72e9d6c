"""Draws and defaults of checks.toml: said once, and nowhere how many numbers come before."""

import pytest

from grader.formats.checks import Checks, faults
from grader.formats.seeds import Generator, mix
from grader.formats.values import Trouble
from grader.judge.facts import Facts
from grader.judge.wanted import draws

from fake import KINDS, Run, checks

MAPS = {"id": "rows", "kind": "maps", "set": "p"}
ROWS = {"after": "start", "count": 4, "page": [0, 9], "frame": [0, 9]}
ASKED = {"after": "start", "count": 5, "forms": [{"row": True}, {"bits": 32}, {"page": [0, 7]},
                                                {"page": [0, 7], "offset": True}]}


@pytest.mark.parametrize("spec, numbers", [
    (ROWS, 8), ({**ROWS, "pages": [1, 3]}, 12), ({**ROWS, "pages": 7}, 8),
    (ASKED, 3 + 1 + 1 + 2 + 3), ({"after": "start", "numbers": 6}, 6)])
def test_how_many_numbers_a_draw_takes(spec, numbers):
    assert draws.taken(spec) == numbers


def test_a_draw_begins_behind_those_before_it_at_the_same_stop():
    one = Run()
    one.stop("start", mode=None)
    one.stop("process_1", mode=None)
    data = checks(MAPS, draw={"a": ROWS, "elsewhere": {"after": "process_1", "numbers": 9},
                              "b": {"after": "start", "numbers": 2}, "c": ASKED})
    facts = Facts(one.evidence(), data)
    draw = Generator(mix(77, 1))
    for _ in range(8 + 2):
        draw.next()
    assert draws.begin(facts, data, "c")[0].next() == draw.next()
    assert draws.begin(facts, data, "elsewhere")[0].next() == Generator(mix(77, 2)).next()
    data["draw"]["c"] = {**ASKED, "after": "end"}
    with pytest.raises(Trouble):
        draws.begin(facts, data, "c")


def test_a_draw_may_be_like_another():
    data = Checks({"draw": {"a": ROWS, "b": {"like": "a", "count": 2}}}, KINDS)
    assert data["draw"]["b"] == {**ROWS, "count": 2}


def test_checks_share_defaults():
    table = {"defaults": {"late": {"at": "end", "code": "E-X"}},
             "check": [{"id": "a", "defaults": "late"},
                       {"id": "b", "defaults": "late", "code": "E-Y"}, {"id": "c"}]}
    assert Checks(table, KINDS)["check"] == [{"id": "a", "at": "end", "code": "E-X"},
                                             {"id": "b", "at": "end", "code": "E-Y"}, {"id": "c"}]


@pytest.mark.parametrize("change, words", [
    ({"draw": {"a": {**ROWS, "skip": 3}}}, 'draw "a" has no key "skip"'),
    ({"draw": {"a": {"after": "start", "count": 3, "page": [0, 1]}}}, 'draw "a" needs "frame"'),
    ({"draw": {"a": {**ASKED, "after": "never"}}}, 'draw "a": the stop "never" is not in order'),
    ({"draw": {"a": {"like": "b"}, "b": ROWS}}, 'draw "a" is like "b", which is no draw before'),
    ({"set": {"p": {"random": {"draw": "a"}}}}, "random needs the name of a draw"),
    ({"draw": {"a": ASKED}, "set": {"p": {"random": {"draw": "a"}}}}, "random needs the name"),
    ({"draw": {"a": ROWS}, "set": {"p": {"random": {"draw": "a", "skip": 3}}}}, 'no key "skip"'),
    ({"check": [{**MAPS, "title": "rows", "points": 1, "at": "start", "defaults": "late"}]},
     "there is no [defaults.late]"),
    ({"defaults": 3}, '"defaults" must be a dict')])
def test_faults_are_one_sentence(change, words):
    data = Checks({**checks(MAPS), **change}, KINDS)
    assert any(words in fault for fault in faults(data)), faults(data)
