"""What a lesson says twice, in C and in checks.toml, is the same: notes, groups of answers, the
ranges of what is drawn. A difference is one sentence that names both sides."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from cli.lessons import Lesson
from grader.formats.checks import groups_of
from prose.reckon import HEADERS, constants, sources

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.parent for path in ROOT.glob("src/lessons/*/checks.toml"))
SHARED = ROOT / "src/lessons/shared"

each = pytest.mark.parametrize("folder", LESSONS, ids=lambda folder: folder.name)


@cache
def checks_of(folder):
    return Lesson(ROOT, folder.name).checks()


def enumerators(text):
    """The names of `enum note` in a C text, macros expanded; a value of its own is no name."""
    found = re.search(r"^enum note \{.*?\};", text, re.M | re.S)
    if found is None:
        return []
    macros = "\n".join(line for line in text.splitlines() if line.startswith("#define"))
    plain = subprocess.run(["cc", "-E", "-P", "-"], input=f"{macros}\n{found[0]}", text=True,
                           capture_output=True, check=True).stdout
    return [name.strip() for name in re.search(r"\{(.*)\}", plain, re.S)[1].split(",")
            if name.strip()]


def note_faults(names, notes):
    """One sentence where an enum and the notes of checks.toml part."""
    for index in range(max(len(names), len(notes))):
        name, note = (part[index] if index < len(part) else "nothing" for part in (names, notes))
        if name.lower() != note:
            return [f"exam.note[{index}] is {name} in C and {note} in checks.toml"]
    return []


@each
def test_notes_have_one_name(folder):
    names = [name for path in sources(folder) for name in enumerators(path.read_text())]
    assert note_faults(names, checks_of(folder).get("notes", [])) == []
    for path in sources(folder):
        for index in re.findall(r"exam\.note\[([^\]]+)", path.read_text()):
            assert re.match(r"[A-Za-z_]", index), f"{path}: exam.note[{index}] has no name"


def test_notes_that_part_are_named():
    text = "#define BOTH(t) t##_PAGE, t##_OLD\nenum note {\n    ROOT, /* the\n root */\n" \
           "    BOTH(A),\n};\n"
    assert enumerators(text) == ["ROOT", "A_PAGE", "A_OLD"]
    assert note_faults(enumerators(text), ["root", "a_page", "a_old"]) == []
    assert note_faults(["ROOT", "LEFT"], ["root", "right"]) == \
        ["exam.note[1] is LEFT in C and right in checks.toml"]
    assert note_faults(["ROOT"], ["root", "more"]) == \
        ["exam.note[1] is nothing in C and more in checks.toml"]
    assert note_faults(enumerators("enum note { ROOT, TWO = 2 };"), ["root", "two"]) != []


@each
def test_groups_have_one_name(folder):
    opened = {name for path in sources(folder)
              for name in re.findall(r'exam_group\("(\w+)"\)', path.read_text())}
    assert opened == {name for name, _ in groups_of(checks_of(folder))}


class Constants:
    """The #defines of a lesson, by the name of a draw: RANGE_PAGES for the draw "range". One that
    several draws share has the first words of their names, or none of them: QUESTIONS."""

    def __init__(self, folder):
        paths = [ROOT / name for name in HEADERS] + sources(folder)
        if "two_processes" in (folder / "lesson.mk").read_text():
            paths += sorted(SHARED.glob("*.[ch]"))
        paths.sort(key=lambda path: path.suffix != ".h")
        self.values = constants([path.read_text() for path in paths])

    def get(self, draw, what, default=None):
        words = draw.upper().split("_")
        names = ["_".join([*words[:count], what]) for count in range(len(words), -1, -1)]
        found = next((self.values[name] for name in names if name in self.values), default)
        assert found is not None, f'the draw "{draw}" has no {names[0]} in C'
        return found


def row_facts(known, name, spec):
    """(what, the C side, checks.toml's) of a draw of rows."""
    count = spec["count"]
    if count > 1:
        yield "count", known.get(name, "ROWS"), count
    slices = known.get(name, "SLICE", 0) * count
    for key, total in (("page", slices or known.get(name, "PAGES")),
                       ("frame", known.get(name, "FRAMES"))):
        first = known.get(name, f"FIRST_{key.upper()}", 0)
        yield key, [first, first + total - 1], spec[key]
    if isinstance(spec.get("pages"), list):
        least = known.get(name, "LEAST")
        yield "pages", [least, least + known.get(name, "SPAN") - 1], spec["pages"]


@each
def test_draws_have_one_range(folder):
    checks, known = checks_of(folder), Constants(folder)
    facts = []
    for name, spec in checks.get("draw", {}).items():
        if "forms" in spec:
            facts.append((name, "count", known.get(name, "QUESTIONS"), spec["count"]))
        elif "page" in spec:
            facts += [(name, *fact) for fact in row_facts(known, name, spec)]
    for check in checks["check"]:
        if check["kind"] in ("computed", "owners"):
            group = check["group"]
            facts.append((group, "count", known.get(group, "QUESTIONS"), check["count"]))
    for spec in checks.get("set", {}).values():
        if "cut" in spec.get("random", {}):
            name = spec["random"]["draw"]
            facts.append((name, "cut", known.get(name, "CUT"), spec["random"]["cut"]))
    for name, what, here, there in facts:
        assert here == there, f'{what} of "{name}" is {here} in C and {there} in checks.toml'
    assert facts or not checks.get("draw")
