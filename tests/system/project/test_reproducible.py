"""The same sources give the same kernels and images: in any folder, with any clock, for anyone."""

import os
import shutil
import subprocess
import sys

import pytest
from bench import LESSONS, LONG, ROOT

SOURCES = ("Makefile", "grub.cfg", "boot", "src", "tools", "grader")
# Builds a lesson's reference as every verb does, and the gate on the way.
BUILD = """
import sys
sys.path[:0] = ["", "tools"]
from pathlib import Path
from cli.build import build
from cli.lessons import find
lesson = find(Path.cwd(), sys.argv[1])
for iso in True, "fast":
    build(lesson, lesson.reference(), seed=7, out=Path("build/made"), quiet=True, iso=iso)
"""
# Who builds, and where: everything that has found its way into some file or other of some build.
FOLDERS = {"short": {"TZ": "UTC", "LC_ALL": "C", "umask": 0o022},
           "a longer name/deeper down": {"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "umask": 0o077}}
CHOSEN = [n for n in LESSONS if LONG or n.number in (2, 7, 8)]    # 32 bits, assembly, 64 bits


@pytest.fixture(name="copies", scope="module")
def copies_of_the_project(tmp_path_factory):
    """The folders, each with the sources in it; no file has the age that it has in the other."""
    copies = []
    for age, folder in enumerate(FOLDERS):
        copy = tmp_path_factory.mktemp("where") / folder
        for name in SOURCES:
            (shutil.copytree if (ROOT / name).is_dir() else _copy)(ROOT / name, copy / name)
        for file in copy.rglob("*"):
            os.utime(file, (10**9 + 10**6 * age,) * 2)
        copies.append(copy)
    return copies


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def made(copy, lesson, **who):
    """{name: bytes} of what a build in `copy` leaves for a machine to start."""
    mask = who.pop("umask")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "MAKE"))}
    done = subprocess.run([sys.executable, "-B", "-c", BUILD, lesson.name], cwd=copy, text=True,
                          umask=mask, env={**clean, **who}, timeout=120, capture_output=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: (copy / "build/made" / name).read_bytes()
            for name in ("kernel.elf", "kernel32.elf", "kernel.iso", "kernel.bin", "entry.bin")}


@pytest.mark.parametrize("lesson", CHOSEN, ids=lambda lesson: lesson.name)
def test_two_folders_give_the_same_bytes(copies, lesson):
    first, second = (made(copy, lesson, **who) for copy, who in zip(copies, FOLDERS.values()))
    assert [name for name in first if first[name] != second[name]] == []
    for copy in copies:
        assert not [name for name in first if str(copy).encode() in first[name]]
