"""What is kept by a hash: a hash that forgets an input would give a stale answer, so one input of
each kind is changed, and another name demanded; and what a run really opens is held against it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import inputs
import keep
import pytest
import stored
from bench import ROOT, numbered

LESSON = "src/lessons/07_long_mode"
PATHS = ("", "tools", "tests", "tests/corpora", "tests/system")
# Answers a line of [how to run, environment] with the names in the tree as it is at that moment:
# each time in a child of its own, which remembers nothing of the lines before. What is known before
# is which tools there are, as long as the environment stays as it is.
NAMES = """
import json, os, sys
sys.path[:0] = [f"{sys.argv[1]}/{path}" for path in %r]
sys.dont_write_bytecode = True
import inputs, keep, stored
from bench import numbered
from grader.machine import bochs_program
EMULATORS = ("bochs", "qemu")
TOOLS = (inputs.tools, inputs._compiler, inputs._behind_gcc, keep.tool,
         bochs_program._first_with_debugger)

def names(chosen):
    lesson = numbered(7)
    chosen = {"seed": 1, "optimisation": "-O2", "fast": True, "again": 0, **chosen}
    texts = {end: path.read_text() for end, path in lesson.reference().items()}
    return [stored._keys(lesson, texts, emulator, **chosen) for emulator in EMULATORS]

for emulator in EMULATORS:
    inputs.tools(emulator, True)
for line in sys.stdin:
    if os.fork() == 0:
        chosen, environment = json.loads(line)
        os.environ.update(environment)
        for known in TOOLS if environment else ():
            known.cache_clear()
        print(json.dumps(names(chosen)), flush=True)
        os._exit(0)
    if os.wait()[1]:
        print("null", flush=True)
""" % (PATHS,)
BOTH, RESULT, NEITHER = (True, True), (False, True), (False, False)


@pytest.fixture(name="copy", scope="module")
def a_copy_of_the_tree(tmp_path_factory):
    place = tmp_path_factory.mktemp("kept") / "tree"
    skipped = shutil.ignore_patterns("build", ".git", "work", "host", "prose", "browser",
                                     "__pycache__")
    shutil.copytree(ROOT, place, ignore=skipped)
    return place


@pytest.fixture(name="names", scope="module")
def names_of_runs(copy):
    """names(chosen, VARIABLE=…): [[evidence, result] in Bochs, and in QEMU] of a run there."""
    child = subprocess.Popen([sys.executable, "-c", NAMES, str(copy)], cwd=copy, text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def names(chosen=None, **environment):
        child.stdin.write(json.dumps([chosen or {}, environment]) + "\n")
        child.stdin.flush()
        found = json.loads(child.stdout.readline())
        assert found, "no names: what went wrong stands above"
        return found
    yield names
    child.stdin.close()
    child.wait()


@pytest.fixture(name="before", scope="module")
def names_of_the_copy(names):
    return names()


def changed(before, after):
    """(another name for the evidence?, for the result?): the same in both emulators."""
    found = {tuple(old != new for old, new in zip(*both)) for both in zip(before, after)}
    assert len(found) == 1
    return found.pop()


def test_nothing_changed_is_the_same_name(names, before):
    assert changed(before, names()) == NEITHER


@pytest.mark.parametrize("path, wanted", [
    ("Makefile", BOTH), ("grub.cfg", BOTH), ("boot/32/entry.asm", BOTH),
    ("boot/64/kernel.ld", BOTH), ("boot/rom.asm", BOTH), ("src/core/machine.c", BOTH),
    ("src/core/cpu.h", BOTH),
    ("src/paging/walk.c", BOTH), ("src/offered/far_pointer.h", BOTH),
    (f"{LESSON}/lesson.c", BOTH), (f"{LESSON}/work.h", BOTH), (f"{LESSON}/lesson.mk", BOTH),
    (f"{LESSON}/proof/solution.c", BOTH), (f"{LESSON}/proof/solution.asm", BOTH),
    ("tools/cli/build.py", BOTH), ("tools/cli/grading.py", BOTH), ("tests/corpora/bench.py", BOTH),
    ("grader/gate/gate.py", BOTH), ("grader/collect/collector.py", BOTH),
    ("grader/machine/bochs.py", BOTH), ("grader/machine/quiet.c", BOTH),
    ("grader/formats/exam.py", BOTH), ("grader/formats/codes.toml", RESULT),
    ("grader/judge/judge.py", RESULT), ("grader/judge/kinds/tables.py", RESULT),
    (f"{LESSON}/kinds.py", RESULT),
    (f"{LESSON}/checks.toml", RESULT), ("tests/corpora/switch_off.py", RESULT),
    (f"{LESSON}/lesson.md", NEITHER), (f"{LESSON}/proof/mutants.toml", NEITHER),
    ("src/lessons/02_two_levels/lesson.c", NEITHER), ("README.md", NEITHER)])
def test_a_changed_file_is_another_name(path, wanted, copy, names, before):
    file = copy / path
    text = file.read_bytes()
    file.write_bytes(text + b"\n")
    try:
        assert changed(before, names()) == wanted
    finally:
        file.write_bytes(text)


@pytest.mark.parametrize("path, wanted", [
    ("src/core/new.h", BOTH), ("boot/new.inc", BOTH), (f"{LESSON}/new.h", BOTH),
    ("grader/collect/new.py", BOTH), (f"{LESSON}/new.py", RESULT),
    ("grader/judge/kinds/new.py", RESULT)])
def test_a_new_file_is_another_name(path, wanted, copy, names, before):
    with open(copy / path, "x", encoding="ascii"):
        pass
    try:
        assert changed(before, names()) == wanted
    finally:
        (copy / path).unlink()


def test_what_the_collector_reads_of_the_checks_is_another_name(copy, names, before):
    file = copy / LESSON / "checks.toml"
    text = file.read_text()
    file.write_text("budget = 1000\n" + text.replace("\nbudget", "\n# budget"))
    try:
        assert changed(before, names()) == BOTH
    finally:
        file.write_text(text)


@pytest.mark.parametrize("chosen", [{"seed": 2}, {"optimisation": "-O0"}, {"fast": False},
                                    {"again": 1}])
def test_another_run_is_another_name(chosen, names, before):
    assert changed(before, names(chosen)) == BOTH


@pytest.mark.parametrize("variable", ["CROSS", "WIDTH", "BXSHARE", "CPATH"])
def test_what_is_read_of_the_environment_is_another_name(variable, names, before):
    # make hands on the prefix it found; with its folder before it, it is the same compiler.
    found = next(filter(None, map(shutil.which, ("x86_64-elf-gcc", "x86_64-linux-gnu-gcc"))))
    value = found.removesuffix("gcc") if variable == "CROSS" else "/nowhere"
    assert changed(before, names(**{variable: value})) == BOTH


@pytest.mark.parametrize("tool, wanted", [
    ("x86_64-linux-gnu-gcc", [BOTH, BOTH]), ("x86_64-linux-gnu-ld", [BOTH, BOTH]),
    ("nasm", [BOTH, BOTH]), ("x86_64-linux-gnu-objcopy", [BOTH, BOTH]),
    ("bochs-bin", [BOTH, NEITHER]), ("qemu-system-x86_64", [NEITHER, BOTH])])
def test_another_version_of_a_tool_is_another_name(tool, wanted, names, before, tmp_path):
    real = shutil.which(tool)
    if real is None:
        pytest.skip(f"no {tool} here")
    (tmp_path / tool).write_text(f'#!/bin/sh\nexec {real} "$@"\n')
    (tmp_path / tool).chmod(0o755)
    after = names(PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert [tuple(old != new for old, new in zip(*both)) for both in zip(before, after)] == wanted


def test_a_tool_that_was_replaced_is_another_one(tmp_path):
    program = tmp_path / "program"
    program.write_text("one")
    program.chmod(0o755)
    before = keep.tool(str(program))
    os.utime(program, (1, 1))
    assert before != keep.tool.__wrapped__(str(program)) != keep.tool("no-such-program") == ""


# ---- What a run opens ----------------------------------------------------------------------------

OPENED = """
import json, pathlib, sys
seen = []
sys.addaudithook(lambda event, given: event == "open"
                 and isinstance(given[0], str) and seen.append(given[0]))
root, out, number, emulator = sys.argv[1:]
sys.path[:0] = [f"{root}/{path}" for path in %r]
sys.dont_write_bytecode = True
from bench import numbered
from cli import grading
lesson, found = numbered(int(number)), {}
def collect(*given):
    made = collector(*given)
    found["collected"] = list(seen)
    return made
collector, grading.collector.collect = grading.collector.collect, collect
done = grading.grade_files(lesson, lesson.reference(), [emulator], 1, out=pathlib.Path(out),
                           fast=True)
assert done.result["verdict"] == "pass", done.result
print(json.dumps({**found, "all": seen}))
""" % (PATHS,)


def below_the_root(paths):
    found = {Path(path) for path in paths if not path.startswith("<")}
    found = {path if path.is_absolute() else ROOT / path for path in found}
    return {path for path in found if path.is_relative_to(ROOT) and "__pycache__" not in path.parts
            and not path.is_relative_to(ROOT / "build") and path.is_file()}


@pytest.mark.parametrize("number, emulator", [(2, "bochs"), (7, "qemu")])
def test_a_run_opens_nothing_that_its_name_forgets(number, emulator, tmp_path):
    lesson = numbered(number)
    done = subprocess.run([sys.executable, "-c", OPENED, str(ROOT), str(tmp_path), str(number),
                           emulator], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    opened = json.loads(done.stdout)
    evidence, result = set(inputs.collected_from(lesson)), set(inputs.judged_by(lesson))
    own, others = set(lesson.reference().values()), set((ROOT / "src/lessons").rglob("*.h"))
    # cli/build.py hashes the headers of other lessons, too, to know whether what it remembers of
    # the gate is still true; what the gate gives to the compiler stands in checks.toml.
    headers = {ROOT / "src" / name for name in lesson.checks()["gate"].get("headers", [])}
    assert {path for path in headers if path.is_file()} - evidence == set()
    everything = below_the_root(opened["all"]) - others
    assert ROOT / "grader/judge/judge.py" in everything         # the hook does see
    assert everything - evidence - result - own == set()
    # The judge's modules are loaded before the run; what is read of its data is not.
    data = {path for path in below_the_root(opened["collected"]) - others if path.suffix != ".py"}
    assert lesson.folder / "checks.toml" in data
    assert data - evidence - own - {lesson.folder / "checks.toml"} == set()


@pytest.mark.parametrize("number", [2, 7, 12])
def test_the_compilers_read_nothing_that_a_name_forgets(number):
    """What gcc and nasm say that they read for the staff's objects."""
    lesson = numbered(number)
    width = 64 if "WIDTH := 64" in (lesson.folder / "lesson.mk").read_text() else 32
    subprocess.run(["make", "-s", "staff", f"NAME={lesson.name}"], cwd=ROOT, check=True)
    known, read = set(inputs.collected_from(lesson)), set()
    for listed in (ROOT / f"build/staff{width}-O2").rglob("*.d"):
        if "lessons" not in listed.parts or lesson.name in listed.parts:
            words = listed.read_text().replace("\\\n", " ").split()
            read |= {ROOT / word for word in words if not word.endswith((":", ".o"))
                     and not word.startswith(("/", "tests/"))}
    assert lesson.folder / "lesson.c" in read
    assert {path.resolve() for path in read if path.is_file()} - known == set()


def test_the_judged_parts_of_the_checks_are_read_by_the_judge_alone():
    """No file that makes the evidence asks for them."""
    asked = [f'["{part}"]' for part in inputs.JUDGED] + [f'.get("{part}"' for part in inputs.JUDGED]
    for room in ("gate", "collect", "machine"):
        for path in (ROOT / "grader" / room).glob("*.py"):
            assert not [word for word in asked if f"checks{word}" in path.read_text()], path


# ---- Runs ----------------------------------------------------------------------------------------

@pytest.fixture(name="runs")
def counted(monkeypatch, tmp_path, collected):
    """A store of its own, and the list of runs that were really made: each gives this evidence."""
    made, lesson = [], numbered(1)
    evidence = collected(lesson, "qemu")

    def grade(_, files, *given):
        made.append(given)
        text = files[".c"].read_text()
        if text == "refused":
            return {"verdict": "build_error"}, None
        return {"verdict": {"the clock": "error", "a cheat": "void"}.get(text, "pass")}, evidence
    monkeypatch.setattr(stored, "grade", grade)
    monkeypatch.setattr(keep, "FOLDER", tmp_path / "kept")
    return made


def run_of(text, seed=1, **more):
    """A Run of lesson 1 with this text."""
    def files(folder):
        (folder / "x.c").write_text(text)
        return {".c": folder / "x.c"}
    return stored.graded(numbered(1), {".c": text}, files, "qemu", seed, **more)


def test_a_run_is_made_once(runs):
    first, second = run_of("a"), run_of("a")
    assert first.result == second.result and first.evidence == second.evidence
    assert len(runs) == 1
    for made, run in ((2, run_of("b")), (3, run_of("a", seed=2)), (4, run_of("a", again=1))):
        assert len(runs) >= made and run.result["verdict"] == "pass"
    assert len(runs) == 4


def test_what_was_refused_is_kept_and_an_error_of_ours_is_not(runs):
    assert [run_of("refused").evidence for _ in range(2)] == [None, None] and len(runs) == 1
    assert [run_of("a cheat").result for _ in range(2)] == [{"verdict": "void"}] * 2
    assert len(runs) == 2
    assert [run_of("the clock").result for _ in range(2)] == [{"verdict": "error"}] * 2
    assert len(runs) == 4


def test_another_judge_judges_again_without_a_run(runs, monkeypatch):
    run_of("a")
    monkeypatch.setattr(stored, "judged", lambda lesson: "another judge")
    judged = run_of("a").result
    assert judged["verdict"] == "pass" and judged["points"] == judged["maximum"] > 0
    assert len(runs) == 1


def test_evidence_that_was_deleted_is_made_again(runs):
    run = run_of("a")
    keep._place(run._evidence_key).unlink()
    assert run_of("a").evidence and len(runs) == 2


def test_a_result_without_a_check_is_kept_by_its_name(runs):
    asked = []

    def checks():
        asked.append(1)
        return numbered(1).checks()
    run = run_of("a")
    assert run.judged("one", checks) == run_of("a").judged("one", checks) and len(asked) == 1
    assert run.judged("other", checks) and len(asked) == 2 and len(runs) == 1


def test_what_nobody_asks_for_is_forgotten(monkeypatch, tmp_path):
    monkeypatch.setattr(keep, "FOLDER", tmp_path)
    for key in ("aa", "bb", "cc"):
        keep.put(key, key)
    for key in ("aa", "bb"):
        os.utime(keep._place(key), (1, 1))
    assert keep.get("bb") == "bb"
    keep.forget()
    assert [keep.has(key) for key in ("aa", "bb", "cc")] == [False, True, True]
