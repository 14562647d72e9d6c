"""Mutants are caught and named, cheats gain nothing, other correct answers earn everything."""

import pytest
from bench import QUICK, SEED, first_code, grade, numbered, story
from corpus import load

QEMU_SEEDS = [SEED] if QUICK else [SEED, SEED + 1, SEED + 2]


def runs(name):
    return [pytest.param(one, emulator, seed, id=f"{one.label}-{emulator}-{seed}")
            for one in load(name)
            for emulator, seed in [("bochs", SEED), *(("qemu", seed) for seed in QEMU_SEEDS)]
            if one.emu in (None, emulator)]


def judged(one, emulator, seed, folder):
    lesson = numbered(one.number)
    return grade(lesson, one.files(folder), emulator, seed, folder / "out")[0]


@pytest.mark.parametrize("one, emulator, seed", runs("mutants"))
def test_mutant_is_named(one, emulator, seed, tmp_path):
    result = judged(one, emulator, seed, tmp_path)
    assert one.expect, "a mutant must say which code it expects"
    assert result["verdict"] == "fail", story(result)
    assert result["points"] < result["maximum"]
    assert first_code(result) in one.expect, story(result)


@pytest.mark.parametrize("one, emulator, seed", runs("cheats"))
def test_cheat_gains_nothing(one, emulator, seed, tmp_path):
    result = judged(one, emulator, seed, tmp_path)
    assert result["points"] == 0, story(result)
    assert result["status"] in (1, 3), story(result)
    codes = {found["code"] for found in result["tripwires"]} | {first_code(result)}
    assert codes & set(one.expect), story(result)


@pytest.mark.parametrize("one, emulator, seed", runs("alternatives"))
def test_alternative_earns_everything(one, emulator, seed, tmp_path):
    result = judged(one, emulator, seed, tmp_path)
    assert result["verdict"] == "pass", story(result)
    assert result["points"] == result["maximum"]
