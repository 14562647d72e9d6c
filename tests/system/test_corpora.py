"""Mutants are caught and named, cheats gain nothing, alternative correct answers earn everything.

tests/mutants/NN/*.c: the first line says `expect: E-CODE`. tests/cheats/NN/*.c: `expect: C-CODE`,
and no points. tests/alternatives/NN/*.c: full marks. A twin with the ending .asm belongs to it.
"""

import re

import pytest
from bench import QUICK, ROOT, SEED, first_code, grade, numbered, parts, story

QEMU_SEEDS = [SEED] if QUICK else [SEED, SEED + 1, SEED + 2]


def corpus(name):
    """Every submission of a corpus; an .asm file with a .c twin is part of it."""
    folder = ROOT / "tests" / name
    files = sorted(folder.glob("[0-9][0-9]/*.[ca]*"))
    return [f for f in files if f.suffix == ".c" or not f.with_suffix(".c").exists()]


def expected(path):
    """The codes a submission's first line allows: `expect: E-A` or, where either is right, `E-A E-B`."""
    first = path.read_text().splitlines()[0]
    found = re.search(r"expect: ((?:[ECR]-[A-Z0-9-]+ ?)+)", first)
    assert found, f"{path}: the first line must say which code is expected"
    return found[1].split()


def label(path):
    return f"{path.parent.name}/{path.stem}"


def runs(name):
    return [pytest.param(path, emulator, seed, id=f"{label(path)}-{emulator}-{seed}")
            for path in corpus(name)
            for emulator, seed in [("bochs", SEED), *(("qemu", seed) for seed in QEMU_SEEDS)]]


@pytest.mark.parametrize("path, emulator, seed", runs("mutants"))
def test_mutant_is_named(path, emulator, seed, tmp_path):
    lesson = numbered(int(path.parent.name))
    result, _ = grade(lesson, parts(lesson, path), emulator, seed, tmp_path)
    assert result["verdict"] == "fail", story(result)
    assert result["points"] < result["maximum"]
    assert first_code(result) in expected(path), story(result)


@pytest.mark.parametrize("path, emulator, seed", runs("cheats"))
def test_cheat_gains_nothing(path, emulator, seed, tmp_path):
    lesson = numbered(int(path.parent.name))
    result, _ = grade(lesson, parts(lesson, path), emulator, seed, tmp_path)
    assert result["points"] == 0, story(result)
    assert result["status"] in (1, 3), story(result)
    codes = {found["code"] for found in result["tripwires"]} | {first_code(result)}
    assert codes & set(expected(path)), story(result)


@pytest.mark.parametrize("path, emulator, seed", runs("alternatives"))
def test_alternative_earns_everything(path, emulator, seed, tmp_path):
    lesson = numbered(int(path.parent.name))
    result, _ = grade(lesson, parts(lesson, path), emulator, seed, tmp_path)
    assert result["verdict"] == "pass", story(result)
    assert result["points"] == result["maximum"]
