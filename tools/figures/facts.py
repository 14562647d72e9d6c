"""The geometries as src/paging has them: compiled on the host, asked once, never retyped."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from figures import Wrong

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("tools/figures/geometry.c", "src/paging/geometry.c")


@dataclass(frozen=True)
class Form:
    """What the bits of an entry are, when it names a table or when it maps a page: masks."""
    address: int
    high: int                          # PSE-36: more of the address, out of its place
    high_shift: int
    reserved: int
    flags: dict                        # name -> mask


@dataclass(frozen=True)
class Level:
    level: int
    table: str
    entry: str
    shift: int
    bits: int
    span_bytes: int
    entries: int
    has_rights: bool
    names_table: Form | None = None
    maps_page: Form | None = None


@dataclass(frozen=True)
class Geometry:
    name: str
    entry_bytes: int
    va_bits: int
    sign_extended: bool
    root_mask: int
    levels: list = field(default_factory=list)         # from the root down

    def level(self, name):
        """The level whose table or entry has this name."""
        for level in self.levels:
            if name in (level.table, level.entry):
                return level
        have = ", ".join(level.entry for level in self.levels)
        raise Wrong(f"{self.name} paging has no {name}; it has {have}.")

    def below(self, level):
        return next(other for other in self.levels if other.level == level.level - 1)

    @property
    def address_bits(self):
        """How many bits a pointer has, the sign-extended ones included."""
        return 64 if self.sign_extended else self.va_bits


def _level(row):
    forms = {name: Form(**row.pop(name)) for name in ("names_table", "maps_page") if name in row}
    return Level(**row, **forms)


def read(text):
    """{name: Geometry} of what geometry.c prints."""
    rows = json.loads(text)
    return {row["name"]: Geometry(**{**row, "levels": [_level(r) for r in row["levels"]]})
            for row in rows}


@cache
def geometries():
    """{name: Geometry}: flat, 32-bit, PAE, 4-level, 5-level."""
    program = ROOT / "build" / "figures" / f"geometry.{os.getpid()}"
    program.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([os.environ.get("CC") or "gcc", "-std=c11", "-Wall", "-Wextra",
                           "-Werror", "-Isrc/paging", *SOURCES, "-o", str(program)],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Wrong(f"tools/figures/geometry.c does not compile:\n{done.stderr}")
    try:
        return read(subprocess.run([str(program)], capture_output=True, text=True,
                                   check=True).stdout)
    finally:
        program.unlink()


def geometry(name):
    if name not in geometries():
        raise Wrong(f'There is no geometry "{name}": there are {", ".join(geometries())}.')
    return geometries()[name]


def size(count):
    """A power of two of bytes, as people say it: 4 KiB, 512 GiB."""
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"):
        if count < 1024 or count % 1024:
            return f"{count} {unit}"
        count //= 1024
    raise Wrong(f"{count} EiB are more than there is a word for.")
