"""Read-only view of an ELF file, 32 or 64 bits wide, little endian.

Used by the collector (symbols, physical addresses, the bytes that staff code must have) and by the
gate (sections and symbols of a learner's object). It loads nothing and knows no kernel.
"""
import struct
from collections import namedtuple

from . import MachineError

Segment = namedtuple("Segment", "va pa offset filesz memsz flags")
Section = namedtuple("Section", "name type flags va offset size link info entsize")
Symbol = namedtuple("Symbol", "name value size bind type section")

PT_LOAD = 1
SHT_SYMTAB, SHT_RELA, SHT_NOBITS, SHT_REL = 2, 4, 8, 9
SHF_ALLOC = 2
SHN_UNDEF, SHN_ABS, SHN_COMMON = 0, 0xFFF1, 0xFFF2
STB_LOCAL, STB_GLOBAL, STB_WEAK = 0, 1, 2
STT_NOTYPE, STT_OBJECT, STT_FUNC, STT_SECTION, STT_FILE, STT_GNU_IFUNC = 0, 1, 2, 3, 4, 10

_HEADER = {1: "<HHIIIIIHHHHHH", 2: "<HHIQQQIHHHHHH"}
_SECTION = {1: "<10I", 2: "<IIQQQQIIQQ"}


class Elf:
    """`entry`, `bits`, `segments`, `sections`, `symbols` (a list) of one file."""

    def __init__(self, data, name="ELF file"):
        self.data, self.name = data, name
        if len(data) < 52 or data[:4] != b"\x7fELF" or data[4] not in (1, 2) or data[5] != 1:
            raise MachineError(f"{name}: not a little-endian ELF file")
        self.bits = 32 * data[4]
        try:
            self._read_headers(data[4])
            self.symbols = self._read_symbols()
        except (struct.error, IndexError, ValueError) as why:
            raise MachineError(f"{name}: damaged ELF file ({why})") from why
        self._by_name = {}
        for symbol in self.symbols:
            if symbol.section != SHN_UNDEF and symbol.type not in (STT_SECTION, STT_FILE):
                known = self._by_name.get(symbol.name)
                if known is None or known.bind == STB_LOCAL:
                    self._by_name[symbol.name] = symbol
        self._sorted = None

    @classmethod
    def load(cls, path):
        """Read the file at `path`; MachineError when it is missing or no ELF file."""
        try:
            with open(path, "rb") as file:
                return cls(file.read(), str(path).rsplit("/", maxsplit=1)[-1])
        except OSError as why:
            raise MachineError(f"cannot read {path}: {why.strerror}") from why

    def _read_headers(self, width):
        head = struct.unpack_from(_HEADER[width], self.data, 16)
        self.type, self.entry, phoff, shoff = head[0], head[3], head[4], head[5]
        phentsize, phnum, shentsize, shnum, shstrndx = head[8:13]
        self.segments = []
        for i in range(phnum):
            at = phoff + i * phentsize
            if width == 1:
                kind, off, va, pa, filesz, memsz, flags, _ = struct.unpack_from(
                    "<8I", self.data, at)
            else:
                kind, flags, off, va, pa, filesz, memsz, _ = struct.unpack_from(
                    "<IIQQQQQQ", self.data, at)
            if kind == PT_LOAD:
                self.segments.append(Segment(va, pa, off, filesz, memsz, flags))
        raw = [struct.unpack_from(_SECTION[width], self.data, shoff + i * shentsize)
               for i in range(shnum)]
        names = raw[shstrndx][4] if raw else 0
        self.sections = [
            Section(self._string(names + s[0]), s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[9])
            for s in raw]

    def _string(self, at):
        return self.data[at:self.data.index(b"\0", at)].decode("utf-8", "replace")

    def _read_symbols(self):
        symbols = []
        for table in self.sections:
            if table.type != SHT_SYMTAB:
                continue
            strings = self.sections[table.link].offset
            step = 16 if self.bits == 32 else 24
            for at in range(table.offset + step, table.offset + table.size, step):
                if self.bits == 32:
                    name, value, size, info, _, index = struct.unpack_from("<IIIBBH", self.data, at)
                else:
                    name, info, _, index, value, size = struct.unpack_from("<IBBHQQ", self.data, at)
                symbols.append(Symbol(self._string(strings + name), value, size,
                                      info >> 4, info & 15, index))
        return symbols

    def __contains__(self, name):
        return name in self._by_name

    def symbol(self, name):
        """The defined symbol `name` (a global before a local); MachineError when there is none."""
        if name not in self._by_name:
            raise MachineError(f"{self.name}: no symbol {name}")
        return self._by_name[name]

    def va(self, name):
        """Address of a symbol."""
        return self.symbol(name).value

    def pa_of(self, va):
        """Physical load address of a virtual one, or None outside every segment."""
        for s in self.segments:
            if s.va <= va < s.va + s.memsz:
                return va - s.va + s.pa
        return None

    def pa(self, name):
        """Physical address of a symbol; its one-past-the-end labels count as inside."""
        va = self.va(name)
        pa = self.pa_of(va)
        if pa is None and self.pa_of(va - 1) is not None:
            pa = self.pa_of(va - 1) + 1
        if pa is None:
            raise MachineError(f"{self.name}: {name} = {va:#x} lies in no segment")
        return pa

    def bytes_at(self, va, size):
        """`size` bytes as the loader would leave them at `va` (zeros beyond the file's part)."""
        for s in self.segments:
            if s.va <= va and va + size <= s.va + s.memsz:
                start = va - s.va
                data = self.data[s.offset + start:s.offset + min(s.filesz, start + size)]
                return data + bytes(size - len(data))
        raise MachineError(f"{self.name}: {va:#x} + {size:#x} lies in no segment")

    def nearest(self, va):
        """(name, offset) of the last symbol at or before `va` in its segment, or None."""
        if self._sorted is None:
            self._sorted = sorted(
                (s.value, s.type not in (STT_FUNC, STT_OBJECT), s.bind == STB_LOCAL, s.name)
                for s in self._by_name.values() if s.section != SHN_ABS and s.name)
        if self.pa_of(va) is None:
            return None
        best = None
        for value, _, _, name in self._sorted:
            if value > va:
                break
            if best is None or value > best[0]:
                best = (value, name)
        return (best[1], va - best[0]) if best else None

    def undefined(self):
        """Names this object wants from others, sorted."""
        return sorted({s.name for s in self.symbols if s.section == SHN_UNDEF and s.name})
