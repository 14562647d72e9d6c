"""`new`: in a copy of the tree a lesson is made, boots on both emulators, is listed, earns nothing
as a starter and everything as a reference; `make lint` names what it has not got yet."""

import json
import os
import shutil
import subprocess

import pytest
from bench import ROOT

CLEAN = {k: v for k, v in os.environ.items()
         if k not in ("LESSON", "EMU", "SEED", "MAKEFLAGS", "MFLAGS", "NAME", "WIDTH")}
MADE = {23: ("page_coloring", "64"), 24: ("colours", "32")}
# What a new lesson has not got, behind its folder's name.
MISSING = ("proof/mutants.toml has 1 of at least 6 mutants", "proof/cheats.toml has no cheat",
           "proof/alternatives.toml has no alternative", "lesson.md has",
           "figures.toml has no figure", "checks.toml has no brief",
           "checks.toml has 0 of at least 4 tour stops",
           'checks.toml: "numbers" has 0 hints, not 3')


def run(copy, *command):
    return subprocess.run(command, cwd=copy, env=CLEAN, capture_output=True, text=True,
                          check=False, timeout=120)


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*")
            if path.is_file()}


@pytest.fixture(name="copy", scope="module")
def a_copy_with_two_new_lessons(tmp_path_factory):
    copy = tmp_path_factory.mktemp("new") / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("build", "work", ".git"))
    (copy / "work").mkdir()
    before = files(copy)
    for number, (name, width) in MADE.items():
        done = run(copy, "make", "new", f"LESSON={number}", f"NAME={name}", f"WIDTH={width}")
        assert done.returncode == 0, done.stderr
    after = files(copy)
    folders = tuple(f"{number}_{name}" for number, (name, _) in MADE.items())
    assert {path: after[path] for path in before} == before
    assert {path.parts[:3] for path in set(after) - set(before)} == {
        ("src", "lessons", folder) for folder in folders}
    return copy


@pytest.mark.parametrize("number", MADE)
@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
def test_a_new_lesson_boots(copy, number, emulator):
    done = run(copy, "./pagewalk", "run", str(number), "--emu", emulator)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"lesson {number}: " in done.stdout and "lies in page 0x" in done.stdout


@pytest.mark.parametrize("number", MADE)
def test_the_reference_earns_everything_and_the_starter_nothing(copy, number):
    done = run(copy, "./pagewalk", "grade", str(number), "--solution", "--emu", "both")
    assert done.returncode == 0 and "10/10 points" in done.stdout, done.stdout + done.stderr
    assert run(copy, "./pagewalk", "start", str(number)).returncode == 0
    for emulator in ("qemu", "bochs"):
        done = run(copy, "./pagewalk", "grade", str(number), "--emu", emulator, "--json", "result")
        result = json.loads((copy / "result").read_text())
        codes = [check["code"] for check in result["checks"] if check["verdict"] == "fail"]
        assert (done.returncode, result["points"], codes) == (1, 0, ["E-TODO"]), done.stdout


def test_its_mutant_is_named(copy):
    done = run(copy, "tests/matrix", "23")
    assert "E-INDEX-SHIFT" in done.stdout, done.stdout + done.stderr


def test_new_lessons_are_listed(copy):
    said = run(copy, "make", "list").stdout
    assert "23  Page coloring" in said and "24  Colours" in said


def test_lint_names_each_missing_part_and_nothing_else(copy):
    whole = run(copy, "tests/lint", "budgets", "functions", "layers", "rooms", "paths",
                "formats", "imports")
    assert whole.returncode == 0, whole.stdout
    said = run(copy, "tests/lint", "lessons")
    assert said.returncode == 1
    lines = [line.strip() for line in said.stdout.splitlines()[1:]]
    for number, (name, _) in MADE.items():
        mine = [line for line in lines if f"{number}_{name}" in line]
        for part in MISSING:
            assert sum(f"src/lessons/{number}_{name}/{part}" in line for line in mine) == 1, part
        row = f"README.md has no row for lesson {number}: put there | {number} | ["
        assert any(line.startswith(row) for line in mine)
        assert len(mine) == len(MISSING) + 1
    assert len(lines) == len(MADE) * (len(MISSING) + 1)


@pytest.mark.parametrize("arguments, word", [
    (["23", "tables_again"], "There is a lesson 23 already, 23_page_coloring"),
    (["30", "page_coloring"], "There is a lesson 23 already"),
    (["31", "two_levels"], "There is a lesson 2 already"),
    (["100", "more"], "from 0 to 99"), (["-1", "more"], "-1"), (["x", "more"], "from 0 to 99"),
    (["31"], "NAME is"), (["31", "Capitals"], "NAME is"), (["31", "../../tmp"], "NAME is"),
    (["31", "more", "--width", "16"], "WIDTH is 32 or 64"),
    (["31", "more", "--seed", "1"], "--seed goes with"), ([], "LESSON is the new lesson's number"),
    (["32", "there"], "src/lessons/32_there is there already")])
def test_what_cannot_be_made_is_refused(copy, arguments, word):
    (copy / "src/lessons/32_there").mkdir(exist_ok=True)
    before = files(copy / "src")
    done = run(copy, "./pagewalk", "new", *arguments)
    assert done.returncode == 64, done.stderr
    assert word in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert files(copy / "src") == before
