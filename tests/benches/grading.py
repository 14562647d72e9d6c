"""Grading in Bochs, from spawn to result.json, in turn with an empty kernel; medians.

The empty Multiboot2 kernel boots in the same configuration and does nothing. Goals: design,
section 6.
"""

import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from cli.build import build, make
from cli.grading import run_one
from cli.lessons import all_lessons
from grader.machine.bochs import Bochs
from grader.machine.elf import Elf

ROOT = Path(__file__).resolve().parents[2]
GOALS = {1: 2.0}
GOAL = 1.1
CPU_GOAL = 1.0
RUNS = 5
TICKS = 400_000_000


def empty_kernel(folder):
    """An ISO that boots like a lesson's and does nothing; its ELF file beside it."""
    objects = []
    for name, source in (("multiboot", "boot/multiboot.asm"), ("empty", "tests/benches/empty.asm")):
        objects.append(folder / f"{name}.o")
        subprocess.run(["nasm", "-f", "elf32", "-o", objects[-1], source], cwd=ROOT, check=True)
    lesson = all_lessons(ROOT)[0].name
    prefix = make(ROOT, "print-tools", NAME=lesson).strip()
    elf = folder / "kernel.elf"
    subprocess.run([f"{prefix}ld", "-m", "elf_i386", "-T", "boot/32/kernel.ld", "-z", "noexecstack",
                    "--no-warn-rwx-segments", "-o", elf, *objects], cwd=ROOT, check=True)
    subprocess.run(["make", "-s", "-o", elf, "image", f"NAME={lesson}", f"OUT={folder}"], cwd=ROOT,
                   check=True)                             # -o: of this ELF file, as it is
    return folder / "kernel.iso", elf


def cpu_seconds():
    mine = os.times()
    return mine.user + mine.system + mine.children_user + mine.children_system


def timed(work):
    """(wall seconds, CPU seconds of us and our children)."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    work()
    return time.perf_counter() - wall, cpu_seconds() - cpu


def boot_empty(iso, elf):
    with tempfile.TemporaryDirectory() as folder:
        with Bochs(iso, folder, shim_folder=ROOT / "build") as session:
            session.break_at(Elf.load(elf).va("machine_end"))
            session.run_until(TICKS)
            assert session.go().reason == "breakpoint"


def grade_once(made, checks, out):
    _, result = run_one(made, checks, "bochs", 1)
    assert result["verdict"] == "pass", result["message"]
    out.write_text(json.dumps(result))


def compare(lesson, empty):
    """Medians of a lesson's runs and of the empty kernel's between them."""
    checks = lesson.checks()
    made = build(lesson, lesson.reference(), quiet=True)
    lessons, empties = [], []
    for _ in range(RUNS):
        empties.append(timed(lambda: boot_empty(*empty)))
        lessons.append(timed(lambda: grade_once(made, checks, made.workdir / "bench.json")))
    pairs = [[statistics.median(column) for column in zip(*rows)] for rows in (lessons, empties)]
    return pairs[0], pairs[1]


def main():
    with tempfile.TemporaryDirectory() as folder:
        empty = empty_kernel(Path(folder))
        timed(lambda: boot_empty(*empty))                  # once for the disk's cache
        print(f"lesson                wall s   empty s   ratio   goal    CPU s (goal {CPU_GOAL})")
        for lesson in all_lessons(ROOT):
            (wall, cpu), (base, _) = compare(lesson, empty)
            goal = GOALS.get(lesson.number, GOAL)
            print(f"{lesson.name:20} {wall:7.2f} {base:9.2f} {wall / base:7.2f} {goal:6.1f} "
                  f"{cpu:8.2f}", flush=True)
