"""One address space as the CPU reads it, from raw bytes: the walk, and what an access would do.

Used by cards.py, regions.py, the terminal, the page and the figures. Memory is a function
page(pa) -> 4096 bytes, or None where none was read. Written from the manual, apart from the
grader's walk (which judges) and from the page's own: tests hold the three against each other.
"""

import struct
from dataclasses import dataclass
from typing import NamedTuple

from picture.geometry import (MODES, P, PAGE, PS, PSE36_BITS, RW, US, XD, control_bit, mask,
                              mode_of)

WRITE, USER, EXECUTE = "W", "U", "X"


class Features(NamedTuple):
    """The control bits and the width of the CPU that decide what bits mean."""
    pse: bool = True
    nxe: bool = False
    wp: bool = True
    smep: bool = False
    smap: bool = False
    ac: bool = False
    maxphyaddr: int = 40

    @classmethod
    def of(cls, registers, maxphyaddr=40):
        """What these registers switch on."""
        def on(name):
            return bool(control_bit(registers, name))
        return cls(on("PSE"), on("NXE"), on("WP"), on("SMEP"), on("SMAP"),
                   bool(registers.get("eflags", 0) >> 18 & 1), maxphyaddr)


class Step(NamedTuple):
    """One entry read on the way: its level, its index, where it lies, its bits (None: no memory
    was read there)."""
    depth: int
    index: int
    at: int
    entry: int | None


@dataclass
class Walk:
    """A translation. end: mapped, not_present, reserved, outside, noncanonical.

    rights: the letters of W U X that all levels grant, where it ended in mapped."""
    va: int
    steps: tuple
    end: str
    pa: int | None = None
    size: int = 0
    rights: frozenset = frozenset()
    reserved: int = 0


class Space:
    """An address space: a mode, the value of CR3, memory, and what the CPU has switched on."""

    def __init__(self, mode, cr3, page, features=Features()):
        self.mode, self.cr3, self.page, self.features = MODES[mode], cr3, page, features
        self.root = cr3 & self.mode.root_mask
        self._words = {}
        self._must_be_zero = [(self._reserved(depth, False), self._reserved(depth, True))
                              for depth in range(len(self.mode.levels))]

    @classmethod
    def current(cls, registers, page, maxphyaddr=40):
        """The space that these registers put in force; None with paging off."""
        mode = mode_of(registers)
        return mode and cls(mode, registers["cr3"], page, Features.of(registers, maxphyaddr))

    # -- entries -------------------------------------------------------------------------------

    def _reserved(self, depth, large):
        """Bits that must be 0 in an entry of this level that names a table, or maps a page."""
        level, wide = self.mode.levels[depth], self.mode.width == 8
        above = mask(51, self.features.maxphyaddr)
        if self.mode.key == "flat":
            return 0
        if not wide:                            # a 4 MiB page: PSE-36 leaves bit 21 and above
            return mask(21, 13 + min(self.features.maxphyaddr, PSE36_BITS) - 32) \
                if large and level.shift > 12 else 0
        if not level.rights:                    # a PDPTE of PAE
            return mask(2, 1) | mask(8, 5) | above | mask(63, 52)
        fixed = above | (0 if self.features.nxe else XD)
        if self.mode.key == "pae":
            fixed |= mask(62, 52)
        if not large:
            return fixed | (PS if level.large == "never" else 0)
        return fixed | (mask(level.shift - 1, 13) if level.shift > 12 else 0)

    def maps_page(self, depth, entry):
        """True when a present entry of this level maps a page instead of naming a table."""
        rule = self.mode.levels[depth].large
        return rule == "always" or bool(entry & PS) and (
            rule == "ps" or rule == "pse" and self.features.pse)

    def offending(self, depth, entry):
        """The reserved bits that are set in a present entry."""
        return entry & self._must_be_zero[depth][self.maps_page(depth, entry)]

    def target(self, depth, entry):
        """Physical address of the page or of the table that a present entry names."""
        level = self.mode.levels[depth]
        if self.mode.width == 4:
            if level.shift > 12 and self.maps_page(depth, entry):
                return entry & mask(31, 22) | (entry >> 13 & 0xFF) << 32
            return entry & mask(31, 12)
        low = level.shift if self.maps_page(depth, entry) else 12
        return entry & mask(51, low)

    def grants(self, depth, entry):
        """Which of W U X this entry grants by itself."""
        if not self.mode.levels[depth].rights:
            return frozenset((WRITE, USER, EXECUTE))
        no_execute = self.mode.width == 8 and self.features.nxe and entry & XD
        return frozenset(letter for letter, yes in (
            (WRITE, entry & RW), (USER, entry & US), (EXECUTE, not no_execute)) if yes)

    @property
    def has_execute(self):
        """True where an entry can forbid execution."""
        return self.mode.width == 8 and self.features.nxe

    def words(self, table, depth):
        """All entries of the table at physical `table`, or None where no memory was read."""
        level, width = self.mode.levels[depth], self.mode.width
        if (table, depth) not in self._words:
            size, first = level.entries * width, table & -PAGE
            pages = [self.page(at) for at in range(first, table + size, PAGE)]
            shape = f"<{level.entries}{'I' if width == 4 else 'Q'}"
            self._words[table, depth] = None if all(page is None for page in pages) else \
                struct.unpack_from(shape, b"".join(page or bytes(PAGE) for page in pages),
                                   table - first)
        return self._words[table, depth]

    # -- the walk ------------------------------------------------------------------------------

    def walk(self, va):
        """The translation of `va`, entry by entry."""
        if not self.mode.is_canonical(va):
            return Walk(va, (), "noncanonical")
        steps, table, rights = [], self.root, frozenset((WRITE, USER, EXECUTE))
        for depth, index in enumerate(self.mode.indices(va)):
            at = table + index * self.mode.width
            page = self.page(at & -PAGE)
            entry = None if page is None else int.from_bytes(
                page[at % PAGE:at % PAGE + self.mode.width], "little")
            steps.append(Step(depth, index, at, entry))
            if entry is None or not entry & P:
                return Walk(va, tuple(steps), "outside" if entry is None else "not_present")
            bad = self.offending(depth, entry)
            if bad:
                return Walk(va, tuple(steps), "reserved", reserved=bad)
            rights &= self.grants(depth, entry)
            table = self.target(depth, entry)
            if self.maps_page(depth, entry):
                size = self.mode.levels[depth].span
                return Walk(va, tuple(steps), "mapped", table | va & size - 1, size, rights)
        raise AssertionError("the last level always maps")


class Fault(NamedTuple):
    """The exception an access raises. error is None where the tables do not say (#SS or #GP)."""
    vector: int
    error: int
    why: str


ACCESSES = ("read", "write", "fetch")


def fault_of(space, walk, access="read", user=False):
    """What the CPU raises for this access, or None (SDM 3A, "Page-Fault Exceptions" and
    "Determination of Access Rights"). Protection keys are not looked at."""
    f, write, fetch = space.features, access == "write", access == "fetch"
    code = 2 * write | 4 * user | 16 * (fetch and (space.has_execute or f.smep))
    if walk.end == "noncanonical":
        return Fault(13, 0, "not a canonical address: the tables are never asked")
    if walk.end == "outside":
        return Fault(14, code, "the table lies where no memory was read")
    last = walk.steps[-1]
    name = space.mode.name(last.depth, last.index)
    if walk.end == "not_present":
        return Fault(14, code, f"{name} is not present")
    if walk.end == "reserved":
        return Fault(14, code | 9, f"{name} has reserved bits set: 0x{walk.reserved:X}")
    why = _refusal(space, walk.rights, write, fetch, user)
    return Fault(14, code | 1, why) if why else None


def _refusal(space, rights, write, fetch, user):
    """Why a present page refuses, or an empty string."""
    f = space.features
    if user and USER not in rights:
        return "the page is the supervisor's: U/S is 0 on the way"
    if fetch and EXECUTE not in rights:
        return "the page must not be executed: XD is set on the way"
    if not user and USER in rights:
        if fetch and f.smep:
            return "CR4.SMEP: ring 0 must not execute a user page"
        if not fetch and f.smap and not f.ac:
            return "CR4.SMAP: ring 0 must not touch a user page"
    if write and WRITE not in rights and (user or f.wp):
        return "the page is read-only: R/W is 0 on the way"
    return ""


ERROR_WORDS = ((1, "the page is present, a right was missing", "a page is not present"),
               (2, "a write", "not a write"), (4, "from ring 3", "from ring 0"),
               (8, "a reserved bit is set", ""), (16, "an instruction fetch", ""))


def error_words(code):
    """A page fault's error code, bit by bit, in words."""
    if code & 8:
        code &= ~1
        first = ""
    else:
        first = ERROR_WORDS[0][1] if code & 1 else ERROR_WORDS[0][2]
    words = [first] + [yes if code & bit else no for bit, yes, no in ERROR_WORDS[1:]]
    if code & 16:
        words[1] = ""
    return ", ".join(word for word in words if word)
