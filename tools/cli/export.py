"""`grade --junit FILE` and its likes: where each format of grader/report/export.py goes.

"-" is standard output, which then holds nothing else: what a person reads goes to standard error.
"""

import os
import sys
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from cli import TROUBLE, USAGE, Stop
from grader.report.export import FORMATS

SOURCES = (".c", ".h", ".asm", ".s", ".toml", ".py")


def add_options(parser):
    for name in FORMATS:
        parser.add_argument(f"--{name}", metavar="FILE")


def wanted(options):
    """{format: file} as asked for; Stop before any work is done when one cannot be written."""
    asked = {name: getattr(options, name) for name in FORMATS if getattr(options, name)}
    if len(set(asked.values())) < len(asked):
        raise Stop(USAGE, f"Each format needs a file of its own, and one may be -: "
                          f"{', '.join(f'--{name} {file}' for name, file in asked.items())}.")
    for name, file in asked.items():
        if file != "-":
            _may_write(name, Path(file))
    return asked


def _may_write(name, path):
    """Stop unless a result may be put there."""
    if path.suffix.lower() in SOURCES:
        raise Stop(USAGE, f"--{name} {path} would overwrite a source file: name another.")
    if path.is_dir() or not path.parent.is_dir():
        raise Stop(USAGE, f"--{name} {path} cannot be written: "
                          f"{'it is a folder' if path.is_dir() else f'no folder {path.parent}'}.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise Stop(USAGE, f"--{name} {path} cannot be written: permission denied.")


@contextmanager
def set_aside(asked):
    """Keeps standard output free for a format that goes there."""
    if "-" not in asked.values():
        yield
        return
    with redirect_stdout(sys.stderr):
        yield


def write(asked, results):
    """Writes `results` in every format asked for."""
    for name, file in asked.items():
        text = FORMATS[name](results)
        if file == "-":
            sys.stdout.buffer.write(text.encode())
            sys.stdout.flush()
            continue
        try:
            Path(file).write_text(text, encoding="utf-8")
        except OSError as why:
            raise Stop(TROUBLE, f"--{name} {file} cannot be written: {why.strerror}.") from why
