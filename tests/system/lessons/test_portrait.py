"""The kernel's own portrait on the text screen, held against the picture of the same tables."""

import tempfile

import pytest
from bench import ROOT

from cli.build import build
from cli.lessons import find
from grader.machine.bochs import Bochs
from grader.machine.elf import Elf
from picture.geometry import P, PS, RW
from picture.model import Space

SCREEN, COLUMNS, ROWS, TOP = 0xB8000, 80, 25, 11
MAP_ROWS, MAP_COLUMNS = 8, 32
BUDGET = 1_000_000_000


def rows_of(raw):
    """The screen's characters, row by row."""
    text = raw[::2].decode("latin-1")
    return [text[at:at + COLUMNS] for at in range(0, len(text), COLUMNS)]


def screens(number, seed=7):
    """(checkpoint, screen rows, space or None) at each checkpoint of a lesson's reference."""
    lesson = find(ROOT, str(number))
    made = build(lesson, lesson.reference(), quiet=True, seed=seed)
    elf = Elf.load(made.elf)
    names = {elf.va(symbol.name) + 3: symbol.name.removeprefix("checkpoint_")
             for symbol in elf.symbols if symbol.name.startswith("checkpoint_")}
    with tempfile.TemporaryDirectory() as folder, Bochs(
            made.iso, folder, lesson.memory("bochs"), shim_folder=ROOT / "build",
            seconds=120) as session:
        session.break_at(elf.va("machine_end"))
        session.run_until(BUDGET)
        while (stop := session.go()).reason == "magic":
            if stop.rip in names:
                raw = session.read(SCREEN, 2 * COLUMNS * ROWS)
                space = Space.current(session.registers(), lambda at: session.read(at, 4096))
                yield names[stop.rip], rows_of(raw), space
        assert stop.reason == "breakpoint"


def drawn(space, entry, depth):
    """The character that stands for an entry."""
    if not entry & P:
        return "."
    if not space.maps_page(depth, entry):
        return "t"
    return ("L" if entry & RW else "l") if entry & PS and space.mode.levels[depth].shift > 12 \
        else "w" if entry & RW else "r"


def map_of(space, table, depth):
    """The rows a table's map must have."""
    words = space.words(table, depth)
    each = max(1, len(words) // (MAP_ROWS * MAP_COLUMNS))
    cells = [drawn(space, next((word for word in words[i:i + each] if word & P), 0), depth)
             for i in range(0, len(words), each)]
    return ["".join(cells[i:i + MAP_COLUMNS]) for i in range(0, len(cells), MAP_COLUMNS)]


def the_map(rows, left):
    found = [row[left + 5:left + 5 + MAP_COLUMNS].rstrip() for row in rows[1:1 + MAP_ROWS]]
    return [row for row in found if row]


@pytest.mark.parametrize("number", [2, 6, 8, 11])
def test_the_portrait_shows_the_tables_in_force(number):
    seen = {}
    for name, rows, space in screens(number):
        if space is None:
            assert rows[0].startswith("Paging is off") and not "".join(rows[1:10]).strip(), name
            continue
        if name == "stepped":                   # lesson 6: drawn again when nobody counts
            continue
        seen[name] = rows
        level = space.mode.levels[0]
        assert rows[0].startswith(f"{level.table} at {space.root:#x}"), (name, rows[0])
        assert the_map(rows, 0) == map_of(space, space.root, 0), name
        va = int(rows[9].split()[0], 16)
        walk = space.walk(va)
        path = [space.mode.name(step.depth, step.index) for step in walk.steps]
        assert rows[9].split()[1:1 + len(path)] == path, (name, rows[9])
        if walk.end == "mapped":
            assert rows[9].split(" -> ")[1].split()[0] == f"{walk.pa:#x}"
        last = walk.steps[-1]
        if last.depth:
            table = last.at - last.index * space.mode.width
            assert rows[0][41:].startswith(f"{space.mode.levels[last.depth].table} at {table:#x}")
            assert the_map(rows, 41) == map_of(space, table, last.depth), name
        assert f"CR3 {space.cr3:#x}" in rows[10], rows[10]
    assert len(seen) >= 2
    assert len({rows[9] for rows in seen.values()}) > 1, "the walk never changed"


def test_the_story_stays_below_the_portrait():
    rows = list(screens(2))[-1][1]
    story = "\n".join(rows[TOP:])
    assert "12 What tables cost" in story or "11 A segment" in story
    assert "What tables cost" not in "\n".join(rows[:TOP])
