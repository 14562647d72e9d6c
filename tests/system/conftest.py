"""What the system tests share: what several of them look at is run once."""

import fcntl
import json
import os
from types import SimpleNamespace

import inputs
import keep
import pytest
from bench import ROOT, command, numbered
from stored import graded_files

DEFAULT_SEED = 1


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """once(names, make): what make() returns, made the first time that any test, in any of
    pytest's workers, wants it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def made(names, make):
        kept = shared / ("-".join(names) + ".json")
        with open(kept.with_suffix(".lock"), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                kept.write_text(json.dumps(make()))
        return json.loads(kept.read_text())
    return made


@pytest.fixture(scope="session")
def ran(once):
    """ran("run", "2", "--emu", "qemu"): what that command, with the reference of lesson 2, printed,
    how it ended, and how many bytes its image has (None without one). A run of a reference is a run
    of a submission: it is kept when it ended well."""
    def finished(verb, number, *more):
        lesson = numbered(int(number))
        key = keep.name("command", inputs.commands(lesson), verb, *more)
        found = keep.get(key)
        if found is None:
            done = command(verb, number, *more, "--solution")
            image = ROOT / "build" / lesson.name / "reference-O2" / "kernel.iso"
            found = {"returncode": done.returncode, "stdout": done.stdout, "stderr": done.stderr,
                     "image": image.stat().st_size if image.exists() else None}
            if done.returncode == 0:
                keep.put(key, found)
        return found
    return lambda *arguments: SimpleNamespace(**once(arguments, lambda: finished(*arguments)))


@pytest.fixture(scope="session")
def collected(once):
    """collected(lesson, "bochs"): the evidence of the reference with the default seed."""
    def evidence(lesson, emulator):
        return graded_files(lesson, lesson.reference(), emulator, DEFAULT_SEED, fast=False).evidence
    return lambda lesson, emulator: once(("evidence", lesson.name, emulator),
                                         lambda: evidence(lesson, emulator))
