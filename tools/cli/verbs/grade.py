"""`grade`: has a submission graded, says what came of it, and keeps it in
build/NN_name/grade/EMULATOR/evidence.json and result.json (and what latest.py keeps beside them).
"""

import os
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cli import TROUBLE, USAGE, Stop, export, latest, note, say
from cli.build import sources
from cli.classes.grading import grade_class, merge
from cli.grading import EMULATORS, LARGEST_SEED, Graded, grade_files
from cli.lessons import all_lessons, find
from grader.formats import evidence as records
from grader.judge import judge
from grader.machine import MachineError
from grader.report import text as report


def _progress(emulator):
    """Long work shows where it is, on a terminal only."""
    if not sys.stderr.isatty():
        return None

    def show(text):
        sys.stderr.write(f"\r\033[K{emulator}: {text}")
        sys.stderr.flush()
    return show


def _graded(lesson, files, options, out, quiet):
    """Graded; what an emulator does wrong is the result "error", so that other lessons go on."""
    try:
        return grade_files(
            lesson, files,
            EMULATORS[options.emu],
            secrets.randbelow(LARGEST_SEED) if options.seed is None else options.seed,
            optimisation=options.opt, out=out, quiet=quiet, progress=_progress)
    except MachineError as trouble:
        checks = lesson.checks()
        return Graded(judge.trouble(lesson.name, checks,
                                    f"The emulator did something unexpected: {trouble}"))


def grade_lesson(lesson, options, quiet=False):
    """The result of one lesson, as a dict of schema/result.schema.json."""
    files, sentence = sources(lesson, options, for_grade=True)
    if not quiet:
        say(sentence)
    before = None if options.work or options.solution else latest.digest(lesson)
    out = Path(options.out).resolve() if options.out else None
    graded = _graded(lesson, files, options, out, quiet)
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if graded.remarks and not quiet:
        note(graded.remarks.rstrip())
    if graded.silent:
        note("QEMU gave no answer in time. Bochs counts instructions, so it decides:")
    where = latest.folder(lesson, out)
    latest.keep_runs(graded, where)
    latest.keep(where, graded.result, before)
    return graded.result


def _replay(root, options):
    """`grade --from evidence.json`: judge again, without an emulator."""
    path = Path(options.evidence)
    if not path.is_file():
        raise Stop(USAGE, f"There is no file {path}.")
    try:
        evidence = records.load(path)
    except records.EvidenceError as why:
        raise Stop(TROUBLE, f"{why}.") from why
    lesson = find(root, evidence["lesson"])
    return judge.judge(evidence, lesson.checks())


def _print(result, options):
    tables = bool(options.tables or options.solution)
    say(report.text(result, colour=report.wants_colour(), tables=tables).rstrip())


def _grade_all(root, options):
    """Every lesson with a file of the learner's (or every one, with SOLUTION=1), two at a time."""
    chosen = [lesson for lesson in all_lessons(root)
              if options.solution or any(path.exists() for path in lesson.work().values())]
    if not chosen:
        raise Stop(USAGE, "There is nothing in work/ yet: make LESSON=n start.")
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for result in pool.map(lambda lesson: grade_lesson(lesson, options, quiet=True), chosen):
            _print(result, options)
            say()
            yield result


def _grade_one(lesson, options):
    result = grade_lesson(lesson, options)
    if result["verdict"] == "build_error" and result["message"] and not result["tripwires"]:
        note(result["message"])
        note("build_error: this does not compile, so there is nothing to grade.")
    else:
        _print(result, options)
    return result


def _results(root, options):
    """Every result, printed as it comes."""
    if options.evidence:
        result = _replay(root, options)
        _print(result, options)
        return [result]
    if options.lesson:
        return [_grade_one(find(root, options.lesson), options)]
    return list(_grade_all(root, options))


def grade(root, options):
    """Grades, prints, writes the formats asked for. The worst status of all is the exit status."""
    if options.submissions or options.merge:
        return merge(root, options) if options.merge else grade_class(root, options)
    asked = export.wanted(options)
    with export.set_aside(asked):
        results = _results(root, options)
    export.write(asked, results)
    return max(result["status"] for result in results)
