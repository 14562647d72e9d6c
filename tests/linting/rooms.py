"""Who may include whom in src/, and who may name a lesson."""

import re

from linting import ROOT, files, name

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
