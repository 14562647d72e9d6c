"""The paging modes of x86 as data: which bits of an address and of an entry mean what.

Used by every module of this package; page.py hands the same rows to the page's own walk. Written
from the Intel SDM volume 3A, chapter "Paging", sections "32-Bit Paging", "PAE Paging" and "4-Level
Paging and 5-Level Paging". Knows no memory and no CPU.
"""

from typing import NamedTuple

PAGE = 4096
P, RW, US, PWT, PCD, A, D, PS, G = (1 << bit for bit in range(9))
PAT_SMALL, PAT_LARGE = 1 << 7, 1 << 12
XD = 1 << 63
PSE36_BITS = 40                 # with PSE-36 a frame has at most 40 address bits


class Level(NamedTuple):
    """One level. large: when a present entry maps a page: never, pse (PS and CR4.PSE), ps,
    always. rights: RW, US and XD count here (not in PAE's PDPTEs)."""
    table: str
    entry: str
    shift: int
    bits: int
    large: str
    rights: bool = True

    @property
    def span(self):
        """Bytes of address space that one entry covers."""
        return 1 << self.shift

    @property
    def entries(self):
        return 1 << self.bits


class Mode(NamedTuple):
    """A paging mode. root_mask cuts the first table's address out of CR3."""
    key: str
    title: str
    width: int                  # bytes of an entry
    va_bits: int
    root_mask: int
    levels: tuple

    @property
    def signed(self):
        """True where an address must repeat its top bit up to bit 63."""
        return self.va_bits > 32

    @property
    def digits(self):
        """Hexadecimal digits of a linear address."""
        return 16 if self.signed else 8

    def indices(self, va):
        """The index that `va` selects at each level, from the root down."""
        return [va >> level.shift & level.entries - 1 for level in self.levels]

    def extend(self, va):
        """`va`, of which only the low va_bits are given, as the CPU writes it."""
        top = 1 << self.va_bits - 1
        va &= 2 * top - 1
        return va | (1 << 64) - 2 * top if self.signed and va & top else va

    def is_canonical(self, va):
        return 0 <= va < 1 << 64 and self.extend(va) == va

    def name(self, depth, index):
        """How people write an entry: PDE[1]; long indices in hexadecimal."""
        level = self.levels[depth]
        return f"{level.entry}[{index}]" if level.bits <= 10 else f"{level.entry}[0x{index:X}]"


_PT = Level("PT", "PTE", 12, 9, "always")
_PD = Level("PD", "PDE", 21, 9, "ps")
_PDPT = Level("PDPT", "PDPTE", 30, 9, "ps")
_PML4 = Level("PML4", "PML4E", 39, 9, "never")
_PML5 = Level("PML5", "PML5E", 48, 9, "never")
_WIDE_ROOT = 0x000FFFFFFFFFF000

MODES = {mode.key: mode for mode in (
    Mode("flat", "one array, 20|12 (lesson 1; no CPU walks this)", 4, 32, 0xFFFFFFFC,
         (Level("table", "entry", 12, 20, "always"),)),
    Mode("32bit", "32-bit paging, 10|10|12", 4, 32, 0xFFFFF000,
         (Level("PD", "PDE", 22, 10, "pse"), Level("PT", "PTE", 12, 10, "always"))),
    Mode("pae", "PAE paging, 2|9|9|12", 8, 32, 0xFFFFFFE0,
         (Level("PDPT", "PDPTE", 30, 2, "never", False), _PD, _PT)),
    Mode("4level", "4-level paging, 9|9|9|9|12", 8, 48, _WIDE_ROOT, (_PML4, _PDPT, _PD, _PT)),
    Mode("5level", "5-level paging, 9|9|9|9|9|12", 8, 57, _WIDE_ROOT,
         (_PML5, _PML4, _PDPT, _PD, _PT)),
)}

# Control bits that decide how tables are read, with what they do; (register, bit, name, words).
CONTROL = (
    ("cr0", 31, "PG", "paging is on"),
    ("cr0", 16, "WP", "ring 0 obeys read-only pages too"),
    ("cr4", 4, "PSE", "4 MiB pages in 32-bit paging"),
    ("cr4", 5, "PAE", "entries of eight bytes"),
    ("cr4", 7, "PGE", "global pages stay in the TLB"),
    ("cr4", 12, "LA57", "five levels"),
    ("cr4", 17, "PCIDE", "process-context identifiers"),
    ("cr4", 20, "SMEP", "ring 0 must not execute user pages"),
    ("cr4", 21, "SMAP", "ring 0 must not touch user pages unless EFLAGS.AC is set"),
    ("cr4", 22, "PKE", "protection keys for user pages"),
    ("cr4", 24, "PKS", "protection keys for supervisor pages"),
    ("efer", 8, "LME", "long mode allowed"),
    ("efer", 10, "LMA", "long mode active"),
    ("efer", 11, "NXE", "bit 63 of an entry is execute-disable"),
)


def control_bit(registers, wanted):
    """The value of a control bit by its name."""
    register, bit = next((r, b) for r, b, name, _ in CONTROL if name == wanted)
    return registers.get(register, 0) >> bit & 1


def mode_of(registers):
    """Key of the mode these registers select (SDM 3A, "Paging Modes and Control Bits"); None with
    paging off."""
    if not control_bit(registers, "PG"):
        return None
    if not control_bit(registers, "PAE"):
        return "32bit"
    if not control_bit(registers, "LMA"):
        return "pae"
    return "5level" if control_bit(registers, "LA57") else "4level"


def mask(high, low):
    """Bits high:low, as the manual writes them; nothing when high is below low."""
    return (1 << high + 1) - 1 & -1 << low if high >= low else 0


def size_text(size):
    """4 KiB, 2 MiB, ~12 MiB: at most four digits, a tilde where that is not exact."""
    for shift, unit in ((40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")):
        if size >= 1 << shift:
            exact = size % (1 << shift) == 0
            if exact or size >= 10 << shift:
                return f"{'' if exact else '~'}{size >> shift} {unit}"
            return f"{'' if size * 10 % (1 << shift) == 0 else '~'}{size / (1 << shift):.1f} {unit}"
    return f"{size} B"


def hex_text(value, digits=8):
    """0x00403A10; sixteen digits where eight do not hold it."""
    return f"0x{value:0{16 if value >> 32 else digits}X}"
