"""`hint` and `progress` read what grade left behind; here it is put there by hand, in a root of the
test's own whose lessons are the project's.
"""

import re
from argparse import Namespace
from pathlib import Path

import pytest

from cli import Stop, latest
from cli.verbs.hint import hint
from cli.lessons import find
from cli.verbs.progress import progress
from sample_results import results

ROOT = Path(__file__).resolve().parents[4]
RESULTS = results()
STEPS = ["where to look", "the idea", "nearly there"]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "src").symlink_to(ROOT / "src")
    (tmp_path / "work").mkdir()
    return tmp_path


def graded(root, result, own=True):
    """Keeps `result` as if grade had made it from what is in work/ (or from another file)."""
    lesson = find(root, "2")
    path = lesson.work()[".c"]
    if own and not path.exists():
        path.write_text("/* mine */\n")
    latest.keep(latest.folder(lesson), result, latest.digest(lesson) if own else None)
    return path


def with_hints(result):
    """The result with three hints for its first failure."""
    checks = [{**entry, "hint": STEPS} if entry["verdict"] == "fail" else entry
              for entry in result["checks"]]
    return {**result, "checks": checks}


def asked(root, capsys, **options):
    """(status, lines) of `hint 2`."""
    given = {"lesson": "2", "out": None, "work": None, "solution": False, **options}
    status = hint(root, Namespace(**given))
    return status, capsys.readouterr().out.splitlines()


def test_three_steps_then_the_last_one_again(root, capsys):
    graded(root, with_hints(RESULTS["fail"]))
    said = [asked(root, capsys) for _ in range(4)]
    assert {status for status, _ in said} == {1}
    assert [lines[:2] for _, lines in said[:3]] == [
        ["0x00403A10 must be writable", f"hint {number} of 3: {step}"]
        for number, step in enumerate(STEPS, 1)]
    assert len(said[0][1]) == 2                         # the place and the command come last
    assert said[2][1][2] == \
        'read:    src/lessons/02_two_levels/lesson.md, "The effective right is the AND"'
    assert said[2][1][3].startswith("see it:  make LESSON=2 SEED=77 debug,  then  c   c   page 0x4")
    assert said[3] == said[2]


def test_another_failure_begins_with_the_first_step(root, capsys):
    first = with_hints(RESULTS["fail"])
    graded(root, first)
    asked(root, capsys)
    renamed = [{**entry, "id": "other"} for entry in first["checks"]]
    graded(root, {**first, "checks": renamed})
    assert "hint 1 of 3" in asked(root, capsys)[1][1]
    graded(root, first)                                 # and back again
    assert "hint 1 of 3" in asked(root, capsys)[1][1]


@pytest.mark.parametrize("kind, words", [
    ("hang", ["map+0x1", "without reaching the next checkpoint", "function and line"]),
    ("void", ["ended by a port", "may not end it"]), ("build", ["work/x.c:1: error: y"])])
def test_what_no_check_foresees_has_hints_too(root, capsys, kind, words):
    graded(root, RESULTS[kind])
    for word in words:
        assert word in "\n".join(asked(root, capsys)[1])


def test_an_unwritten_function_gives_the_hints_of_its_first_check(root, capsys):
    fell = {**RESULTS["hang"]["checks"][0], "code": "E-TODO", "message": "not written yet: map"}
    blocked = {**RESULTS["hang"]["checks"][2], "hint": STEPS, "verdict": "skipped"}
    graded(root, {**RESULTS["hang"], "checks": [fell, blocked]})
    assert asked(root, capsys)[1] == [f'not written yet: map. First: "{blocked["title"]}"',
                                      "hint 1 of 3: where to look"]


def test_nothing_to_hint_at(root, capsys):
    with pytest.raises(Stop, match="Grade first: make LESSON=2 grade") as stop:
        asked(root, capsys)
    assert stop.value.status == 64
    graded(root, RESULTS["pass"])
    assert asked(root, capsys) == (0, ["Nothing fails: there is no hint to give."])
    graded(root, RESULTS["error"])
    assert "wall clock" in asked(root, capsys)[1][0]


def test_the_learners_own_grading_is_the_one_that_counts(root, capsys):
    path = graded(root, with_hints(RESULTS["fail"]))
    graded(root, RESULTS["pass"], own=False)            # SOLUTION=1 grade
    assert "hint 1 of 3" in asked(root, capsys)[1][1]
    assert asked(root, capsys, solution=True)[0] == 0
    path.write_text("/* changed */\n")
    assert "has changed since: make LESSON=2 grade" in asked(root, capsys)[1][0]


def test_a_damaged_record_is_told(root, capsys):
    graded(root, RESULTS["fail"])
    (latest.folder(find(root, "2")) / "mine.json").write_text("{")
    with pytest.raises(Stop, match="damaged"):
        asked(root, capsys)


def row(root, capsys, number=2):
    """The lesson's row of `progress`."""
    assert progress(root, None) == 0
    lines = capsys.readouterr().out.splitlines()
    return next(line for line in lines if re.match(rf" *{number}  ", line))


def test_progress_follows_a_lesson(root, capsys):
    assert row(root, capsys, 1).endswith("make LESSON=1 start")
    assert row(root, capsys).split()[-1] == "-/20"      # one "start" is enough
    path = find(root, "2").work()[".c"]
    path.write_text("/* mine */\n")
    assert re.search(r"-/20  begun +make LESSON=2 grade$", row(root, capsys))
    graded(root, RESULTS["fail"])
    assert re.search(r" 4/20  E-RW-UPPER +make LESSON=2 hint$", row(root, capsys))
    path.write_text("/* changed */\n")
    assert re.search(r" 4/20  changed since +make LESSON=2 grade$", row(root, capsys))
    graded(root, RESULTS["pass"])
    assert re.search(r" 7/20  all passed$", row(root, capsys))
    for kind, words in (("build", "does not compile"), ("void", "C-EXIT-PORT"),
                        ("error", "could not be graded")):
        graded(root, RESULTS[kind])
        assert words in row(root, capsys), kind


def test_progress_sums_up_and_paints_only_when_asked(root, capsys, monkeypatch):
    graded(root, RESULTS["fail"])
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    progress(root, None)
    painted = capsys.readouterr().out
    assert "\033[31m  2  Two levels" in painted
    monkeypatch.setenv("NO_COLOR", "1")
    progress(root, None)
    plain = capsys.readouterr().out
    assert "\033" not in plain and re.sub(r"\033\[[0-9;]*m", "", painted) == plain
    assert re.fullmatch(r" +4/\d+", plain.splitlines()[-1])
