"""Evaluates the expressions of numbers.toml: from the geometry, the lesson's constants, what its
run printed, and what the debugger read.

An expression is Python's arithmetic over integers and the functions of `Reckoner`; nothing else.
"""

import ast
import re

from figures import Wrong
from figures.costs import dense_tables
from figures.facts import ROOT, geometry
from grader.formats.values import Trouble
from grader.judge.facts import Facts

HEADERS = ("src/core/cpu.h", "src/core/frames.h", "src/paging/types.h",
           "src/offered/registers.h")
DEFINE = re.compile(r"^#define (\w+)[ \t]+(.+?)[ \t]*(?:/\*.*)?$", re.M)
ALLOWED = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant, ast.Call, ast.keyword, ast.Name,
           ast.Load, ast.operator, ast.unaryop)


class Unsound(Exception):
    """An expression that cannot be evaluated; one sentence says why."""


def constants(texts):
    """{name: value} of the #defines in C sources that are plain arithmetic."""
    found = {"UINT64_C": int, "UINT32_C": int}
    known = {"BIT": lambda n: 1 << n, "BITS": lambda hi, lo: (1 << hi + 1) - (1 << lo), **found}
    for name, code in (pair for text in texts for pair in DEFINE.findall(text)):
        code = re.sub(r"\b(0x[0-9A-Fa-f]+|[0-9]+)[uUlL]+\b", r"\1", code).replace("/", "//")
        code = re.sub(r"\(u?int\d+_t\)", "", code)
        try:
            tree = ast.parse(code, mode="eval")
            if all(isinstance(node, ALLOWED) for node in ast.walk(tree)):
                known[name] = eval(compile(tree, name, "eval"), {"__builtins__": {}}, known)
        except (SyntaxError, NameError, TypeError, ValueError):
            continue                                     # a macro that is no number
    return {name: value for name, value in known.items() if isinstance(value, int)}


def sources(folder):
    """The lesson's own C files: not what a learner writes, nor the reference."""
    return [path for path in sorted(folder.glob("*.[ch]"))
            if path.name != "starter.c"]


class Reckoner:
    """The names an expression may use. printed: what the run says; evidence: a function
    emulator -> evidence, called only when an expression asks."""

    def __init__(self, folder, checks, printed, evidence):
        self.checks, self.printed_text, self._evidence, self._facts = checks, printed, evidence, {}
        texts = [(ROOT / name).read_text() for name in HEADERS]
        self.constants = constants(texts + [path.read_text() for path in sources(folder)])
        self.used = set()

    def value(self, expression):
        """What it is worth; Unsound when it cannot be said."""
        try:
            tree = ast.parse(expression, mode="eval")
        except SyntaxError:
            raise Unsound(f'"{expression}" is no expression') from None
        for node in ast.walk(tree):
            if not isinstance(node, ALLOWED):
                raise Unsound(f'"{expression}" has {type(node).__name__}, which is not arithmetic')
        names = {name: getattr(self, name) for name in FUNCTIONS} | self.constants
        try:
            return eval(compile(tree, "numbers.toml", "eval"), {"__builtins__": {}}, names)
        except (NameError, TypeError, ValueError, ArithmeticError, LookupError, Wrong,
                Trouble) as why:
            raise Unsound(f'"{expression}": {why}') from None

    # ---- Geometry: shape is "flat", "32-bit", "PAE", "4-level", "5-level" ----

    @staticmethod
    def bit(number):
        return 1 << number

    @staticmethod
    def bits(high, low):
        return (1 << high + 1) - (1 << low)

    @staticmethod
    def log2(value):
        if value <= 0 or value & value - 1:
            raise ValueError(f"{value} is no power of two")
        return value.bit_length() - 1

    @staticmethod
    def span(shape, entry):
        """Bytes that an entry covers."""
        return geometry(shape).level(entry).span_bytes

    @staticmethod
    def entries(shape, table):
        return geometry(shape).level(table).entries

    @staticmethod
    def entry_bytes(shape):
        return geometry(shape).entry_bytes

    @staticmethod
    def index(shape, entry, address):
        level = geometry(shape).level(entry)
        return address >> level.shift & level.entries - 1

    @staticmethod
    def tables(shape, mapped_bytes, entry):
        """Tables for so many bytes from 0 on, in pages that `entry` maps."""
        shape = geometry(shape)
        return dense_tables(shape, mapped_bytes, shape.level(entry).span_bytes)

    def check(self, key):
        """A number at the top of checks.toml."""
        return self.checks[key]

    # ---- The run ----

    def printed(self, pattern, number=1):
        """The number that the run prints where the pattern has its group, the first time or nth."""
        found = re.findall(pattern, self.printed_text)
        if len(found) < number:
            raise LookupError(f'the run prints nothing like "{pattern}"')
        return int(found[number - 1].replace(",", ""), 0)

    # ---- The evidence ----

    def _stop(self, stop, emulator):
        if emulator not in self._facts:
            self._facts[emulator] = Facts(self._evidence(emulator), self.checks)
        place = self._facts[emulator].stop(stop)
        if place is None:
            raise LookupError(f'the run never came to "{stop}"')
        return place

    def _step(self, stop, address, entry, root, mode, emulator):
        place = self._stop(stop, emulator)
        for step in place.paging(root, mode).walk(address).steps:
            if step.level.name == entry:
                return step
        raise LookupError(f"the walk of {address:#x} at {stop} does not come to a {entry}")

    def entry(self, stop, address, entry, root=None, mode=None, emulator="bochs"):
        """The entry on the way to an address, as the debugger read it at a stop."""
        return self._step(stop, address, entry, root, mode, emulator).entry

    def entry_at(self, stop, address, entry, root=None, mode=None, emulator="bochs"):
        """Where that entry lies."""
        return self._step(stop, address, entry, root, mode, emulator).address

    def lies(self, stop, address, root=None, mode=None, emulator="bochs"):
        """The physical address of a byte."""
        walk = self._stop(stop, emulator).paging(root, mode).walk(address)
        if not walk.mapped:
            raise LookupError(f"nothing is mapped at {address:#x} at {stop}")
        return walk.pa

    def symbol(self, name, emulator="bochs"):
        """Where the linker put it: a virtual address."""
        self._stop(self.checks["order"][0], emulator)
        return self._facts[emulator].symbols[name]

    def note(self, stop, name, emulator="bochs"):
        return self._stop(stop, emulator).note(name)

    def register(self, stop, name, emulator="bochs"):
        return self._stop(stop, emulator).registers[name]


FUNCTIONS = ("bit", "bits", "log2", "span", "entries", "entry_bytes", "index", "tables", "check",
             "printed", "entry", "entry_at", "lies", "symbol", "note", "register")
