"""What the system tests share: build a submission, run it, judge it."""

import os
import subprocess
from pathlib import Path

from cli import NotBuilt
from cli.build import build
from cli.lessons import all_lessons
from grader import checks as checklist
from grader import collect as collector
from grader import judge

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("SEED") or "1")
QUICK = bool(os.environ.get("QUICK"))
LONG = bool(os.environ.get("LONG"))
LESSONS = all_lessons(ROOT)


def numbered(number):
    """The lesson with this number."""
    return next(lesson for lesson in LESSONS if lesson.number == number)


def parts(lesson, given):
    """A submission: the reference, with the given file (and its twin of another ending) put in."""
    files = dict(lesson.reference())
    for end in lesson.parts():
        twin = given.with_suffix(end)
        if twin.exists():
            files[end] = twin
    return files


def grade(lesson, files, emulator, seed, out, optimisation="-O2", fast=False):
    """(result, evidence) of a submission on one emulator; evidence is None when nothing ran.
    fast: Bochs starts the kernel from boot/rom.asm instead of GRUB. When QEMU does not answer in
    time, Bochs decides, as in the grade command."""
    checks = checklist.load(lesson.folder / "checks.toml")
    try:
        boot = emulator == "bochs" and ("fast" if fast else True)
        made = build(lesson, files, optimisation=optimisation, iso=boot,
                     out=Path(out), quiet=True, strict=True)
    except NotBuilt as failed:
        return judge.build_error(lesson.name, checks, str(failed), failed.findings), None
    if not made.gate["passed"]:
        return judge.build_error(lesson.name, checks, "the submission was refused",
                                 made.gate["findings"]), None
    kit = collector.Build(made.elf, made.kernel32, made.iso, made.optimisation, made.lesson,
                          made.workdir, made.work_source, made.gate)
    evidence = collector.collect(kit, checks, emulator, seed)
    if emulator == "qemu" and evidence["end"]["how"] == "timeout":
        return grade(lesson, files, "bochs", seed, out, optimisation, fast)
    return judge.judge(evidence, checks), evidence


def story(result):
    """What a failing test should show of a result."""
    lines = [f"{result['verdict']} {result['points']}/{result['maximum']} {result['message']}"]
    lines += [f"{t['code']}: {t['what']}" for t in result["tripwires"]]
    lines += [f"{c['id']}: {c['verdict']} {c['code'] or ''} {c['message']} {c['blocked_by'] or ''}"
              for c in result["checks"] if c["verdict"] != "pass"]
    return "\n".join(lines)


def first_code(result):
    """The code of the root cause: a tripwire's, or the first failed check's."""
    for found in result["tripwires"]:
        return found["code"]
    return next((c["code"] for c in result["checks"] if c["verdict"] == "fail"), None)


def command(*arguments, timeout=120, **environment):
    """A finished run of ./pagewalk: status, standard output, standard error."""
    clean = {k: v for k, v in os.environ.items()
             if k not in ("LESSON", "EMU", "SEED", "SOLUTION", "GUI", "MEM", "CPU", "OPT")}
    return subprocess.run([str(ROOT / "pagewalk"), *arguments], cwd=ROOT, text=True,
                          timeout=timeout, env={**clean, **environment}, capture_output=True,
                          check=False, stdin=subprocess.DEVNULL)
