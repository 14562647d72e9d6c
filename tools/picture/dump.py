"""Moments from any kernel: a file of physical memory and the control registers.

Used by tools/view. The file begins at physical address `base` (QEMU's `pmemsave 0 SIZE FILE`).
"""

import mmap
import re
from pathlib import Path

from picture import PictureError
from picture.geometry import PAGE, hex_text, size_text
from picture.model import Space
from picture.scene import Moment, Scene

NAMES = ("cr0", "cr2", "cr3", "cr4", "efer", "eflags")
_REGISTER = re.compile(r"\b(CR0|CR2|CR3|CR4|EFER|EFL|RFL)\s*=\s*(?:0x)?([0-9a-fA-F]+)\b", re.I)


def registers(text):
    """The control registers in what QEMU's `info registers` or Bochs' `creg` printed."""
    found = {}
    for name, value in _REGISTER.findall(text):
        key = name.lower()
        found.setdefault("eflags" if key in ("efl", "rfl") else key, int(value, 16))
    return found


class Dump:
    """Physical memory in a file, from `base` on."""

    def __init__(self, path, base=0):
        self.path, self.base = Path(path), base
        try:
            with open(path, "rb") as handle:
                self.size = handle.seek(0, 2)
                self.bytes = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) \
                    if self.size else b""
        except OSError as why:
            raise PictureError(f"{path} cannot be read: {why.strerror}.") from why
        if self.size < PAGE:
            raise PictureError(f"{path} holds {self.size} bytes, less than one page: it is no dump "
                               "of physical memory.")

    def page(self, pa):
        """4096 bytes at physical `pa`, or None beyond the file."""
        at = pa - self.base
        return self.bytes[at:at + PAGE] if 0 <= at <= self.size - PAGE else None


def moment(dump, values, maxphyaddr=52):
    """The Moment of a dump with these registers."""
    missing = [name.upper() for name in ("cr0", "cr3", "cr4") if name not in values]
    if missing:
        raise PictureError(f"{' and '.join(missing)} must be known to read the tables: give "
                           "--registers FILE, or --cr0, --cr3, --cr4 and --efer.")
    values = {name: values.get(name, 0) for name in NAMES}
    space = Space.current(values, dump.page, maxphyaddr)
    made = Moment(dump.path.name, dump.path.name, values, [Scene("CR3", space)] if space else [])
    made.notes.append(f"{size_text(dump.size)} of memory from {hex_text(dump.base)} on.")
    if dump.size % PAGE:
        made.notes.append("The file ends in the middle of a page: it may be cut short.")
    if not space:
        made.notes.append("Paging is off (CR0.PG = 0): there are no tables to draw.")
    return made
