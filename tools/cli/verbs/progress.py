"""`progress`: every lesson with the points of the last grading of the learner's own file, whether
the file has changed since, and what to do next. Reads what grade left behind; grades nothing.
"""

from cli import PASS, latest, say
from cli.lessons import all_lessons
from grader.formats import checks as checklist
from grader.report import text as report

COLOURS = {"done": "32", "fails": "31", "changed": "33", "begun": "33", "new": "2"}


def _standing(lesson):
    """(kind, points or None, words, next verb) of one lesson."""
    begun = latest.digest(lesson) is not None
    result, changed = latest.mine(lesson, latest.folder(lesson))
    if not begun:
        return "new", None, "", "start"
    if result is None:
        return "begun", None, "begun", "grade"
    if changed:
        return "changed", result["points"], "changed since", "grade"
    verb = {"pass": None, "error": "grade"}.get(result["verdict"], "hint")
    return "fails" if verb else "done", result["points"], latest.summary(result), verb


def _line(lesson, maximum, standing, first_new):
    """One row: number, title, points, standing, next step."""
    _, points, words, verb = standing
    score = f"{'-' if points is None else points}/{maximum}"
    step = f"make LESSON={lesson.number} {verb}" if verb and (verb != "start" or first_new) else ""
    return f"{lesson.number:3}  {lesson.title():<24} {score:>7}  {words:<20} {step}".rstrip()


def progress(root, _options):
    """The table, and the sum below it."""
    colour, fresh, got, most = report.wants_colour(), True, 0, 0
    say(f"{'':5}{'lesson':<25} {'points':>6}  {'last grading':<20} next")
    for lesson in all_lessons(root):
        maximum = checklist.maximum(lesson.checks(), "bochs")
        standing = _standing(lesson)
        kind, points = standing[:2]
        line = _line(lesson, maximum, standing, fresh)
        fresh = fresh and kind != "new"
        got, most = got + (points or 0), most + maximum
        say(f"\033[{COLOURS[kind]}m{line}\033[0m" if colour else line)
    say(f"{'':5}{'':<24} {f'{got}/{most}':>7}")
    return PASS
