"""`new`: the folder of a lesson that boots, is listed, and grades its starter as not written yet.

Templates lie in tools/cli/new. What such a lesson has not got yet `make lint` names, part by part.
"""

import re
from pathlib import Path

from cli import PASS, USAGE, Stop, say
from cli.lessons import all_lessons

TEMPLATES = Path(__file__).resolve().parents[1] / "new"
LONGEST = 24                           # letters of a name: lists have columns
# What differs between the widths: the type of an address, what its number is, registers expected.
WIDTHS = {
    "32": {"VA": "va32_t", "WORD": "uint32_t", "TRIPWIRES": ""},
    "64": {"VA": "va_t", "WORD": "uint64_t",
           "TRIPWIRES": '\n[tripwires]\ncr4 = "0x20"\nefer = "0xd00"\n'},
}


def _wanted(root, options):
    """(number, name, width) as asked for, or Stop: nothing is overwritten, no number used twice."""
    number, name, width = options.lesson or "", options.name or "", options.width or "32"
    if not re.fullmatch(r"[0-9]{1,2}", number):
        raise Stop(USAGE, f'LESSON is the new lesson\'s number, from 0 to 99, not "{number}".')
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or len(name) > LONGEST:
        raise Stop(USAGE, f'NAME is at most {LONGEST} small letters, digits and underscores, like '
                          f'page_coloring, not "{name}".')
    if width not in WIDTHS:
        raise Stop(USAGE, f'WIDTH is 32 or 64, not "{width}".')
    for lesson in all_lessons(root):
        if lesson.number == int(number) or lesson.name[3:] == name:
            raise Stop(USAGE, f"There is a lesson {lesson.number} already, {lesson.name}: take "
                              "another number and another name.")
    return int(number), name, width


def new(root, options):
    """Makes src/lessons/NN_name, and touches nothing else."""
    number, name, width = _wanted(root, options)
    folder = Path(root) / "src/lessons" / f"{number:02}_{name}"
    if folder.exists():
        raise Stop(USAGE, f"src/lessons/{folder.name} is there already, and nothing was changed.")
    said = WIDTHS[width] | {"NUMBER": str(number), "WIDTH": width, "FOLDER": folder.name,
                            "TITLE": name.replace("_", " ").capitalize()}
    for template in sorted(TEMPLATES.rglob("*.in")):
        text = re.sub(r"@([A-Z]+)@", lambda word: said[word[1]], template.read_text("utf-8"))
        path = folder / template.relative_to(TEMPLATES).with_suffix("")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    say(f"src/lessons/{folder.name} is there: a {width}-bit lesson with one function to write.")
    say(f"It runs and is graded already: make LESSON={number} SOLUTION=1 grade. What it has not "
        "got yet: tests/lint lessons. CONTRIBUTING.md tells the rest.")
    return PASS
