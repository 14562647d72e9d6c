"""How long a file, a function and a line may be."""

import ast

from linting import ROOT, files, name

SKETCHES = {"unit", "system", "host"}                    # tests may be longer
LINE = 100
FUNCTION = 40


def most_lines(path):
    """How long a file may be."""
    if path.name == "lesson.c":
        return 200
    if SKETCHES & set(path.relative_to(ROOT).parts) or path.name.startswith("test_"):
        return 400
    if path.name == "geometry_rows.h":
        return 250                                        # data, one table for all modes
    return {".h": 120, ".c": 250, ".py": 320}.get(path.suffix)


def budgets():
    """lesson.c 200 lines, C files 250, headers 120, Python 320, tests 400; lines of 100 columns."""
    for path in files(".c", ".h", ".asm", ".inc", ".ld", ".py"):
        lines = path.read_text().splitlines()
        most = most_lines(path)
        if most and len(lines) > most:
            yield f"{name(path)} has {len(lines)} lines; it may have {most}."
        for number, line in enumerate(lines, 1):
            if len(line.expandtabs(8)) > LINE:
                yield f"{name(path)}:{number} has {len(line.expandtabs(8))} columns, not {LINE}."


def functions():
    """A function has at most 40 lines."""
    for path in files(".c"):
        start = None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line == "{":
                start = number
            elif line == "}" and start:
                if number - start + 1 > FUNCTION:
                    yield f"{name(path)}:{start}: this function has {number - start + 1} lines."
                start = None
    for path in files(".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION:
                    yield f"{name(path)}:{node.lineno}: {node.name}() has {lines} lines."
