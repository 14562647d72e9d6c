"""What a collector must know of the kernel file: the contract's symbols and where they lie.

Used by collector.py and both emulator halves. CONTRACT.md, section 1, names the symbols.
"""
from pathlib import Path

from grader.formats import evidence
from grader.machine import MachineError, lines, sandbox
from grader.machine.elf import STB_GLOBAL, STT_FUNC

PROBES = ("read_1", "read_4", "write_1", "write_4", "fetch",
          "read_4_rbp", "read_4_r13", "write_8_push")
LIBRARY = "pg_"                 # the project's own walker and mapper
USER = "user_"                  # probe_user_read_1: the same at CPL 3
VECTORS_WITH_ERROR = (8, 10, 11, 12, 13, 14, 17, 21, 29, 30)
_MASK = (1 << 64) - 1
_LISTED = ("exam", "exam_answers", "exam_groups", "probe_flush", "probe_resume", "machine_end",
           "break_here", "image_start", "image_end", "work_start", "work_end", "staff_text_start",
           "staff_text_end", "staff_rodata_start", "staff_rodata_end", "gdt", "gdt_end", "idt",
           "idt_end", "tss", "tss_end")


def mix(seed, n):
    """The generator's state at stop n for a seed (CONTRACT.md, section 2)."""
    z = (seed + n * 0x9E3779B97F4A7C15) & _MASK
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & _MASK
    return z ^ z >> 31


class Kernel:
    """The ELF file of one lesson's kernel, seen through the contract."""

    def __init__(self, elf, path):
        self.elf, self.path = elf, path
        if elf.bytes_at(elf.va("exam"), 4) not in (b"EXAM", bytes(4)):
            raise MachineError(f"{elf.name}: exam does not begin with its magic number")
        self.checkpoints = self._named("checkpoint_")
        self.vectors = {va: int(name) for va, name in self._named("vector_").items()
                        if name.isdigit()}
        self.probes = {va: name for va, name in self._named("probe_").items()
                       if name.removeprefix(USER) in PROBES}
        self.offset = elf.va("exam") - elf.pa("exam")
        self.exam = elf.pa("exam")
        self.image = self.span("image_start", "image_end")

    def _named(self, prefix):
        return {s.value: s.name[len(prefix):] for s in self.elf.symbols
                if s.name.startswith(prefix) and s.section}

    def is_works(self, va):
        """Whether an address (None: none) lies in what the learner wrote."""
        low, size = self._virtual("work_start", "work_end") or (0, 0)
        return va is not None and low <= va < low + size

    def watched(self, checks):
        """{address: name} of the library's functions, without those that [collect] lists because
        the staff calls them all the time."""
        busy = checks.get("collect", {}).get("unwatched", [])
        return {s.value: s.name for s in self.elf.symbols if s.name.startswith(LIBRARY)
                and s.type == STT_FUNC and s.bind == STB_GLOBAL and s.name not in busy}

    def span(self, start, end):
        """(physical address, size) between two labels, or None when the kernel has not both."""
        if start not in self.elf or end not in self.elf:
            return None
        return self.elf.pa(start), self.elf.va(end) - self.elf.va(start)

    def symbol_span(self, name):
        """(physical address, size) of a symbol that the lesson wants read."""
        symbol = self.elf.symbol(name)
        if not symbol.size:
            raise MachineError(f"{self.elf.name}: {name} has no size, so it cannot be read")
        return self.elf.pa(name), symbol.size

    def _run(self, command):
        """What a tool prints that reads the kernel, in which the learner's part lies."""
        folder = Path(self.path).resolve().parent
        try:
            return sandbox.run(command, folder, write=[], read=[folder]).out
        except MachineError:
            return ""                       # no such tool: then there is simply no line

    def where(self, rip):
        """{"symbol", "line"} of an address, as far as they are known."""
        found = {"symbol": lines.symbol_at(self.elf, rip),
                 "line": lines.line_at(self.path, rip, self._run)}
        return {key: value for key, value in found.items() if value}

    def _lines(self, functions):
        """{name: "work/NN_name.c:41"} of the learner's functions, where the file tells."""
        there = [name for name in functions if name in self.elf]
        found = lines.lines_at(self.path, [self.elf.va(name) for name in there], self._run) \
            if there else []
        return {name: line for name, line in zip(there, found) if line}

    def describe(self, wanted, functions=()):
        """The "image" part of the evidence; `wanted`: further symbols the lesson lists; functions:
        the learner's, whose lines a report may name."""
        names = [n for n in (*_LISTED, *wanted) if n in self.elf]
        symbols = {n: evidence.number(self.elf.va(n)) for n in names}
        for prefix, table in (("checkpoint_", self.checkpoints), ("vector_", self.vectors),
                              ("probe_", self.probes)):
            symbols.update({f"{prefix}{name}": evidence.number(va) for va, name in table.items()})
        image = {"sha256": evidence.sha256(self.elf.data), "symbols": symbols,
                 "lines": self._lines(functions),
                 "entry": evidence.number(self.elf.entry),
                 "offset": evidence.number(self.offset), "staff": []}
        for name in ("text", "rodata"):
            span = self._virtual(f"staff_{name}_start", f"staff_{name}_end")
            if span:
                digest = evidence.sha256(self.elf.bytes_at(*span))
                image["staff"].append({"name": name, "va": evidence.number(span[0]),
                                       "size": span[1], "sha256": digest})
        for name in ("work", "image"):
            span = self._virtual(f"{name}_start", f"{name}_end")
            if span:
                image[name] = {"va": evidence.number(span[0]), "size": span[1]}
        return image

    def _virtual(self, start, end):
        if start not in self.elf or end not in self.elf:
            return None
        return self.elf.va(start), self.elf.va(end) - self.elf.va(start)
