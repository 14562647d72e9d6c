"""What a lesson's numbers may be without further reason: its run printed them, its own data has
them, its geometry says so.
"""

import re
import tomllib

from figures import pages
from figures.layout import Figure
from prose import extract
from prose.reckon import constants, sources
from prose.shapes import Shapes

LITERAL = re.compile(r"\b(0x[0-9A-Fa-f_]+|[0-9][0-9_]*)[uUlL]*\b")
STEP = re.compile(r"^(\d+) +(?=\S)", re.M)                # "7  Every page is …"
ERROR = re.compile(r"error (0x[0-9a-f]+|[0-9])")
WORDS = {"hint", "title", "text", "why", "read", "see", "type", "expect", "points", "budget",
         "tour", "code", "id", "needs"}                      # of checks.toml: what is no data


def folded(line):
    """A line without the spaces that only align it."""
    return " ".join(line.split())


def data(value):
    """The texts and numbers of checks.toml that are data, not words for people."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in WORDS:
                yield from data(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from data(inner)
    else:
        yield str(value)


def code(path):
    """A C file without its comments and strings."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"', " ", path.read_text(), flags=re.S)


class Known:
    """runs: what the lesson prints; tour: the same once more, and what the debugger shows."""

    def __init__(self, folder, geometries, runs, tour):
        specs = folder / "figures.toml"
        self.figures = tomllib.loads(specs.read_text()) if specs.exists() else {}
        drawn = {spec["geometry"] for spec in self.figures.values() if "geometry" in spec}
        self.shapes = Shapes(sorted(drawn | set(geometries)))
        self.lines = {folded(line) for line in runs.splitlines()}
        self.steps = {int(number) for number in STEP.findall(runs)}
        self.commands = {step["type"] for stop in self._checks(folder).get("tour", [])
                         for step in stop.get("try", [])}
        self.errors = {int(number, 0) for number in ERROR.findall(runs)}
        self.printed = f"{runs}\n{tour}"
        self.hexes, self.decimals = set(self.shapes.hexes), set(self.shapes.decimals)
        self.sizes = set(self.shapes.sizes)
        self._hear(STEP.sub("", runs), tour)
        self._read(folder)

    @staticmethod
    def _checks(folder):
        return tomllib.loads((folder / "checks.toml").read_text())

    def _hear(self, runs, tour):
        """Hexadecimal numbers of the tour count, too; its decimals may be of a register's dump."""
        for number in extract.numbers(runs):
            kind = {"hex": self.hexes, "dec": self.decimals, "size": self.sizes}.get(number.kind)
            if kind is not None:
                kind.add(number.value)
        self.hexes |= {n.value for n in extract.numbers(tour) if n.kind == "hex"}
        self.hexes |= {value & self.shapes.address for value in self.hexes if value & 1}

    def _read(self, folder):
        own = [code(path) for path in sources(folder)]
        values = set(constants(own).values())
        own += data(self._checks(folder))
        for text in LITERAL.findall("\n".join(own)):
            values.add(int(text, 16 if text.startswith("0x") else 10))
        self.hexes |= values
        self.decimals |= values
        for figure in pages.load(folder).values():
            if isinstance(figure, Figure):
                notes = " ".join(field.note for row in figure.rows for field in row.fields)
                self.decimals |= {n.value for n in extract.numbers(notes) if n.kind == "dec"}

    def learn(self, page):
        """What the text reckons itself is known as well."""
        for equation in extract.equations(page):
            for side in re.split(r"[=(]", equation.text)[1:]:
                for number in list(extract.numbers(side))[:1]:
                    if number.kind in ("hex", "dec"):
                        known = self.hexes if number.kind == "hex" else self.decimals
                        known.add(number.value)

    def has(self, number):
        """Is this number accounted for?"""
        kind, value = number.kind, number.value
        if kind == "power":
            return value.bit_length() - 1 in self.shapes.exponents
        if kind == "range":
            return value in self.shapes.ranges
        if kind == "part":
            return any(value in f"{known:x}" for known in self.hexes)
        if kind == "binary":
            return any(value.replace(" ", "") in f"{known:064b}" for known in self.hexes)
        if kind == "octal":
            return f" {value}" in self.printed or f" {value[1:]}" in self.printed
        return value in {"hex": self.hexes, "dec": self.decimals, "size": self.sizes}[kind]
