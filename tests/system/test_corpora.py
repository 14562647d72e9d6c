"""Mutants are caught and named, cheats gain nothing, other correct answers earn everything."""

import pytest
from bench import LONG, SEED, first_code, grade, numbered, story
from corpus import load


def seeds(place):
    """On Bochs one seed, on QEMU another, in turn one of three; with LONG=1 all three."""
    three = [SEED, SEED + 1, SEED + 2]
    return [("bochs", SEED), *(("qemu", seed) for seed in (three if LONG else [three[place % 3]]))]


def runs(name):
    return [pytest.param(one, emulator, seed, id=f"{one.label}-{emulator}-{seed}")
            for place, one in enumerate(load(name)) for emulator, seed in seeds(place)
            if one.emu in (None, emulator)]


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
