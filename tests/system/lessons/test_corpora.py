"""Mutants are caught and named, cheats gain nothing, other correct answers earn everything.

Run is what cover.py chooses, with LONG=1 everything; what is stored is not run again."""

import cover
import pytest
from bench import LESSONS, story
from corpus import codes_given, gap, load
from stored import graded_of
from switch_off import (LIVES, NEEDED, TRIPWIRES, WITNESSES, keeps_without, named,
                        slips_without)

from grader.judge import tripwires


def cases(name):
    """One test for each submission: its runs share what is built."""
    return [pytest.param(one, due, id="-".join((one.label, *(f"{e}-{s}" for e, s in due))))
            for one, due in cover.runs(name)]


def judged(one, due, folder):
    """The Run of each run of a submission of a corpus; those that are not stored share a build."""
    return [graded_of(one, emulator, seed, out=folder) for emulator, seed in due]


@pytest.mark.parametrize("one, due", cases("mutants"))
def test_mutant_is_named(one, due, tmp_path):
    done = judged(one, due, tmp_path)
    for run in done:
        assert gap(one, run.result) is None, story(run.result)
    for check, how in WITNESSES.get(one.label, ()):
        slips = {slips_without(run, one, check) for run in done}
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
    for run in judged(one, due, tmp_path):
        result = run.result
        assert result["points"] == 0, story(result)
        assert result["status"] in (1, 3), story(result)
        assert set(codes_given(result)) & set(one.expect), story(result)
        for part, cheat in TRIPWIRES.items():
            assert cheat != one.label or keeps_without(run.evidence, one, part), \
                f"{one.label} keeps no point without the tripwire {part}: name another"


def test_every_tripwire_says_which_cheat_needs_it():
    assert list(TRIPWIRES) == [*tripwires.OF_A_RUN, *tripwires.OF_A_STOP]
    assert set(TRIPWIRES.values()) <= {one.label for one in load("cheats")}


@pytest.mark.parametrize("one, due", cases("alternatives"))
def test_alternative_earns_everything(one, due, tmp_path):
    for run in judged(one, due, tmp_path):
        result = run.result
        assert result["verdict"] == "pass", story(result)
        assert result["points"] == result["maximum"]
        assert set(one.expect) <= {remark["code"] for remark in result["remarks"]}, story(result)


def test_the_cover_needs_everything():
    """Each check, code and part of the tripwires, and both emulators in each lesson."""
    assert not cover.uncovered(cover.cover()), cover.summary()


def test_the_cover_holds_nothing_superfluous():
    spare = [one for one in cover.cover() if one[0] != cover.ALWAYS
             and not cover.uncovered(cover.cover() - {one})]
    assert not spare


def test_a_gap_in_the_cover_is_named():
    """One entry less of those that alone serve something, and the sentence says what is lacking."""
    one = min(cover.forced())
    lacking = cover.uncovered(cover.cover() - {one})
    assert lacking and set(lacking) <= cover.entries()[one]


def test_every_entry_of_the_cover_is_run():
    due = {cover.key(one) for corpus in cover.CORPORA for one, _ in cover.runs(corpus)}
    everything = set(cover.entries()) if cover.LONG else cover.cover()
    assert due == everything or cover.QUICK
