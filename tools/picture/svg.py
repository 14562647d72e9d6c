"""One scene as a drawing that stands in a text: the tables as cards, memory on both sides, a walk.

Used by `view --svg` and whoever needs the figure in Python: draw(scene, va). The same scene gives
the same bytes. Colours are those of the page (page/page.css), light and dark.
"""

import re
from pathlib import Path
from xml.sax.saxutils import escape

from picture.geometry import hex_text, size_text
from picture.regions import kind_text, letter
from picture.tree import Style, row_text

LINE, LETTER, CHAR = 18, 12, 7.25
STRIP, CARD, GAP, EDGE = 130, 268, 36, 12
MOST_ROWS, MOST_PIECES = 12, 16
COLOURS = ("paper", "card", "ink", "soft", "line", "walk", "walk-soft", "kr", "kw", "ur", "uw",
           "table", "loop", "on-fill", "hole")
_CSS = Path(__file__).resolve().parent / "page" / "page.css"


def _variables(text):
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", text))


def _style():
    """The page's colours as classes: f-NAME fills, s-NAME strokes."""
    light, dark = _CSS.read_text("utf-8").split("@media (prefers-color-scheme: dark)")[:2]

    def rules(values):
        return "".join(f".f-{name}{{fill:{values[name]}}}.s-{name}{{stroke:{values[name]}}}"
                       for name in COLOURS)
    return ('text{font-size:12px;font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,'
            "monospace}"
            f"path{{fill:none}}{rules(_variables(light))}"
            f"@media(prefers-color-scheme:dark){{{rules(_variables(dark))}}}")


def _text(x, y, text, colour="ink", anchor="start", bold=False):
    weight = ' font-weight="bold"' if bold else ""
    return (f'<text x="{x:.0f}" y="{y:.0f}" class="f-{colour}" text-anchor="{anchor}"{weight}>'
            f"{escape(text)}</text>")


def _box(x, y, width, height, fill, stroke=None, radius=3):
    edge = f" s-{stroke}" if stroke else ""
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" ' \
           f'rx="{radius}" class="f-{fill}{edge}"/>'


def _colour(rights):
    return ("u" if "U" in rights else "k") + ("w" if "W" in rights else "r")


class _Drawing:
    """The elements of one figure while they are put in place."""

    def __init__(self, scene, va):
        self.scene, self.walk = scene, scene.space.walk(va) if va is not None else None
        self.path = {step.at - step.index * scene.space.mode.width: step.index
                     for step in (self.walk.steps if self.walk else ())}
        self.parts, self.rows, self.heads, self.low = [], {}, {}, 0

    def strip(self, x, title, items):
        """A side: (text, second line, colour) for each piece, None for a gap."""
        self.parts.append(_text(x + STRIP / 2, EDGE + LINE, title, anchor="middle", bold=True))
        y = EDGE + LINE + 8
        for first, second, colour in items[:MOST_PIECES]:
            if colour is None:
                self.parts.append(_text(x + STRIP / 2, y + 12, first, "soft", "middle"))
                y += LINE
                continue
            self.parts += [_box(x, y, STRIP, 2 * LINE, colour),
                           _text(x + 6, y + 14, first, "on-fill", bold=True),
                           _text(x + 6, y + 30, second, "on-fill")]
            y += 2 * LINE + 2
        if len(items) > MOST_PIECES:
            self.parts.append(_text(x + STRIP / 2, y + 12, f"{len(items) - MOST_PIECES} more",
                                    "soft", "middle"))
            y += LINE
        self.low = max(self.low, y)

    def card(self, x, y, card):
        """A table; where its rows stand is kept for the arrows. The next free y."""
        rows, here = card.rows[:MOST_ROWS], self.path.get(card.frame)
        more = len(card.rows) - len(rows)
        height = LINE * (len(rows) + 1 + bool(more)) + 12
        self.parts.append(_box(x, y, CARD, height, "card", "walk" if here is not None else "line",
                               6))
        name = self.scene.space.mode.levels[card.depth].table
        self.parts.append(_text(x + 8, y + 17, f"{name} @ {hex_text(card.frame)}", "table",
                                bold=True))
        self.heads[card.frame] = x, y + 12
        for number, row in enumerate(rows):
            self._row(x, y + LINE * (number + 1) + 6, card, row, here)
        if more:
            self.parts.append(_text(x + 14, y + height - 8, f"{more} more rows", "soft"))
        self.low = max(self.low, y + height)
        return y + height + 12

    def _row(self, x, y, card, row, here):
        walked = here is not None and row.first <= here < row.first + row.count
        if walked:
            self.parts.append(_box(x + 3, y - 1, CARD - 6, LINE, "walk-soft"))
        colour = {"absent": "soft", "reserved": "walk", "page": _colour(
            {name for name, state in zip("WUX", row.flags) if state in "1p"}),
            "loop": "loop"}.get(row.kind, "table")
        if row.kind != "absent":
            self.parts.append(_box(x + 6, y + 1, 4, LINE - 4, colour, radius=1))
        last = f"–{row.first + row.count - 1}" if row.count > 1 else ""
        said = f"{hex_text(row.target)} {size_text(row.size)}" if row.kind == "page" else \
            row_text(self.scene, card, row, 0, Style()).split(" @")[0].split(", together")[0]
        self.parts += [_text(x + 14, y + 13, f"{row.first}{last}",
                             "soft" if row.kind == "absent" else "ink"),
                       _text(x + 82, y + 13, said, "soft" if row.kind == "absent" else "ink",
                             bold=row.kind != "absent")]
        on = "".join(name if state in "1p" else "·" if state == "0" else "!" if state == "b" else ""
                     for name, state in zip("WUXADG", row.flags))
        self.parts.append(_text(x + CARD - 8, y + 13, on, anchor="end"))
        self.rows[card.frame, row.first] = x + CARD, y + 8, row, walked

    def arrows(self):
        """From entries to the tables they name."""
        for x1, y1, row, walked in self.rows.values():
            if row.kind != "table" or row.target not in self.heads:
                continue
            x2, y2 = self.heads[row.target]
            middle = (x1 + x2) / 2
            colour, width = ("walk", 2) if walked else ("table", 1)
            self.parts.append(f'<path d="M{x1:.0f} {y1:.0f}C{middle:.0f} {y1:.0f} {middle:.0f} '
                              f'{y2:.0f} {x2:.0f} {y2:.0f}" class="s-{colour}" '
                              f'stroke-width="{width}"/>')


def _virtual(scene):
    items, at, mode = [], 0, scene.space.mode
    for number, one in enumerate(scene.stretches):
        if one.va > at and number:
            items.append((f"{size_text(one.va - at)} unmapped", "", None))
        items.append((f"{letter(number)} {size_text(one.size)}", f"0x{one.va:0{mode.digits}X}",
                      "loop" if one.loop else _colour(one.rights)))
        at = one.va + one.size
    return items


def _physical(scene):
    items, at = [], 0
    for piece in scene.pieces:
        if piece.pa > at and items:
            items.append((f"{size_text(piece.pa - at)} unmapped", "", None))
        names = "=".join(letter(number) for number in piece.owners) or "tables"
        items.append((f"{names} {size_text(piece.size)}", hex_text(piece.pa), _colour(
            scene.stretches[piece.owners[0]].rights) if piece.owners else "table"))
        at = piece.pa + piece.size
    return items


def spoken(scene, va=None):
    """What the figure shows, for those who listen."""
    said = [scene.headline() + "."]
    said += [f"{letter(number)}: {hex_text(one.va)} to {hex_text(one.pa)}, {size_text(one.size)}, "
             f"{kind_text(one, scene.space.has_execute)}."
             for number, one in enumerate(scene.stretches[:MOST_PIECES]) if not one.loop]
    if va is not None:
        walk = scene.space.walk(va)
        said.append(f"The walk of {hex_text(va)} is marked; it ends "
                    + (f"at {hex_text(walk.pa)}." if walk.pa is not None else "in a fault."))
    return " ".join(said)


def draw(scene, va=None):
    """The SVG file of a scene. va: its walk is marked."""
    drawing = _Drawing(scene, va)
    levels = [cards for cards in scene.cards.drawn() if cards]
    drawing.strip(EDGE, "virtual", _virtual(scene))
    for column, cards in enumerate(levels):
        x, y = EDGE + STRIP + GAP + column * (CARD + GAP), EDGE
        for card in cards[:MOST_ROWS]:
            y = drawing.card(x, y, card)
    right = EDGE + STRIP + GAP + len(levels) * (CARD + GAP)
    drawing.strip(right, "physical", _physical(scene))
    drawing.arrows()
    width, height = right + STRIP + EDGE, drawing.low + EDGE
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(scene.headline())}</title>',
        f'<desc id="desc">{escape(spoken(scene, va))}</desc>', f"<style>{_style()}</style>",
        _box(0, 0, width, height, "paper", radius=6), *drawing.parts, "</svg>"]) + "\n"
