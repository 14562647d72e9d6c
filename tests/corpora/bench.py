"""What the system tests share: build a submission, run it, judge it."""

import os
import subprocess
from pathlib import Path

from cli.grading import grade_files
from cli.lessons import all_lessons

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("SEED") or "1")
QUICK = bool(os.environ.get("QUICK"))
LONG = bool(os.environ.get("LONG"))
LESSONS = all_lessons(ROOT)


def numbered(number):
    """The lesson with this number."""
    return next(lesson for lesson in LESSONS if lesson.number == number)


def grade(lesson, files, emulator, seed, out, optimisation="-O2", fast=False):
    """(result, evidence) of a submission on one emulator; evidence is None when nothing ran."""
    graded = grade_files(lesson, files, [emulator], seed, optimisation=optimisation,
                         out=Path(out), fast=fast)
    evidence = next((evidence for evidence, _ in graded.runs.values()), None)
    return graded.result, evidence


def story(result):
    """What a failing test should show of a result."""
    where = (result["emulator"] or {}).get("name", "nowhere")
    lines = [f"{result['verdict']} {result['points']}/{result['maximum']} {result['message']}",
             f"in {where}, seed {result['seed']}"]
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
