"""Mutants are caught and named, cheats gain nothing, other correct answers earn everything."""

import pytest
from bench import LONG, SEED, first_code, grade, numbered, story
from corpus import load


def seeds(name, place):
    """(emulator, seed) for the entry at this place of a corpus.

    With LONG=1 all of them. Otherwise each mutant runs once, two in three on Bochs and one on QEMU,
    with one of three seeds; cheats and alternatives run on both."""
    three = [SEED, SEED + 1, SEED + 2]
    if LONG:
        return [("bochs", SEED), *(("qemu", seed) for seed in three)]
    if name != "mutants":
        return [("bochs", SEED), ("qemu", three[place % 3])]
    return [("qemu" if place % 3 == 2 else "bochs", three[place // 3 % 3])]


def runs(name):
    return [pytest.param(one, one.emu or emulator, seed,
                         id=f"{one.label}-{one.emu or emulator}-{seed}")
            for place, one in enumerate(load(name))
            for emulator, seed in dict.fromkeys((one.emu or e, s) for e, s in seeds(name, place))]


def judged(one, emulator, seed, folder):
    lesson = numbered(one.number)
    return grade(lesson, one.files(folder), emulator, seed, folder / "out", fast=True)[0]


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
