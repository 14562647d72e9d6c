"""The evidence file: what a collector read from outside the guest. Format: CONTRACT.md, section 3.

Used by the collectors (Pool, dump) and by the judge (load, Pool.get). It knows the format, and
neither an emulator nor a check.
"""
import base64
import hashlib
import json
import zlib

from grader.formats import frame
from grader.formats.frame import EvidenceError

PAGE = 4096
ZERO_PAGE = bytes(PAGE)
LARGEST = 64 << 20              # nothing we store inflates to more than this


def sha256(data):
    """The name of a string of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


class Pool:
    """Byte strings, each stored once under its SHA-256; a page of zeros is called "zero"."""

    def __init__(self, stored=None):
        self.stored = {} if stored is None else stored
        self._known = {"zero": ZERO_PAGE}

    def put(self, data):
        """Store `data` (once) and return its key."""
        if len(data) == PAGE and data == ZERO_PAGE:
            return "zero"
        key = sha256(data)
        if key not in self.stored:
            self.stored[key] = base64.b64encode(zlib.compress(data, 1)).decode("ascii")
            self._known[key] = bytes(data)
        return key

    def get(self, key):
        """The bytes of a key; EvidenceError when they are missing or not those named."""
        if key not in self._known:
            try:
                packed = base64.b64decode(self.stored[key], validate=True)
                inflate = zlib.decompressobj()
                data = inflate.decompress(packed, LARGEST)
            except (KeyError, ValueError, zlib.error) as why:
                raise EvidenceError(f"pool entry {key!r} is missing or damaged") from why
            if sha256(data) != key:
                raise EvidenceError(f"pool entry {key!r} holds other bytes")
            self._known[key] = data
        return self._known[key]


def number(value):
    """How addresses and register values are written."""
    return f"{value:#x}"


def dumps(evidence):
    """The one text of this evidence: sorted keys, a line for each value so that two files can be
    compared, nothing in front of it (a tenth of the size), a newline at the end."""
    return json.dumps(evidence, sort_keys=True, indent=0, ensure_ascii=True) + "\n"


def dump(evidence, path):
    """Write evidence to a file."""
    with open(path, "w", encoding="ascii", newline="\n") as file:
        file.write(dumps(evidence))


def load(path):
    """Read evidence from a file; EvidenceError when it cannot be read, is not of this format and
    version, or its frame is damaged."""
    try:
        with open(path, encoding="ascii") as file:
            evidence = json.load(file)
        frame.check(evidence)
    except (OSError, ValueError, RecursionError) as why:
        raise EvidenceError(f"{path}: this cannot be read as evidence ({why}): name an "
                            "evidence.json that a grading left") from why
    except EvidenceError as why:
        raise EvidenceError(f"{path}: {why}") from why
    return evidence
