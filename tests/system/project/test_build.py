"""The build depends on everything it uses: a change of one of each kind makes anew what was made
with it, and only that. In a copy of the tree, asking make what it would do (make -n)."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest
from bench import ROOT, numbered
from grader.machine.elf import Elf

SOURCES = ("Makefile", "grub.cfg", "boot", "src", "tools", "grader")
LESSON = numbered(7)                   # C and assembly of the learner's; %include in three files
OUT = "build/made"
GOALS = ("staff", "kernel", "image", "fast")
CLEAN = {k: v for k, v in os.environ.items()
         if not k.startswith(("MAKE", "MFLAGS")) and k not in ("CROSS", "OPT")}
# What every verb does, the gate on the way.
BUILD = """
import sys
sys.path[:0] = ["", "tools"]
from pathlib import Path
from cli.build import build
from cli.lessons import find
lesson = find(Path.cwd(), sys.argv[1])
for iso in (True, "fast") if sys.argv[3:] else (False,):
    build(lesson, lesson.reference(), seed=7, out=Path(sys.argv[2]), quiet=True, iso=iso)
"""
LINKED = {"kernel.elf", "kernel32.elf", "stripped.elf", "kernel.iso", "kernel.bin", "entry.bin"}


def build(copy, *images, path=None):
    """The kernel; with "images" also what the emulators start."""
    done = subprocess.run([sys.executable, "-B", "-c", BUILD, LESSON.name, OUT, *images], cwd=copy,
                          env=CLEAN | ({"PATH": path} if path else {}), capture_output=True,
                          text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(name="copy", scope="module")
def a_copy_that_is_built(tmp_path_factory):
    """The sources, with one file that an assembly file takes in by incbin, and what is made of
    them."""
    copy = tmp_path_factory.mktemp("build") / "copy"
    copy.mkdir()
    for name in SOURCES:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, copy / name)
    (copy / "boot/blob").write_text("some bytes")
    with open(copy / "boot/32/glance.asm", "a", encoding="ascii") as handle:
        handle.write('section .rodata\nincbin "boot/blob"\n')
    build(copy, "images")
    return copy


def remade(copy, path=None, **variables):
    """Names of what make would make anew, the remembered texts apart."""
    told = {"NAME": LESSON.name, "OPT": "-O2", "OUT": OUT, "OPTIONS": "seed=7"} | variables
    done = subprocess.run(["make", "-n", "--trace", *GOALS, *(f"{k}={v}" for k, v in told.items())],
                          cwd=copy, env=CLEAN | ({"PATH": path} if path else {}), text=True,
                          capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    made = re.findall(r"target '([^'\n]+)' (?:due to|does not exist)", done.stdout)
    return {os.path.basename(one) for one in made} - {
        "tools", "commands", "link", "imagers", "options", *GOALS}


@contextmanager
def changed(path, add="\n", **replace):
    """A file with something at its end, or with one text for another; afterwards as it was."""
    before, when = path.read_bytes(), path.stat()
    text = before.decode()
    for old, new in replace.values():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text if replace else text + add)
    try:
        yield
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(when.st_atime_ns, when.st_mtime_ns))


def objects(copy, ending):
    """Names of all objects that are made of files with this ending."""
    staff = copy / "build/staff32-O2"
    found = [path.relative_to(staff) for path in staff.rglob("*.o")]
    return {one.name for one in found if (copy / one.with_suffix(ending)).exists()}


def test_nothing_changed_nothing_made(copy):
    assert remade(copy) == set()
    ages = {path: path.stat().st_mtime_ns for path in (copy / "build").rglob("*")
            if path.is_file() and path.name not in ("lock", "quiet.so")}
    build(copy, "images")
    assert {path: path.stat().st_mtime_ns for path in ages} == ages


@pytest.mark.parametrize("file, made", [
    ("boot/segments.inc", {"entry.o", "landing.o", *LINKED}),            # %include
    ("boot/vectors.inc", {"vectors.o", "landing.o", *LINKED}),
    ("boot/blob", {"glance.o", *LINKED}),                                  # incbin
    ("boot/32/probe.asm", {"probe.o", *LINKED}),
    ("src/stage/landing.h", {"landing.o", "lesson.o", *LINKED}),
    (f"src/lessons/{LESSON.name}/lesson.c", {"lesson.o", *LINKED}),
    ("boot/32/kernel.ld", LINKED),
    ("boot/64/kernel.ld", set()),
    ("grub.cfg", {"grub.cfg", "kernel.iso"}),
    ("boot/image", {"kernel.iso"}),
    ("boot/grub.sh", {"kernel.iso"}),
    ("boot/rom.asm", {"rom.bin"}),
])
def test_what_is_made_of_a_file_is_made_anew(copy, file, made):
    with changed(copy / file):
        assert remade(copy) == made
    assert remade(copy) == set()


def test_garbage_in_an_include_is_no_kernel(copy):
    with changed(copy / "boot/segments.inc", "garbage here\n"):
        done = subprocess.run(["make", "staff", f"NAME={LESSON.name}", "OPT=-O2"], cwd=copy,
                              env=CLEAN, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode and "boot/segments.inc" in done.stderr
    build(copy, "images")


def test_what_reads_an_object_is_part_of_it(copy):
    with changed(copy / "grader/machine/comp_dir.py"):
        assert remade(copy) == objects(copy, ".asm") | LINKED


def test_flags_count(copy):
    whole = objects(copy, ".c") | objects(copy, ".asm")
    assert len(whole) > 20
    with changed(copy / "Makefile", flags=("-fwrapv", "-ftrapv")):           # the learner's file's
        assert remade(copy) == {"work.o", "rom.bin", *LINKED}                # the recipes: quick
    with changed(copy / "Makefile", flags=("-Wvla", "-Wvla -Wformat")):
        assert remade(copy) == {*whole, "work.o", "rom.bin", *LINKED}
    assert remade(copy, OPTIONS="seed=8") == {"grub.cfg", "kernel.iso"}


def tool(folder, name, version):
    """A folder for PATH with a tool that is the true one, but for the version it says it has."""
    real = shutil.which(name)
    folder.mkdir()
    (folder / name).write_text(f'#!/bin/sh\ncase "$1" in\n-v | --version) echo "{version}" ;;\n'
                               f'*) exec {real} "$@" ;;\nesac\n')
    (folder / name).chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.mark.parametrize("name, all_of_it", [
    ("x86_64-linux-gnu-gcc", True), ("x86_64-linux-gnu-ld", True), ("nasm", True),
    ("grub-mkimage", False), ("xorriso", False)])
def test_another_version_of_a_tool_counts(copy, name, all_of_it, tmp_path):
    whole = objects(copy, ".c") | objects(copy, ".asm") | {"work.o", "rom.bin", *LINKED}
    path = tool(tmp_path / "bin", name, "9.9")
    if name == "grub-mkimage":                   # boot/grub.sh looks for the modules beside it
        (tmp_path / "lib").symlink_to("/usr/lib")
    assert remade(copy, path) == (whole if all_of_it else {"kernel.iso"})


def test_another_compiler_counts(copy, tmp_path):
    for name in ("gcc", "ld", "objcopy", "readelf"):
        (tmp_path / f"other-{name}").symlink_to(shutil.which(f"x86_64-linux-gnu-{name}"))
    whole = objects(copy, ".c") | objects(copy, ".asm")
    assert remade(copy, CROSS=f"{tmp_path}/other-") >= whole


def test_the_list_of_a_lesson_counts(copy):
    """One file more is compiled and linked; taken away again, the kernel is linked without it."""
    def extra_is_there():
        return "extra" in Elf.load(copy / OUT / "kernel.elf")
    extra = copy / f"src/lessons/{LESSON.name}/extra.c"
    extra.write_text("extern int extra;\nint extra = 1;\n")
    with changed(copy / f"src/lessons/{LESSON.name}/lesson.mk", "LESSON_FILES := extra\n"):
        assert remade(copy) == {"extra.o", *LINKED}
        build(copy)
        assert extra_is_there()
    extra.unlink()
    assert remade(copy) == LINKED
    build(copy, "images")
    assert not extra_is_there()


def test_the_gate_looks_again_when_what_it_sees_changes(copy, tmp_path):
    """gate.o is made by Python: of the contract, the headers, and by this compiler."""
    def looked_again(**told):
        before = (copy / OUT / "gate.o").stat().st_mtime_ns
        build(copy, **told)
        return (copy / OUT / "gate.o").stat().st_mtime_ns > before
    assert not looked_again()
    other = tool(tmp_path / "bin", "x86_64-linux-gnu-gcc", "9.9")
    assert looked_again(path=other)
    with changed(copy / "src/offered/result.h"):
        assert looked_again(path=other)
