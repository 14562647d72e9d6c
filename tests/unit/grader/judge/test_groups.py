"""Answers by the name of their group: from the guest's memory to a check; who may not move them."""

import struct

import pytest

from grader.formats import exam
from grader.formats.checks import faults
from grader.judge import judge

from fake import Run, checks

TWO = [{"id": "one", "kind": "answers", "group": "one", "expect": [0, 2]},
       {"id": "two", "kind": "answers", "group": "two", "expect": [2]}]
GIVEN = {"one": [(1, 0, 0), (2, 2, 0)], "between": [(3, 2, 0)], "two": [(4, 2, 0)]}
GROUPS = ["one", "between*1", "two"]


def entry(name, first):
    """An entry of exam_groups."""
    return struct.pack("<28sI", name, first)


def judged(move=lambda groups: groups, groups=None, given=None):
    """The result of a run whose list of groups is what `move` makes of it."""
    recorded = Run()
    recorded.stop("start", mode=None)
    stop = recorded.stop("process_1", mode=None, answers=given or GIVEN)
    stop["groups"] = move(stop["groups"])
    return judge.judge(recorded.evidence(), checks(*TWO, groups=groups or GROUPS))


def test_bytes_become_runs():
    data = entry(b"one", 0) + entry(b"two", 5) + entry(b"one", 7) + bytes(64)
    assert exam.groups(data, 9) == [["one", 0, 5], ["two", 5, 2], ["one", 7, 2]]
    assert exam.groups(bytes(64), 0) == []


def test_any_bytes_become_something():
    data = entry(b"\xff\x80", 2 ** 32 - 1) + entry(b"x" * 28, 3) + b"\x01"
    assert exam.groups(data, 0) == [["\\xff\\x80", 2 ** 32 - 1, 4 - 2 ** 32], ["x" * 28, 3, -3]]


def test_each_check_reads_its_group():
    assert judged()["verdict"] == "pass"


def test_a_group_that_is_opened_again_goes_on():
    found = judged(lambda _: [["one", 0, 1], ["between", 1, 1], ["one", 2, 1], ["two", 3, 1]],
                   ["one*1", "between*1", "one*1", "two"],
                   {"all": [(1, 0, 0), (3, 2, 0), (2, 2, 0), (4, 2, 0)]})
    assert found["verdict"] == "pass"


@pytest.mark.parametrize("move", [
    lambda g: [["two", *g[0][1:]], g[1], ["one", *g[2][1:]]],           # names exchanged
    lambda g: [*g, ["more", 4, 0]],
    lambda g: [g[0], ["between", 2, 0], ["two", 2, 2]],                 # a border moved
    lambda g: [["one", 0, 3], ["between", 3, 0], g[2]],
    lambda g: [["one", 1, 1], g[1], g[2]],                              # the beginning
    lambda g: [g[0], ["between", 2, 2 ** 32], ["two", 2 ** 32 + 2, 2 - 2 ** 32]],
    lambda g: [["one", 0, 1], ["between", 1, 1], ["two", 2, 2]]])       # all moved by one
def test_moving_a_group_voids_the_run(move):
    found = judged(move)
    assert found["verdict"] == "void"
    assert "C-PATCHED-STAFF" in {wire["code"] for wire in found["tripwires"]}


@pytest.mark.parametrize("groups, words", [
    (["one"], 'check "two": the group "two" is not in groups'),
    (["one", "two", "more"], 'the group "more" needs its number of answers'),
    (["one", "two", "one"], 'the group "one" needs its number of answers'),
    (["one", "two", "a-b"], "is not a word"),
    (["one", "two", "x" * 28], "is not a word")])
def test_faults_of_groups(groups, words):
    assert any(words in fault for fault in faults(checks(*TWO, groups=groups)))
