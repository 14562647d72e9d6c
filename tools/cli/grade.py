"""`grade` and `hint`: have a submission graded, say what came of it, and keep it in
build/NN_name/grade/EMULATOR/evidence.json and result.json (and result.json beside them).
"""

import json
import os
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cli import LEARNER, PASS, TROUBLE, USAGE, Stop, note, say
from cli.build import sources
from cli.grading import grade_files
from cli.lessons import all_lessons, find
from grader import checks as checklist
from grader import evidence as records
from grader import judge, report

LARGEST_SEED = 10_000                  # short enough to type again


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
    fresh.replace(path)


def _progress(emulator):
    """Long work shows where it is, on a terminal only."""
    if not sys.stderr.isatty():
        return None

    def show(text):
        sys.stderr.write(f"\r\033[K{emulator}: {text}")
        sys.stderr.flush()
    return show


def keep(graded, folder):
    """Writes what a grading left behind: evidence and result of each run, and the one of record."""
    for emulator, (evidence, result) in graded.runs.items():
        (folder / emulator).mkdir(parents=True, exist_ok=True)
        records.dump(evidence, folder / emulator / "evidence.json")
        write_json(folder / emulator / "result.json", result)
    write_json(folder / "result.json", graded.result)


def grade_lesson(lesson, options, quiet=False):
    """The result of one lesson, as a dict of schema/result.schema.json."""
    files, sentence = sources(lesson, options, for_grade=True)
    if not quiet:
        say(sentence)
    out = Path(options.out).resolve() if options.out else None
    graded = grade_files(
        lesson, files, {"both": ["bochs", "qemu"], None: ["bochs"]}.get(options.emu, [options.emu]),
        secrets.randbelow(LARGEST_SEED) if options.seed is None else options.seed,
        optimisation=options.opt, out=out, quiet=quiet, progress=_progress)
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if graded.remarks and not quiet:
        note(graded.remarks.rstrip())
    if graded.silent:
        note("QEMU gave no answer in time. Bochs counts instructions, so it decides:")
    keep(graded, (out or lesson.root / "build" / lesson.name) / "grade")
    return graded.result


def _replay(root, options):
    """`grade --from evidence.json`: judge again, without an emulator."""
    path = Path(options.evidence)
    if not path.is_file():
        raise Stop(USAGE, f"There is no file {path}.")
    try:
        evidence = records.load(path)
    except (ValueError, KeyError) as why:
        raise Stop(TROUBLE, f"{path} cannot be replayed: {why}.") from why
    lesson = find(root, evidence["lesson"])
    return judge.judge(evidence, checklist.load(lesson.folder / "checks.toml"))


def _print(result, options):
    tables = bool(options.tables or options.solution)
    say(report.text(result, colour=report.wants_colour(), tables=tables).rstrip())
    return result["status"]


def _grade_all(root, options):
    """Every lesson with a file of the learner's (or every one, with SOLUTION=1), two at a time."""
    chosen = [lesson for lesson in all_lessons(root)
              if options.solution or any(path.exists() for path in lesson.work().values())]
    if not chosen:
        raise Stop(USAGE, "There is nothing in work/ yet: make LESSON=n start.")
    worst = PASS
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for result in pool.map(lambda lesson: grade_lesson(lesson, options, quiet=True), chosen):
            worst = max(worst, _print(result, options))
            say()
    return worst


def grade(root, options):
    if options.submissions or options.merge:
        from cli.classes import grade_class, merge
        return merge(root, options) if options.merge else grade_class(root, options)
    if options.evidence:
        return _print(_replay(root, options), options)
    if not options.lesson:
        return _grade_all(root, options)
    lesson = find(root, options.lesson)
    result = grade_lesson(lesson, options)
    if result["verdict"] == "build_error" and result["message"] and not result["tripwires"]:
        note(result["message"])
        note("build_error: this does not compile, so there is nothing to grade.")
        return result["status"]
    return _print(result, options)


def hint(root, options):
    """The next hint for the first check that failed in the last grading."""
    lesson = find(root, options.lesson)
    path = lesson.root / "build" / lesson.name / "grade" / "result.json"
    if not path.exists():
        raise Stop(USAGE, f"Grade first: make LESSON={lesson.number} grade. "
                          "A hint is for what fails.")
    result = json.loads(path.read_text())
    failed = next((c for c in result["checks"] if c["verdict"] == "fail"), None)
    if failed is None:
        say("Nothing fails: there is no hint to give.")
        return PASS
    memory = path.with_name("hints.json")
    given = json.loads(memory.read_text()) if memory.exists() else {}
    hints = failed["hint"] or [f'Read "{failed["read"]}" in src/lessons/{lesson.name}/lesson.md.']
    step = min(given.get(failed["id"], 0), len(hints) - 1)
    say(f'{failed["title"]}\nhint {step + 1} of {len(hints)}: {hints[step]}')
    given[failed["id"]] = step + 1
    memory.write_text(json.dumps(given))
    return LEARNER
