"""Mutants are caught and named, cheats gain nothing, other correct answers earn everything."""

import pytest
from bench import LESSONS, grade, numbered, story
from corpus import codes_given, gap, load, runs
from switch_off import (LIVES, NEEDED, TRIPWIRES, WITNESSES, keeps_without, named,
                        slips_without)

from grader.judge import tripwires


def cases(name):
    """One test for each submission: its runs share what is built."""
    return [pytest.param(one, due, id="-".join((one.label, *(f"{e}-{s}" for e, s in due))))
            for one, due in runs(name)]


def judged(one, due, folder):
    """(result, evidence) of each run of a submission of a corpus."""
    lesson, files = numbered(one.number), one.files(folder)
    for emulator, seed in due:
        yield grade(lesson, files, emulator, seed, folder / "out", fast=True)


@pytest.mark.parametrize("one, due", cases("mutants"))
def test_mutant_is_named(one, due, tmp_path):
    done = list(judged(one, due, tmp_path))
    for result, _ in done:
        assert gap(one, result) is None, story(result)
    for check, how in WITNESSES.get(one.label, ()):
        slips = {slips_without(evidence, one, check) for _, evidence in done}
        assert slips & {how, LIVES}, \
            f"without {check} {one.label} was {how}, and is not: another mutant must show its worth"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_check_says_which_mutant_needs_it(lesson):
    """A new check comes with a mutant that only it kills, or `false` says that it has none."""
    checks = [check["id"] for check in lesson.checks()["check"]]
    listed = NEEDED.get(lesson.name, {})
    names = {one.name for one in load("mutants") if one.number == lesson.number}
    assert list(listed) == checks, "write it anew: tests/matrix --needed"
    assert {named(entry)[0] for entry in listed.values()} - {None} <= names


@pytest.mark.parametrize("one, due", cases("cheats"))
def test_cheat_gains_nothing(one, due, tmp_path):
    for result, evidence in judged(one, due, tmp_path):
        assert result["points"] == 0, story(result)
        assert result["status"] in (1, 3), story(result)
        assert set(codes_given(result)) & set(one.expect), story(result)
        for part, cheat in TRIPWIRES.items():
            assert cheat != one.label or keeps_without(evidence, one, part), \
                f"{one.label} keeps no point without the tripwire {part}: name another"


def test_every_tripwire_says_which_cheat_needs_it():
    assert list(TRIPWIRES) == [*tripwires.OF_A_RUN, *tripwires.OF_A_STOP]
    assert set(TRIPWIRES.values()) <= {one.label for one in load("cheats")}


@pytest.mark.parametrize("one, due", cases("alternatives"))
def test_alternative_earns_everything(one, due, tmp_path):
    for result, _ in judged(one, due, tmp_path):
        assert result["verdict"] == "pass", story(result)
        assert result["points"] == result["maximum"]
        assert set(one.expect) <= {remark["code"] for remark in result["remarks"]}, story(result)
