"""The canonical addresses of a sign-extended mode: two halves and the hole between them.

The one figure that is no row of fields, so it says itself how it is drawn.
"""

from dataclasses import dataclass

from figures import svg
from figures.facts import geometry

BAND, TEXT_X = 100, 212


@dataclass(frozen=True)
class Band:
    """Addresses first to last, what they are, and what is said beside it."""
    first: int
    last: int
    text: str
    note: str
    kind: str


@dataclass(frozen=True)
class Halves:
    name: str
    alt: str
    bands: list

    def spoken(self):
        return " ".join(f"0x{b.first:016X} to 0x{b.last:016X}: {b.text}; {b.note}."
                        for b in self.bands)

    def text(self):
        """The lines, for a reader in a terminal."""
        inside = max(len(band.text) for band in self.bands) + 4
        blank, border = " " * 18, "+" + "-" * inside + "+"
        lines = []
        for band in self.bands:
            lines += [f"0x{band.first:016X}  {border}",
                      f"{blank}  |{band.text.center(inside)}|   {band.note}",
                      f"0x{band.last:016X}  |{'':{inside}}|"]
        return ["    " + line for line in (*lines, f"{blank}  {border}")]

    def svg(self):
        """The SVG file."""
        parts = []
        for number, band in enumerate(self.bands):
            y = svg.EDGE + BAND * number
            parts += self._band(band, y)
        return svg.document(self, svg.EDGE * 2 + BAND * len(self.bands), parts)

    @staticmethod
    def _band(band, y):
        width = svg.WIDTH - TEXT_X - svg.EDGE
        middle = TEXT_X + width // 2
        yield (f'<rect class="{band.kind}" x="{TEXT_X}" y="{y}" width="{width}" '
               f'height="{BAND - svg.GAP}" rx="3"/>')
        yield svg.label(TEXT_X - 8, y + 18, f"0x{band.first:016X}", "end", kind="quiet")
        yield svg.label(TEXT_X - 8, y + BAND - 10, f"0x{band.last:016X}", "end", kind="quiet")
        yield svg.label(middle, y + 32, band.text, kind=band.kind, bold=True)
        for number, line in enumerate(svg.words(band.note, 24)):
            yield svg.label(middle, y + 32 + svg.LINE * (number + 1), line, kind=band.kind)


def halves(name, spec):
    """Lower half, hole, upper half."""
    shape = geometry(spec["geometry"])
    top = shape.va_bits - 1
    half, whole = 1 << top, 1 << 64
    names = spec["names"]
    alike = f"bits 63:{top} are"
    return Halves(name, spec["alt"], [
        Band(0, half - 1, f"lower half: 2^{top} addresses", f"{alike} 0: {names['lower']}",
             "index3"),
        Band(half, whole - half - 1, f"the hole: 2^64 - 2^{top + 1}",
             f"{alike} mixed: {names['hole']}", "must"),
        Band(whole - half, whole - 1, f"upper half: 2^{top} addresses",
             f"{alike} 1: {names['upper']}", "index2")])
