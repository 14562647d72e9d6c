"""What the guest prints is never evidence: the judge cannot reach it, and no collector reads it."""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
GRADER, MACHINE = TESTS / "grader", TESTS.parent / "tools" / "machine"
PURE = {"base64", "binascii", "collections", "dataclasses", "functools", "itertools", "re",
        "string", "struct", "typing", "zlib"}
READS_A_TABLE = {"checks": "tomllib", "codes": "pathlib tomllib"}      # checks.toml, codes.toml
OPENS = {"open", "read_text", "read_bytes", "eval", "exec", "__import__", "compile", "input"}
PRINTED = ("serial", "com1", "0xe9", "0x402", "stdout", "debugcon")


@cache
def tree(path):
    return ast.parse(path.read_text())


def imported(node):
    """Names of the modules that one import statement brings in; "grader.x" for our own."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        own = node.module == "grader"
        return [f"grader.{alias.name}" for alias in node.names] if own else [node.module]
    return []


def all_imports(path):
    return [name for node in ast.walk(tree(path)) for name in imported(node)]


def reach(name, folder=GRADER):
    """Every module of the grader that `name` brings in, itself included."""
    found, due = set(), [name]
    while due:
        one = due.pop()
        if one not in found:
            found.add(one)
            due += [n[7:] for n in all_imports(folder / f"{one}.py") if n.startswith("grader.")]
    return found


def faults(name, folder=GRADER):
    """Why the judge could reach what the guest printed, one sentence each."""
    for module in sorted(reach(name, folder)):
        path = folder / f"{module}.py"
        extra = READS_A_TABLE.get(module, "").split()
        for one in all_imports(path):
            if not one.startswith("grader.") and one not in PURE and one not in extra:
                yield f"{module} imports {one}"
        if module.startswith("collect"):
            yield f"{module} is a collector"
        for node in ast.walk(tree(path)):
            called = node.func if isinstance(node, ast.Call) else None
            word = getattr(called, "id", getattr(called, "attr", None))
            if word in OPENS and not extra and ast.unparse(called) != "re.compile":
                yield f"{module} calls {word}()"


def test_the_judge_reaches_evidence_and_nothing_else():
    assert "kinds_base" in reach("judge")
    assert not list(faults("judge"))


@pytest.mark.parametrize("more", [
    "import os", "from pathlib import Path", "import subprocess as s", "from machine import bochs",
    "from grader import collect", "PASSED = open('serial.txt').read()",
    "def f(place):\n    return place.read_text()", "FOUND = __import__('os')"])
def test_a_judge_that_could_is_found(more, tmp_path):
    for path in GRADER.glob("*.py"):
        (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "values.py").write_text((GRADER / "values.py").read_text() + more + "\n")
    assert list(faults("judge", tmp_path))


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
    for path in (*GRADER.glob("collect*.py"), GRADER / "evidence.py", MACHINE / "bochs.py",
                 MACHINE / "bochs_text.py"):
        assert not mentions(path.read_text()), path.name
    # The emulators are told to put it into a file; nobody opens that file.
    assert mentions((MACHINE / "qemu.py").read_text()) == ["-serial", "file:serial.txt"]
    assert len(mentions((MACHINE / "bochs_setup.py").read_text())) == 2
    assert mentions('def f():\n    """serial"""\n    return at / "serial.txt"') == ["serial.txt"]
