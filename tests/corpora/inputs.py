"""All that a run of a submission depends on, beside the submission, seed and emulator.

Two lists: what the evidence is made from, and what it is judged by. They name folders, so that a
new file is an input without being named. test_kept.py holds them to what a run really opens.
"""

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import keep
from keep import ROOT

from grader.machine import bochs_program, sandbox

# Parts of checks.toml that only the judge reads.
JUDGED = ("brief", "check", "fact", "set", "tour", "kernel", "tripwires", "title")
COLLECT = ("formats", "machine", "gate", "collect")
# Of these rooms, what only the judge and the report read.
SENTENCES = ("codes.toml", "codes.py")
GRADES = [ROOT / "tools/cli" / f"{module}.py" for module in ("__init__", "build", "grading",
                                                            "lessons")]
# Of what is set in the environment: what the Makefile, compilers and emulators look at. (CROSS
# counts as what the Makefile makes of it.)
ENVIRONMENT = ("BOCHS", "BXSHARE", "COMPILER_PATH", "CPATH", "C_INCLUDE_PATH",
               "GCC_EXEC_PREFIX", "LD_PRELOAD", "LESSON_BOOT", "LESSON_FILES", "LESSON_PAGING",
               "LESSON_PLATFORM", "OPTIONS", "WIDTH")
EMULATORS = {"bochs": lambda: bochs_program.program().path, "qemu": lambda: "qemu-system-x86_64"}
DATA = {"bochs": ("/usr/share/bochs",), "qemu": ("/usr/share/seabios", "/usr/share/qemu"),
        "image": ("/usr/lib/grub/i386-pc",)}
WORDS = (".md", ".svg", ".pyc")


def _all(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix not in WORDS]


def _of_a_lesson(lesson):
    """The files of a lesson's folder that can matter to a run, its proof left out."""
    return [path for path in _all(lesson.folder)
            if path.relative_to(lesson.folder).parts[0] not in ("proof", "figures")]


@cache
def collected_from(lesson):
    """The files that kernel and evidence are made from. Of checks.toml only a part is: see
    collected()."""
    found = [ROOT / "Makefile", ROOT / "grub.cfg", *GRADES, ROOT / "tests/corpora/bench.py"]
    found += [*_all(ROOT / "boot"), *(path for path in _all(ROOT / "src") if not re.match(
        r"src/lessons/\d\d_", str(path.relative_to(ROOT))))]
    found += [path for path in _of_a_lesson(lesson)
              if path.suffix not in (".toml", ".py") and path.stem != "starter"]
    for room in COLLECT:
        found += [path for path in _all(ROOT / "grader" / room) if path.name not in SENTENCES]
    return found


@cache
def judged_by(lesson):
    """The files that the judge reads, and that say how it is asked."""
    return [*_all(ROOT / "grader"), *GRADES, *(ROOT / "tests/corpora").glob("*.py"),
            *(path for path in _of_a_lesson(lesson) if path.suffix in (".toml", ".py"))]


@cache
def _compiler():
    """The prefix of compiler and linker, as the Makefile chooses it."""
    said = subprocess.run(["make", "-s", "--no-print-directory", "print-tools"], cwd=ROOT,
                          capture_output=True, text=True, check=True)
    return said.stdout.strip()


@cache
def _behind_gcc(gcc):
    """The programs that a compiler starts itself."""
    said = [subprocess.run([gcc, f"-print-prog-name={name}"], capture_output=True, text=True,
                           check=True).stdout.strip() for name in ("cc1", "as", "collect2", "ld")]
    return said


@cache
def tools(emulator, fast):
    """Which programs take part in a run, and what they and the Makefile read of the environment."""
    cross = _compiler()
    names = [f"{cross}{name}" for name in ("gcc", "ld", "objcopy", "readelf")]
    names += [*_behind_gcc(names[0]), "make", "nasm", "addr2line", "bwrap", EMULATORS[emulator]()]
    if not fast:
        names += ["grub-mkimage", "xorriso", "mformat", "mcopy"]
    folders = [*DATA[emulator], *(() if fast else DATA["image"])]
    state = [cross, *(keep.tool(name) for name in names)]
    state += [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}"
              for folder in map(Path, folders) if folder.is_dir()
              for path in sorted(folder.iterdir()) if path.is_file()]
    if emulator == "bochs":
        state.append(bochs_program.program().version)
    state += [f"{name}={os.environ.get(name, '')}" for name in ENVIRONMENT]
    return keep.name(*state, sandbox.kind(), sys.version)


@cache
def collected(lesson):
    """The hash of what the evidence is made from."""
    read = {key: value for key, value in lesson.checks().items() if key not in JUDGED}
    return keep.name(keep.files(collected_from(lesson)), json.dumps(read, sort_keys=True))


@cache
def judged(lesson):
    """The hash of what the evidence is judged by."""
    return keep.files(judged_by(lesson))


@cache
def commands(lesson):
    """The hash of what ./pagewalk's verbs depend on when they run a lesson's reference."""
    found = {*collected_from(lesson), *judged_by(lesson), *_of_a_lesson(lesson), ROOT / "pagewalk",
             ROOT / "bochsrc.txt", ROOT / "tests/system/conftest.py",
             *lesson.reference().values(), *_all(ROOT / "tools")}
    said = [tools(emulator, fast=False) for emulator in EMULATORS]
    return keep.name(keep.files(found), *said, keep.tool("gdb"))
