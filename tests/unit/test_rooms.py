"""Who may import whom. What the guest prints is never evidence: the judge cannot reach it, and no
collector reads it."""

import ast
from functools import cache
from pathlib import Path

import pytest

from cli.lessons import all_lessons

ROOT = Path(__file__).resolve().parents[2]
GRADER = ROOT / "grader"
ROOMS = {"formats": (), "machine": (), "gate": ("formats", "machine"),
         "collect": ("formats", "machine"), "judge": ("formats",), "report": ("formats",)}
PURE = {"base64", "binascii", "collections", "dataclasses", "functools", "itertools", "re",
        "string", "struct", "typing", "zlib"}
OPENS = {"open", "read_text", "read_bytes", "eval", "exec", "__import__", "compile", "input"}
PRINTED = ("serial", "com1", "0xe9", "0x402", "stdout", "debugcon")


@cache
def tree(path):
    return ast.parse(path.read_text())


def imported(path):
    """Names of the modules that a file brings in."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def modules(folder):
    return sorted(folder.rglob("*.py"))


def trespasses(room, folder):
    """Imports of one room that lead where it may not go, one sentence each."""
    allowed = (room, *ROOMS[room])
    for path in modules(folder):
        for name in imported(path):
            top, _, rest = name.partition(".")
            if name.startswith("..") or top in ("tests", "cli", "picture", "figures"):
                yield f"{path.name} imports {name}"
            elif top == "grader" and rest.partition(".")[0] not in allowed:
                yield f"{path.name} of {room}/ imports {name}"


def impurities(folder):
    """Why the judge could reach what the guest printed, one sentence each."""
    for path in modules(folder):
        for name in imported(path):
            if name not in PURE and not name.startswith(("grader.judge", "grader.formats")):
                yield f"{path.name} imports {name}"
        yield from calls(path)


def calls(path):
    """Calls by which a file could read what it was not given."""
    for node in ast.walk(tree(path)):
        called = node.func if isinstance(node, ast.Call) else None
        word = getattr(called, "id", getattr(called, "attr", None))
        if word in OPENS and ast.unparse(called) != "re.compile":
            yield f"{path.name} calls {word}()"


def test_every_room_of_the_grader_has_a_rule():
    there = {path.name for path in GRADER.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert there == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_it_may(room):
    assert modules(GRADER / room)
    assert not list(trespasses(room, GRADER / room))


@pytest.mark.parametrize("room, more", [
    ("judge", "from grader.collect import bochs"), ("report", "from grader.judge import judge"),
    ("formats", "import grader.judge.judge"), ("gate", "from grader.collect import kernel"),
    ("collect", "from tests.unit import fake"), ("machine", "from grader.formats import exam"),
    ("collect", "import cli.build")])
def test_a_room_that_goes_elsewhere_is_found(room, more, tmp_path):
    (tmp_path / "new.py").write_text(more + "\n")
    assert list(trespasses(room, tmp_path))


def test_nothing_outside_tests_imports_tests():
    for path in [*modules(GRADER), *modules(ROOT / "tools"), *modules(ROOT / "src")]:
        assert not [name for name in imported(path) if name.split(".")[0] == "tests"], path


def arrows():
    """{module: modules of ours that it imports} of the product's Python."""
    files = {}
    for folder, name in ((GRADER, "grader"), *((ROOT / "tools" / name, name)
                                               for name in ("cli", "figures", "picture"))):
        for path in modules(folder):
            parts = (name, *path.relative_to(folder).with_suffix("").parts)
            files[".".join(parts).removesuffix(".__init__")] = path
    return {name: {found for found in _imports(name, path, files) if found != name}
            for name, path in files.items()}


def _imports(name, path, files):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            home = ".".join([*name.split(".")[:-node.level], *filter(None, [node.module])]) \
                if node.level else node.module
            for alias in node.names:
                whole = f"{home}.{alias.name}"
                yield from [one for one in (whole, home) if one in files][:1]


def cycle(graph):
    """A way from a module back to itself, or None."""
    done = set()

    def follow(name, way):
        if name in way:
            return [*way[way.index(name):], name]
        if name not in done:
            for after in sorted(graph[name]):
                found = follow(after, [*way, name])
                if found:
                    return found
        done.add(name)
        return None
    return next(filter(None, (follow(name, []) for name in sorted(graph))), None)


def test_no_module_comes_back_to_itself():
    graph = arrows()
    assert len(graph) > 100 and cycle(graph) is None
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]


def own_code():
    """The judge's code that lies in lessons."""
    return sorted((ROOT / "src/lessons").glob("[0-9]*_*/*.py"))


def test_a_kind_of_one_lesson_is_as_pure_as_the_judge():
    found = own_code()
    assert found
    for path in found:
        allowed = {name for name in imported(path) if name.startswith((".", "grader.judge",
                                                                       "grader.formats"))}
        assert set(imported(path)) - PURE == allowed, path
        assert not list(calls(path)), path


def test_no_two_lessons_have_a_kind_of_the_same_name():
    names = [name for lesson in all_lessons(ROOT) if (lesson.folder / "kinds.py").exists()
             for name in lesson.module("kinds").KINDS]
    assert len(names) == len(set(names)) > 20


def test_the_judge_reaches_evidence_and_nothing_else():
    assert not list(impurities(GRADER / "judge"))
    # Of formats/ it may use what reads a table or packs bytes; these two read files of ours.
    for name in ("values", "seeds", "exam", "frame"):
        assert not set(imported(GRADER / f"formats/{name}.py")) - PURE - {"grader.formats.values"}


@pytest.mark.parametrize("more", [
    "import os", "from pathlib import Path", "import subprocess as s",
    "from grader.machine import bochs", "from grader import collect",
    "PASSED = open('serial.txt').read()", "def f(place):\n    return place.read_text()",
    "FOUND = __import__('os')"])
def test_a_judge_that_could_is_found(more, tmp_path):
    (tmp_path / "new.py").write_text(more + "\n")
    assert list(impurities(tmp_path))


def mentions(source):
    """Strings of a module, docstrings apart, that name a place where guests print."""
    whole = ast.parse(source)
    said = {id(node.body[0].value) for node in ast.walk(whole)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body
            and isinstance(node.body[0], ast.Expr)}
    return [node.value for node in ast.walk(whole)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            and id(node) not in said and any(word in node.value.lower() for word in PRINTED)]


def test_no_collector_names_a_place_where_guests_print():
    machine = GRADER / "machine"
    for path in (*modules(GRADER / "collect"), GRADER / "formats/evidence.py", machine / "bochs.py",
                 machine / "bochs_text.py"):
        assert not mentions(path.read_text()), path.name
    # The emulators are told to put it into a file; nobody opens that file.
    assert mentions((machine / "qemu.py").read_text()) == ["-serial", "file:serial.txt"]
    assert len(mentions((machine / "bochs_setup.py").read_text())) == 2
    assert mentions('def f():\n    """serial"""\n    return at / "serial.txt"') == ["serial.txt"]
