"""The judge's own page walk over raw table bytes.

Written from the Intel SDM volume 3A, chapter "Paging" (sections "32-Bit Paging", "PAE Paging",
"4-Level Paging and 5-Level Paging"), apart from src/paging: the two are held against each other.
Used by space.py and the check kinds. Must not know about lessons, emulators or evidence files:
memory is a function page(pa) -> 4096 bytes, or None where nothing was read.
"""

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

P, RW, US, A, D, PS = 1, 2, 4, 1 << 5, 1 << 6, 1 << 7
XD = 1 << 63
W, U, X = 1, 2, 4                       # effective rights of a walk, as a mask
PAGE = 4096


class Level(NamedTuple):
    """One step of a walk. leaf: "never", "pse" (PS with CR4.PSE), "ps", or "always"."""
    name: str
    shift: int
    bits: int
    leaf: str
    rights: bool = True


class Mode(NamedTuple):
    """A paging mode as data; root_bits is the lowest address bit that CR3 keeps."""
    name: str
    entry_bytes: int
    va_bits: int
    root_bits: int
    levels: tuple


_PTE = Level("PTE", 12, 9, "always")
_PDE = Level("PDE", 21, 9, "ps")
_PDPTE = Level("PDPTE", 30, 9, "ps")
_PML4E = Level("PML4E", 39, 9, "never")

MODES = {mode.name: mode for mode in (
    Mode("flat", 4, 32, 2, (Level("entry", 12, 20, "always"),)),
    Mode("32bit", 4, 32, 12, (Level("PDE", 22, 10, "pse"), Level("PTE", 12, 10, "always"))),
    Mode("pae", 8, 32, 5, (Level("PDPTE", 30, 2, "never", rights=False), _PDE, _PTE)),
    Mode("4level", 8, 48, 12, (_PML4E, _PDPTE, _PDE, _PTE)),
    Mode("5level", 8, 57, 12, (Level("PML5E", 48, 9, "never"), _PML4E, _PDPTE, _PDE, _PTE)),
)}


def bits(high, low):
    """Mask of bits high:low as the manual writes them; empty when high < low."""
    return (1 << high + 1) - (1 << low) if high >= low else 0


def canonical(va, va_bits):
    """`va` with bit va_bits - 1 copied into all bits above (64-bit); 32-bit addresses as is."""
    if va_bits == 32:
        return va & bits(31, 0)
    va &= bits(va_bits - 1, 0)
    return va | bits(63, va_bits) if va >> va_bits - 1 else va


def entry_name(level, index):
    """PDE[1]; indices of more than ten bits in hexadecimal."""
    return f"{level.name}[{index}]" if level.bits <= 10 else f"{level.name}[0x{index:X}]"


class Step(NamedTuple):
    """One entry read: where it lies, its index, and its bits (None: nothing was read there)."""
    level: Level
    index: int
    address: int
    entry: int | None

    @property
    def name(self):
        """How people write it: PDE[1], and entry[0x46FC3] in the flat table."""
        return entry_name(self.level, self.index)


@dataclass
class Walk:
    """How one translation went. end: mapped, not_present, reserved, no_table, noncanonical.

    pa, size and rights hold only where end is "mapped"."""
    va: int
    steps: list = field(default_factory=list)
    end: str = "noncanonical"
    pa: int | None = None
    size: int = 0
    rights: int = 0

    @property
    def mapped(self):
        """True when an access with enough rights would succeed."""
        return self.end == "mapped"

    @property
    def last(self):
        """The last step taken, or None for a non-canonical address."""
        return self.steps[-1] if self.steps else None


class Paging:
    """One address space: a mode, a root, memory, and the control bits that change the walk."""

    def __init__(self, mode, root, page, pse=True, nxe=False, physical_bits=40,
                 pdpte_a=False):
        self.mode = MODES[mode]
        self.page = page
        self.pse = pse
        self.nxe = nxe
        self.physical_bits = physical_bits
        self.pdpte_a = pdpte_a              # QEMU sets A in PAE's PDPTEs, where it is reserved
        self.root = root & bits(51, self.mode.root_bits)
        self.address_mask = bits(31 if self.mode.entry_bytes == 4 else 51, 12)
        self.reserved = [self._reserved(level) for level in self.mode.levels]
        self.scanned = None                 # what space.scan found, kept by whoever asked

    def _reserved(self, level):
        """(mask for an entry that names a table, mask for a leaf) at this level."""
        if self.mode.name == "flat":
            return 0, 0
        if self.mode.name == "32bit":
            return 0, bits(21, min(self.physical_bits, 40) - 19) if level.shift > 12 else 0
        if self.mode.name == "pae" and level.name == "PDPTE":
            low = bits(2, 1) | bits(8, 6 if self.pdpte_a else 5)
            return low | bits(63, self.physical_bits), 0
        top = 62 if self.mode.name == "pae" else 51
        both = bits(top, self.physical_bits) | (0 if self.nxe else XD)
        table = both | (PS if level.leaf == "never" else 0)
        return table, both | (bits(level.shift - 1, 13) if level.shift > 12 else 0)

    def read(self, address):
        """The entry at physical `address`, or None where memory was not read."""
        page = self.page(address & ~(PAGE - 1))
        if page is None:
            return None
        offset = address & PAGE - 1
        return int.from_bytes(page[offset:offset + self.mode.entry_bytes], "little")

    def entries(self, table, level):
        """Every entry of the table at physical `table`, 0 where memory was not read."""
        size = self.mode.entry_bytes << level.bits
        first = table & -PAGE
        data = b"".join(self.page(at) or bytes(PAGE) for at in range(first, table + size, PAGE))
        shape = f"<{1 << level.bits}{'Q' if self.mode.entry_bytes == 8 else 'I'}"
        return struct.unpack_from(shape, data, table - first)

    def is_leaf(self, level, entry):
        """True when `entry` maps a page at this level instead of naming a table."""
        if level.leaf == "always":
            return True
        return bool(entry & PS) and (level.leaf == "ps" or level.leaf == "pse" and self.pse)

    def frame(self, level, entry):
        """Physical address a leaf names; PSE-36 puts bits 39:32 into bits 20:13."""
        if self.mode.name == "32bit" and level.shift == 22:
            return entry & bits(31, 22) | (entry >> 13 & 0xFF) << 32
        return entry & self.address_mask & ~bits(level.shift - 1, 0)

    def rights(self, level, entry, rights):
        """`rights` from above, narrowed by what this entry allows."""
        if not level.rights:
            return rights
        allowed = (W if entry & RW else 0) | (U if entry & US else 0)
        if not (self.nxe and self.mode.entry_bytes == 8 and entry & XD):
            allowed |= X
        return rights & allowed

    def indices(self, va):
        """The index `va` selects at each level, from the top down."""
        return [va >> level.shift & (1 << level.bits) - 1 for level in self.mode.levels]

    def walk(self, va, indices=None):
        """Translate `va`. `indices` replaces those of `va`: what a wrong shift would have read."""
        result = Walk(va)
        if indices is None and canonical(va, self.mode.va_bits) != va:
            return result
        table, rights = self.root, W | U | X
        for depth, index in enumerate(indices or self.indices(va)):
            level = self.mode.levels[depth]
            address = table + index * self.mode.entry_bytes
            entry = self.read(address)
            result.steps.append(Step(level, index, address, entry))
            if entry is None or not entry & P:
                result.end = "no_table" if entry is None else "not_present"
                return result
            leaf = self.is_leaf(level, entry)
            if entry & self.reserved[depth][leaf]:
                result.end = "reserved"
                return result
            rights = self.rights(level, entry, rights)
            if leaf:
                result.end, result.size, result.rights = "mapped", 1 << level.shift, rights
                result.pa = self.frame(level, entry) | va & result.size - 1
                return result
            table = entry & self.address_mask
        return result
