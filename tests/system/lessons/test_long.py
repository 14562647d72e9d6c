"""Only with LONG=1: no false failure in many seeds, and the same verdicts under load.

SEEDS=n and REPEATS=n make it shorter or longer. conftest.py leaves this file out otherwise.
"""

import multiprocessing
import os
from contextlib import contextmanager

import pytest
from bench import LESSONS, SEED, grade, numbered, story
from corpus import load

from grader.formats import evidence as records

SEEDS = range(SEED, SEED + int(os.environ.get("SEEDS") or "50"))
REPEATS = int(os.environ.get("REPEATS") or "20")
FIRST_MUTANTS = {one.number: one for one in reversed(load("mutants")) if one.emu is None}


def passes_with_every_seed(lesson, files, emulator, out):
    for seed in SEEDS:
        result, _ = grade(lesson, files, emulator, seed, out, fast=True)
        assert result["verdict"] == "pass", story(result)
        assert result["points"] == result["maximum"], story(result)


@pytest.mark.parametrize("emulator", ["bochs", "qemu"])
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_reference_with_many_seeds(lesson, emulator, tmp_path):
    passes_with_every_seed(lesson, lesson.reference(), emulator, tmp_path)


@pytest.mark.parametrize("emulator", ["bochs", "qemu"])
@pytest.mark.parametrize("one", load("alternatives"), ids=lambda one: one.label)
def test_alternative_with_many_seeds(one, emulator, tmp_path):
    if one.emu not in (None, emulator):
        pytest.skip(f"for {one.emu} only")
    files = one.files(tmp_path)
    passes_with_every_seed(numbered(one.number), files, emulator, tmp_path / "out")


def _spin():
    while True:
        pass


@contextmanager
def load_on_every_core():
    """As many busy processes as there are cores, ended with the test; tests/run has two workers, so
    there are twice as many."""
    busy = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(os.cpu_count() or 1)]
    for process in busy:
        process.start()
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.join()


@pytest.mark.parametrize("emulator", ["bochs", "qemu"])
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_verdicts_repeat_themselves_under_load(lesson, emulator, tmp_path):
    """The reference and a mutant. Bochs repeats its evidence, too, to the byte."""
    for name, files in (("reference", lesson.reference()),
                        ("mutant", FIRST_MUTANTS[lesson.number].files(tmp_path))):
        out = tmp_path / name
        quiet, evidence = grade(lesson, files, emulator, SEED, out, fast=True)
        with load_on_every_core():
            for _ in range(REPEATS):
                result, again = grade(lesson, files, emulator, SEED, out, fast=True)
                assert result == quiet, story(result)
                if emulator == "bochs":
                    assert records.dumps(again) == records.dumps(evidence)
