"""What tables cost: bytes of tables against bytes mapped, as curves.

Both axes are logarithmic, in powers of two. The terminal gets the same values as a small table.
"""

from dataclasses import dataclass

from figures import Wrong, svg
from figures.facts import geometry, size

LEFT, TOP, PLOT = 92, 16, 300          # of the plot: its left edge, the space above, its height
STEPS = 4                              # lines of the grid, beside the first
LINES = ["", "10 5", "3 4", "14 4 3 4", "6 3"]     # dashes, so that nobody needs the colours


def dense_tables(shape, mapped_bytes, page_bytes):
    """Tables for so many bytes from 0 on, in pages of one size."""
    return sum(-(-mapped_bytes // (level.span_bytes * level.entries))
               for level in shape.levels if level.span_bytes >= page_bytes)


def sparse_tables(shape, pages, page_bytes):
    """Tables for so many pages, each as far from the others as it can be."""
    return sum(min(pages, 1 << shape.va_bits - level.shift - level.bits)
               for level in shape.levels if level.span_bytes >= page_bytes)


def table_bytes(shape):
    """Bytes of a table, the same at every level but the PDPT of PAE."""
    return max(level.entries for level in shape.levels) * shape.entry_bytes


@dataclass(frozen=True)
class Series:
    """One curve: what it is, and its bytes for each power of two that is mapped."""
    label: str
    kind: str
    values: list


@dataclass(frozen=True)
class Costs:
    name: str
    alt: str
    powers: range                      # of the bytes mapped
    series: list
    low: int                           # power of two at the foot of the plot
    high: int

    def spoken(self):
        said = (f"{s.label}: from {about(s.values[0])} to {about(s.values[-1])}"
                for s in self.series)
        return (f"Table bytes for {size(1 << self.powers[0])} to {size(1 << self.powers[-1])} "
                f"mapped. {'; '.join(said)}.")

    def text(self):
        """The lines, for a reader in a terminal."""
        every = (len(self.powers) - 1) // STEPS
        heads = [("mapped", ""), *((*series.label.split(", "), "")[:2] for series in self.series)]
        rows = [[size(1 << self.powers[i]), *(about(series.values[i]) for series in self.series)]
                for i in range(0, len(self.powers), every)]
        rows = [*zip(*heads), *rows]
        widths = [max(map(len, column)) for column in zip(*rows)]
        return ["    " + "   ".join(cell.rjust(width) for cell, width in zip(row, widths)).rstrip()
                for row in rows]

    # ---- The picture ----

    def _x(self, index):
        return LEFT + (svg.WIDTH - svg.EDGE - 40 - LEFT) * index // (len(self.powers) - 1)

    def _y(self, foot, value):
        """Of a number of bytes: its logarithm to a hundredth, in integers, so that no rounding of
        the machine's shows."""
        hundredths = (value ** 100).bit_length() - 1
        return foot - PLOT * (hundredths - 100 * self.low) // (100 * (self.high - self.low))

    def svg(self):
        """The SVG file."""
        foot = TOP + svg.EDGE + svg.LINE * (len(self.series) + 1) + PLOT
        parts = [svg.label(svg.EDGE, svg.EDGE + svg.LETTER, "bytes of tables", "start", bold=True)]
        parts += self._legend()
        parts += self._grid(foot)
        for series, dashes in zip(self.series, LINES):
            points = " ".join(f"{self._x(i)},{self._y(foot, value)}"
                              for i, value in enumerate(series.values))
            parts.append(f'<polyline class="curve {series.kind}" stroke-dasharray="{dashes}" '
                         f'points="{points}"/>')
        return svg.document(self, foot + 56, parts)

    def _legend(self):
        for number, (series, dashes) in enumerate(zip(self.series, LINES), 1):
            y = svg.EDGE + svg.LETTER + svg.LINE * number
            yield (f'<path class="curve {series.kind}" stroke-dasharray="{dashes}" '
                   f'd="M{svg.EDGE + 4} {y - 5}h48"/>')
            yield svg.label(svg.EDGE + 62, y, series.label, "start", svg.SMALL + 1)

    def _grid(self, foot):
        right = self._x(len(self.powers) - 1)
        for step in range(STEPS + 1):
            power = self.low + (self.high - self.low) * step // STEPS
            y = self._y(foot, 1 << power)
            yield f'<path class="rule" d="M{LEFT} {y}H{right}"/>'
            yield svg.label(LEFT - 6, y + 5, size(1 << power), "end", svg.SMALL, "quiet")
            index = (len(self.powers) - 1) * step // STEPS
            x = self._x(index)
            yield f'<path class="rule" d="M{x} {foot}v-{PLOT}"/>'
            yield svg.label(x, foot + 20, size(1 << self.powers[index]), "middle", svg.SMALL,
                            "quiet")
        yield svg.label((LEFT + right) // 2, foot + 44, "bytes mapped", bold=True)


def about(count):
    """Bytes in the largest unit that leaves at most one decimal: 4 MiB, 4.1 MiB."""
    for power, unit in ((40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")):
        if count >> power:
            tenths = (count * 10 + (1 << power - 1)) >> power
            return f"{tenths // 10} {unit}" if tenths % 10 == 0 else f"{tenths / 10} {unit}"
    return f"{count} bytes"


def _series(shape, what, kind, powers):
    """One curve: what is "flat", "dense PTE" (in pages that a PTE maps) or "sparse PTE"."""
    how, _, entry = what.partition(" ")
    if how == "flat":
        flat = (1 << shape.va_bits - shape.levels[-1].shift) * shape.entry_bytes
        return Series("one flat table", kind, [flat for _ in powers])
    if how not in ("dense", "sparse"):
        raise Wrong(f'A curve "{what}" is not known: flat, dense ENTRY, sparse ENTRY.')
    page = shape.level(entry).span_bytes
    if how == "dense":
        label = f"{size(page)} pages, side by side"
        counts = [dense_tables(shape, 1 << power, page) for power in powers]
    else:
        label = f"{size(page)} pages, far apart"
        counts = [sparse_tables(shape, -(-(1 << power) // page), page) for power in powers]
    return Series(label, kind, [count * table_bytes(shape) for count in counts])


def costs(name, spec):
    """Curves for one geometry, from one small page to 2^`to` bytes."""
    shape = geometry(spec["geometry"])
    powers = range(shape.levels[-1].shift, spec["to"] + 1)
    series = [_series(shape, what, f"index{number}", powers)
              for number, what in enumerate(spec["curves"])]
    most = max(max(s.values) for s in series)
    low = shape.levels[-1].shift
    steps = -(-((most - 1).bit_length() - low) // STEPS)
    return Costs(name, spec["alt"], powers, series, low, low + STEPS * steps)
