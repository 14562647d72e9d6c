"""Evidence kept under build/evidence, so that what has run once is judged again in a moment.

Used by tests/matrix. A file's name is the hash of all that the evidence depends on: submission,
kernel, collector, emulator, seed. What only the judge reads is not part of it.
"""

import hashlib
import json
import lzma
import shutil
import tempfile
from functools import cache
from pathlib import Path

from bench import ROOT, grade
from grader.judge import judge
from grader.machine import bochs_program

FOLDER = ROOT / "build" / "evidence"
# Parts of checks.toml
JUDGED = ("brief", "check", "fact", "set", "tour", "kernel", "tripwires", "title")
EMULATORS = {"bochs": lambda: bochs_program.program().path,
             "qemu": lambda: shutil.which("qemu-system-x86_64")}
COLLECT = ("formats", "machine", "gate", "collect")


@cache
def _file(path):
    return hashlib.sha256(path.read_bytes()).digest()


@cache
def _shared(emulator):
    """What every kernel and every run is made from."""
    found = [ROOT / "Makefile", ROOT / "tools/cli/build.py",
             *filter(Path.is_file, (ROOT / "boot").rglob("*")),
             *(path for path in (ROOT / "src").rglob("*.[ch]")
               if not path.is_relative_to(ROOT / "src/lessons") or path.parent.name == "shared")]
    for room in COLLECT:
        found += (ROOT / "grader" / room).glob("*.*")
    found += map(Path, [EMULATORS[emulator](), *map(shutil.which, ("gcc", "nasm"))])
    return b"".join(_file(path) for path in sorted(found))


@cache
def _lesson(lesson):
    """The staff's part of a lesson, and what the collector reads of its checks."""
    staff = [path for path in sorted(lesson.folder.iterdir())
             if path.suffix in (".c", ".h", ".mk", ".asm")
             and path.stem != "starter"]
    checks = lesson.checks()
    read = {key: value for key, value in checks.items() if key not in JUDGED}
    return b"".join(map(_file, staff)) + json.dumps(read, sort_keys=True).encode()


def _key(lesson, files, emulator, seed):
    """The name of one run."""
    h = hashlib.sha256(_shared(emulator) + _lesson(lesson))
    for end, path in sorted(files.items()):
        h.update(end.encode() + _file.__wrapped__(path))
    h.update(f"{lesson.name} {emulator} {seed}".encode())
    return h.hexdigest()


def graded(lesson, files, emulator, seed):
    """(result, evidence or None) as bench.grade has it; collected only when it is not stored."""
    place = FOLDER / f"{_key(lesson, files, emulator, seed)}.xz"
    if place.exists():
        evidence = json.loads(lzma.decompress(place.read_bytes()))
        checks = lesson.checks()
        return judge.judge(evidence, checks), evidence
    with tempfile.TemporaryDirectory() as out:
        result, evidence = grade(lesson, files, emulator, seed, out, fast=True)
    if evidence is not None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=FOLDER, delete=False) as fresh:
            fresh.write(lzma.compress(json.dumps(evidence).encode(), preset=1))
        Path(fresh.name).replace(place)
    return result, evidence
