"""The checks of `make lint` (tests/lint is the command). A check is a function that yields one
sentence for each fault: what, where, and what to do."""

import os
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {"build", "work", ".git", ".hypothesis", ".pytest_cache"}


@cache
def everything(root=ROOT):
    """Every file of a tree outside build/ and work/, tracked or new. In build/ lie more than in all
    the rest, so nothing below it is looked at."""
    found = []
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if name not in SKIPPED]
        found += [Path(folder, name) for name in names if name not in SKIPPED]
    return [path for path in found if path.is_file()]


def files(*endings):
    """Those with these endings, in order."""
    return sorted(path for path in everything() if path.suffix in endings)


def name(path):
    return str(path.relative_to(ROOT))
