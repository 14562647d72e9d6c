"""`make figures`: draws the figures of every lesson anew and says what changed.

Figures of a lesson's own tables need its run: the reference, in Bochs, with the default seed.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]
sys.dont_write_bytecode = True

from cli import Stop  # noqa: E402  (the path had to be set first)
from cli.grading import grade_files  # noqa: E402
from cli.lessons import all_lessons  # noqa: E402
from figures import Wrong, pages  # noqa: E402
from figures.facts import ROOT  # noqa: E402
from grader.machine import MachineError  # noqa: E402

SEED = 1                               # the default


def collected(lesson):
    """(evidence, checks) of the reference's run."""
    print(f"running lesson {lesson.number} for its tables ...", flush=True)
    graded = grade_files(lesson, lesson.reference(), ["bochs"], SEED)
    if graded.result["verdict"] != "pass":
        raise Wrong(f"The reference of lesson {lesson.number} does not pass, so its tables are not "
                    f"drawn: make LESSON={lesson.number} SOLUTION=1 grade says why.")
    return graded.runs["bochs"][0], lesson.checks()


def main():
    changed = []
    try:
        for lesson in all_lessons(ROOT):
            run = collected(lesson) if pages.needs_run(lesson.folder) else None
            changed += pages.write(lesson.folder, run)
    except (Wrong, Stop, MachineError) as why:
        print(why, file=sys.stderr)
        return 2
    for path in changed:
        print(f"drawn: {path.relative_to(ROOT)}")
    if not changed:
        print("Every figure is up to date.")
    return 0


sys.exit(main())
