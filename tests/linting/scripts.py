"""Python and shell."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import linted
from linting import ROOT, everything, files, name

SELF = Path(__file__).resolve()


def without_ending():
    """(shell, Python): the scripts without an ending, by their first line."""
    shell, python = [], []
    for path in sorted(everything(ROOT)):
        if path.suffix:
            continue
        first = path.read_bytes()[:64].split(b"\n")[0]
        if re.match(rb"#!.*\bpython", first):
            python.append(path)
        elif re.match(rb"#!.*\b(ba)?sh\b", first):
            shell.append(path)
    return shell, python


def _shellcheck(groups):
    """(groups of scripts, their faults): a script may source another one, so all go together."""
    for group in groups:
        done = subprocess.run(["shellcheck", "-x", "-e", "SC1091", "-f", "gcc", *map(str, group)],
                              capture_output=True, text=True, check=False)
        yield [group], [line.replace(f"{ROOT}/", "") for line in done.stdout.splitlines()]


def scripts():
    """shellcheck for shell, the compiler for Python; scripts without an ending included."""
    shell, python = without_ending()
    python += files(".py")
    group = tuple(shell)
    yield from linted.unless_clean({group: linted.name(SELF, "shellcheck", (), group)}, _shellcheck)
    for path in python:
        try:
            compile(path.read_text(), str(path), "exec")
        except SyntaxError as why:
            yield f"{name(path)}:{why.lineno}: {why.msg}."


def imports():
    """Python modules import nothing they do not use."""
    for path in files(".py"):
        tree = ast.parse(path.read_text())
        used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        used |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)
                 and isinstance(n.value, str)}
        lines = path.read_text().splitlines()
        for node in tree.body:
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                continue
            for alias in node.names:
                known = (alias.asname or alias.name).split(".")[0]
                if known not in used and "noqa" not in lines[node.lineno - 1]:
                    yield f"{name(path)}:{node.lineno}: {known} is imported and not used."


def python():
    """pyflakes: names that are not defined, not used, or defined twice."""
    chosen = [name(path) for path in [*files(".py"), *without_ending()[1]]]
    done = subprocess.run([sys.executable, "-m", "pyflakes", *chosen], cwd=ROOT, text=True,
                          capture_output=True, check=False)
    lines = {}
    for said in (done.stdout + done.stderr).splitlines():
        where = re.match(r"([^:]+):(\d+):", said)
        if where:
            lines.setdefault(where[1], (ROOT / where[1]).read_text().splitlines())
        if not where or "noqa" not in lines[where[1]][int(where[2]) - 1]:
            yield said
