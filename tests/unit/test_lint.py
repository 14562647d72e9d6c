"""The checks of `make lint` find what they are for."""

from pathlib import Path

import pytest
from linting import assembly, paths, rooms, scripts

HERE = Path("src/stage/exam.h")


@pytest.mark.parametrize("text, found", [
    ("/* see src/stage/exam.h and boot/image, core/64/arch.h, exam.h; build/x.o */", []),
    ("/* see src/exam.h */", ["src/exam.h"]), ("// stage/exma.h\n", ["stage/exma.h"]),
    ("int x; /* a\n * b nobody.c */", ["nobody.c"]), ('char *s = "no/such.c";', []),
    ("/* boot/*/vectors.asm, src/lessons/NN_name/work.h, FILE.c, 02_two_levels.c, R/W */", []),
    ("/* tests/cheats/ */", ["tests/cheats/"]), ("/* tests/cheats */", ["tests/cheats"])])
def test_a_path_that_is_not_there_is_found(text, found):
    said = [named for _, comment in paths.comments(HERE, text) for named, _ in paths._named(comment)
            if not paths._is_there(named)]
    assert said == found


def test_paths_are_looked_for_where_people_read():
    python = '"""A docstring: no/such.py."""\n# a comment: gone.py\nX = "in/code.py"\n'
    assert [line for line, _ in paths.comments(Path("a.py"), python)] == [2, 1]
    assert dict(paths.comments(Path("a.asm"), "mov eax, 1 ; see gone.inc\n")) == {1: "see gone.inc"}
    assert list(paths.comments(Path("a.toml"), 'add = "#include <x.h>"\n')) == []
    words = dict(paths.comments(Path("a.md"), "https://example.org/src/x.c and src/x.c\n"))
    assert [named for named, _ in paths._named(words[1])] == ["src/x.c"]


@pytest.mark.parametrize("where, header, there, word", [
    ("paging/map.c", "core/cpu.h", "core/cpu.h", "paging/ includes nothing of core/"),
    ("core/cpu.h", "show/ink.h", "show/ink.h", "core/ includes nothing of show/"),
    ("show/ink.c", "stage/exam.h", "stage/exam.h", "show/ includes nothing of stage/"),
    ("stage/exam.c", "show/ink.h", "show/ink.h", "stage/ includes nothing of show/"),
    ("attic/x.c", "core/cpu.h", "core/cpu.h", "no room of src/"),
    ("lessons/02_a/lesson.c", "x.h", "lessons/03_b/x.h", "nothing of another"),
    ("lessons/02_a/work.h", "core/cpu.h", "core/cpu.h", "what a learner gets"),
    ("lessons/02_a/work.h", "paging/types.h", "paging/types.h", None),
    ("lessons/02_a/lesson.c", "x.h", "lessons/shared/x.h", None),
    ("lessons/02_a/lesson.c", "core/cpu.h", "core/cpu.h", None),
    ("main/main.c", "show/ink.h", "show/ink.h", None)])
def test_an_arrow_that_points_up_is_found(where, header, there, word):
    why = rooms._trespass(Path(where), header, Path(there))
    assert (word in why) if word else why is None


def faults(check, monkeypatch, module, folder):
    """What a check says of the files of `folder` alone."""
    monkeypatch.setattr(module, "ROOT", folder)
    monkeypatch.setattr(module, "files", lambda *endings: sorted(
        path for path in folder.rglob("*") if path.suffix in endings))
    monkeypatch.setattr(module, "name", lambda path: str(path.relative_to(folder)))
    return list(check())


def test_nasm_that_warns_or_that_nobody_uses_is_found(tmp_path, monkeypatch):
    (tmp_path / "a32.asm").write_text("extern nobody\nUNUSED equ 1\nUSED equ 2\nmov eax, USED\n")
    (tmp_path / "b64.asm").write_text("bits 64\nmov al, 0x1234\n")
    said = faults(assembly.assembly, monkeypatch, assembly, tmp_path)
    assert [line.split(";")[0] for line in said[:2]] == ["a32.asm: nobody uses nobody",
                                                         "a32.asm: nobody uses UNUSED"]
    assert "b64.asm:2: error: " in said[2] and len(said) == 3


def test_python_names_are_looked_at(tmp_path, monkeypatch):
    (tmp_path / "a.py").write_text("import os\nimport re  # noqa: F401\nprint(unknown)\n")
    (tmp_path / "script").write_text("#!/usr/bin/env python3\nf'nothing in it'\n")
    said = faults(scripts.python, monkeypatch, scripts, tmp_path)
    assert len(said) == 3 and "undefined name 'unknown'" in "".join(said)
