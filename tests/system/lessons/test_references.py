"""References earn full marks on both emulators with several seeds, starters earn nothing."""

import pytest
from bench import LESSONS, QUICK, SEED, first_code, story
from stored import graded_files

SEEDS = [SEED] if QUICK else [SEED, SEED + 1, SEED + 2]
RUNS = [(emulator, seed, "-O2") for emulator in ("bochs", "qemu") for seed in SEEDS]
RUNS += [] if QUICK else [("qemu", SEED, "-O0"), ("bochs", SEED, "-O0")]


@pytest.mark.parametrize("emulator, seed, optimisation", RUNS)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_reference_earns_everything(lesson, emulator, seed, optimisation, tmp_path):
    fast = (seed, optimisation) != (SEED, "-O2")          # the grade of record boots from GRUB
    result = graded_files(lesson, lesson.reference(), emulator, seed, out=tmp_path,
                          optimisation=optimisation, fast=fast).result
    assert result["verdict"] == "pass", story(result)
    assert result["points"] == result["maximum"] > 0
    ran = result["emulator"]["name"]                       # Bochs, too, where QEMU was silent
    assert [entry["id"] for entry in result["checks"] if entry["fact"]] == [
        fact["id"] for fact in lesson.checks().get("fact", []) if fact.get("emu", ran) == ran]


@pytest.mark.parametrize("emulator", ["bochs", "qemu"])
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_starter_earns_nothing(lesson, emulator, tmp_path):
    result = graded_files(lesson, lesson.starter(), emulator, SEED, out=tmp_path).result
    assert result["points"] == 0, story(result)
    assert (result["verdict"], result["status"]) == ("fail", 1)
    assert first_code(result) == "E-TODO"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_bochs_repeats_itself(lesson, tmp_path):
    """The same image and seed give the same evidence, byte for byte."""
    from grader.formats import evidence as records
    texts = [records.dumps(graded_files(lesson, lesson.reference(), "bochs", 5, out=tmp_path,
                                        fast=False, again=again).evidence) for again in range(2)]
    assert texts[0] == texts[1]
