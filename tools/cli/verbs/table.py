"""The verbs, one function each: (root, options) -> exit status."""

import shutil

from cli import PASS, USAGE, Stop, note, say
from cli.build import build, sources
from cli.lessons import all_lessons, find
from cli.verbs.grade import grade
from cli.verbs.hint import hint
from cli.verbs.iso import entry_text, iso
from cli.verbs.new import new
from cli.verbs.progress import progress
from cli.verbs.view import tree, view
from cli.verbs.watch import watch
from grader.machine.process import exit_cleanly_on_signals

__all__ = ["debug", "gdb", "grade", "hint", "iso", "list", "new", "progress", "run", "start",
           "tour", "tree", "view", "watch"]

exit_cleanly_on_signals()


def list(root, _options):  # noqa: A001  (the verb's name)
    """One line for each lesson: number, title, what it is about; and which are begun."""
    for lesson in all_lessons(root):
        begun = any(path.exists() for path in lesson.work().values())
        say(f" {entry_text(lesson)}{'  (in work/)' if begun else ''}")
    return PASS


def _prepare(root, options):
    """The lesson and its kernel, ready to run, after saying which file is used."""
    lesson = find(root, options.lesson)
    files, sentence = sources(lesson, options)
    say(sentence)
    made = build(lesson, files, optimisation=options.opt, seed=options.seed)
    if made.gate["message"]:
        note(made.gate["message"].rstrip())
    for finding in made.gate["findings"]:
        say(f"note: {finding['code']}: {finding['what']}")
    _remember(lesson, made)
    return lesson, made


def _remember(lesson, made):
    """bochsrc.txt boots build/lesson.iso, the last lesson built."""
    link = lesson.root / "build" / "lesson.iso"
    link.unlink(missing_ok=True)
    link.symlink_to(made.iso.relative_to(link.parent))


def run(root, options):
    from cli.verbs.run import run as run_lesson
    return run_lesson(*_prepare(root, options), options)


def debug(root, options):
    from cli.verbs.tour import debug as debug_lesson
    return debug_lesson(*_prepare(root, options), options)


def tour(root, options):
    from cli.verbs.tour import play
    return play(*_prepare(root, options), options)


def gdb(root, options):
    from cli.verbs.gdb import gdb as debug_with_gdb
    from cli.verbs.stub import stub
    return (stub if options.stub else debug_with_gdb)(*_prepare(root, options), options)


def start(root, options):
    """Puts the starter into work/. Never overwrites anything."""
    lesson = find(root, options.lesson)
    there = [path for path in lesson.work().values() if path.exists()]
    if there:
        raise Stop(USAGE, f"work/{there[0].name} is there already, and nothing was changed. "
                          "To begin again, move it away first.")
    for end, path in lesson.work().items():
        path.parent.mkdir(exist_ok=True)
        shutil.copyfile(lesson.starter()[end], path)
        say(f"work/{path.name} is yours now.")
    say(f"Read src/lessons/{lesson.name}/lesson.md and work.h there, then: "
        f"make LESSON={lesson.number} grade")
    return PASS
