"""Who may include whom in src/, and who may name a lesson."""

import re
from pathlib import Path

from linting import ROOT, files, name

# What each room of src/ may include besides itself: arrows point down the list.
ROOMS = {
    "paging": (),
    "offered": ("paging",),
    "core": ("offered", "paging"),
    "show": ("core", "offered", "paging"),
    "stage": ("core", "offered", "paging"),
    "kernel": ("show", "stage", "core", "offered", "paging"),
    "main": ("kernel", "show", "stage", "core", "offered", "paging"),
    "lessons": ("kernel", "show", "stage", "core", "offered", "paging"),
}
# What is handed out, and so includes only what a learner may see.
HANDED_OUT = {"work.h", "starter.c"}
FREESTANDING = {"stdint.h", "stddef.h", "stdbool.h", "limits.h", "stdarg.h", "stdnoreturn.h"}


def layers():
    """src/paging includes only itself and freestanding headers; no platform file names a lesson;
    src/paging and lessons hold no #ifdef but include guards and what ends in #error."""
    library = ROOT / "src/paging"
    folders = [path.name for path in (ROOT / "src/lessons").glob("[0-9]*_*")]
    # A name of one word, like pae, is a word of its own: there the number must stand before it.
    lessons = [name[3:] if "_" in name[3:] else name for name in folders]
    for path in files(".c", ".h"):
        where, text = name(path), path.read_text()
        if where.startswith("src/paging/"):
            for kind, header in re.findall(r'^#include ([<"])([^>"]+)', text, re.M):
                file = (path.parent / header).resolve()
                own = kind == '"' and file.is_file() and library in file.parents
                if not own and header not in FREESTANDING:
                    yield f"{where} includes {header}, which is not of this library."
        if where.startswith(("src/paging/", "src/lessons/")) and "/proof/" not in where:
            guards = re.findall(r"^#ifndef (\w+)\n#define \1$", text, re.M)
            for line in re.findall(r"^#(?:ifdef|ifndef|if) .*(?!\n#error )$", text, re.M):
                if not any(line.endswith(f" {guard}") for guard in guards):
                    yield f'{where}: "{line}": what differs is a row of data or a file.'
        if where.startswith(("src/", "boot/")) and not where.startswith("src/lessons/"):
            for lesson in lessons:
                name_of = lesson if "_" in lesson else rf"\d\d_{lesson}"     # "canonical" is a word
                if re.search(rf"lessons/\d|\b{name_of}\b", text):
                    yield f"{where} names a lesson ({lesson})."


def _included(path):
    """(header as written, where it lies below src/, or None) of each line that includes one."""
    for header in re.findall(r'^ *# *include *"([^"]+)"', path.read_text(), re.M):
        places = (path.parent, ROOT / "src", ROOT / "src/core/32", ROOT / "src/core/64")
        file = next((place / header for place in places if (place / header).is_file()), None)
        inside = file and file.resolve().is_relative_to(ROOT / "src")
        yield header, file.resolve().relative_to(ROOT / "src") if inside else None


def _trespass(where, header, there):
    """Why a file of src/ may not include a header, or None. Both are paths below src/."""
    room, other = where.parts[0], there.parts[0]
    if room not in ROOMS:
        return f"{room}/ is no room of src/: give it a row in tests/linting/rooms.py"
    if other != room and other not in ROOMS[room]:
        return f"{room}/ includes nothing of {other}/: hand in what it needs, or move the file"
    if other == "lessons" and there.parts[1] not in (where.parts[1], "shared"):
        return "a lesson includes nothing of another: what two share goes to src/lessons/shared"
    if where.name in HANDED_OUT and other not in ("offered", "lessons") and \
            header != "paging/types.h":
        return "what a learner gets includes only src/offered and paging/types.h"
    return None


def rooms():
    """Arrows in src/ point down: paging, offered, core, show or stage, kernel, main or lessons."""
    for path in files(".c", ".h"):
        where = path.relative_to(ROOT)
        if where.parts[0] != "src" or "proof" in where.parts:
            continue
        for header, there in _included(path):
            if there is None:
                yield f"{where} includes {header}, which is not in src/."
                continue
            why = _trespass(Path(*where.parts[1:]), header, there)
            if why:
                yield f"{where} includes {header}: {why}."
