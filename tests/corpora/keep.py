"""What has been found out once and is kept under build/kept, each thing by the hash of all that it
depends on: runs of submissions (stored.py) and files without a fault (tests/lint). Nothing else is.

A name that is not there means that the work is done again, so a file may be deleted at any time. A
hash that forgets an input would give a stale answer: test_kept.py and test_lint.py change one input
of each kind and demand another name.
"""

import hashlib
import json
import lzma
import os
import shutil
import tempfile
import time
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "kept"
DAYS = 14               # what nobody has asked for in so many days is forgotten


def name(*parts):
    """The name of what depends on `parts` (text or bytes) in this order, and on nothing else."""
    h = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        h.update(b"%d:" % len(data) + data)
    return h.hexdigest()


@cache
def file(path):
    """The hash of a file: its path below the root, and what it holds."""
    path = Path(path)
    below = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return name(str(below), path.read_bytes())


def files(paths):
    """The hash of several files, in whatever order they are given."""
    return name(*(file(path) for path in sorted(set(paths))))


@cache
def tool(program):
    """Which program is meant: a new version has another size or date. "" stands for none."""
    found = shutil.which(program)
    if found is None:
        return ""
    state = os.stat(found)
    return f"{Path(found).resolve()} {state.st_size} {state.st_mtime_ns}"


def _place(key):
    return FOLDER / key[:2] / f"{key}.xz"


def has(key):
    return _place(key).exists()


def get(key):
    """What is kept under a name; None when nothing is."""
    place = _place(key)
    try:
        data = place.read_bytes()
        os.utime(place)
    except FileNotFoundError:
        return None
    return json.loads(lzma.decompress(data))


def put(key, value):
    """Keeps a value that JSON can hold. Whoever reads at this moment sees all of it or nothing."""
    place = _place(key)
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as fresh:
        fresh.write(lzma.compress(json.dumps(value).encode(), preset=1))
    Path(fresh.name).replace(place)


def forget():
    """Deletes what nobody has asked for in DAYS days."""
    for place in FOLDER.glob("*/*"):
        if time.time() - place.stat().st_mtime > DAYS * 86_400:
            place.unlink(missing_ok=True)
