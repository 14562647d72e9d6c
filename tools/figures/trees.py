"""The tables of a lesson's own run as a tree: of the reference, with the default seed, at a stop.

Draws what the model of tools/picture reads out of evidence.json; has no walk of its own. The same
rows as `make LESSON=n tree` prints, without A and D and what changed since another checkpoint.
"""

from dataclasses import dataclass, replace

from figures import Wrong, svg
from grader.formats.values import number
from picture import PictureError, run
from picture.cards import FLAGS as ALL
from picture.tree import Style, flag_letters, row_text

STYLE = Style(unicode=True)
FLAGS = "WUXG"                         # not A and D: the CPU sets them as the run goes by
INDENT, ROW, LETTERS = 18, 24, 13      # of a level; of a line; of a flag: units of the picture
NUMBERS = 86                           # for "512–1023" of a row


@dataclass(frozen=True)
class Item:
    """One line of the tree: a run of entries, and how deep its table lies."""
    indent: int
    numbers: str
    left: str                          # the address, or all there is to say
    right: str                         # where it leads, with its size
    flags: str
    kind: str
    last: int = 0                      # number of the last line below it


@dataclass(frozen=True)
class Tree:
    name: str
    alt: str
    root: str                          # "CR3 → PD @ 0x0044A000"
    items: list
    wide: bool                         # addresses of 64 bits: a row takes two lines

    def spoken(self):
        return f"{self.root}. " + " ".join(
            f"{item.numbers}: {item.left} {item.right}; {item.flags.strip() or 'no flags'}."
            for item in self.items)

    def text(self):
        """The lines, for a reader in a terminal."""
        lines = [(self.root, FLAGS)]
        for item in self.items:
            place = f"{'  ' * (item.indent + 1)}{item.numbers:<9} {item.left}"
            lines.append((f"{place} {item.right}".rstrip(), item.flags))
        wide = max(len(left) for left, _ in lines) + 2
        return [f"    {left:<{wide}}{flags}".rstrip() for left, flags in lines]

    # ---- The picture ----

    def svg(self):
        """The SVG file."""
        y = svg.EDGE + svg.LETTER
        parts = [svg.label(svg.EDGE, y, self.root, "start", svg.SMALL + 1, bold=True)]
        parts += self._flags(y, FLAGS, True)
        y, tops = y + 12, []
        for item in self.items:
            tops.append(y)
            y += self._height(item) + 4
        for item, top in zip(self.items, tops):
            parts += self._item(item, top)
            if item.last:
                x = svg.EDGE + INDENT * item.indent + 3
                foot = tops[item.last] + self._height(self.items[item.last]) // 2
                parts.append(f'<path class="rule" d="M{x} {top + ROW}V{foot}"/>')
        return svg.document(self, y + svg.EDGE - 4, parts)

    def _height(self, item):
        return 2 * ROW - 6 if self.wide and item.right else ROW

    @staticmethod
    def _flags(y, flags, bold=False):
        for place, letter in enumerate(flags):
            if letter != " ":
                x = svg.WIDTH - svg.EDGE - LETTERS * (len(FLAGS) - place) + LETTERS // 2
                yield svg.label(x, y, letter, letter=svg.SMALL, bold=bold or letter != STYLE.dot)

    def _item(self, item, top):
        x, height = svg.EDGE + INDENT * item.indent, self._height(item)
        yield (f'<rect class="{item.kind}" x="{x}" y="{top}" width="{svg.WIDTH - svg.EDGE - x}" '
               f'height="{height}" rx="3"/>')
        y = top + 17
        yield svg.label(x + 8, y, item.numbers, "start", svg.SMALL, item.kind, True)
        both = item.left if self.wide else f"{item.left} {item.right}".rstrip()
        yield svg.label(x + 8 + NUMBERS, y, both, "start", svg.SMALL, item.kind)
        if self.wide and item.right:
            yield svg.label(x + 8 + NUMBERS, y + ROW - 6, item.right, "start", svg.SMALL, item.kind)
        for part in self._flags(y, item.flags):
            yield part.replace("<text ", f'<text class="{item.kind}" ', 1)


# ---- From the evidence ---------------------------------------------------------------------------

def _numbers(row):
    return f"{row.first}–{row.first + row.count - 1}" if row.count > 1 else str(row.first)


def _letters(flags):
    return "".join(letter for name, letter in zip(ALL, flag_letters(flags, STYLE))
                   if name in FLAGS)


def _kind(row):
    if row.kind == "page":
        return "index3" if row.flags[1] == "1" else "address"
    return "must" if row.kind == "reserved" else "table"


def _shown(row, va, depth, spec, image):
    """What is not present is left out, and the kernel's image: its size is the compiler's."""
    if row.kind == "absent" or row.kind == "page" and va in image:
        return False
    return depth > 0 or row.first in spec.get("only", [row.first])


def _rows(scene, card, va, indent, spec, image, items):
    """Appends the rows of a table, and below each the table it names; the place of the last."""
    level = scene.space.mode.levels[card.depth]
    for row in card.rows:
        if not _shown(row, va + row.first * level.span, card.depth, spec, image):
            continue
        said = row_text(scene, card, row, va, STYLE)
        left, arrow, right = said.partition(" → ") if row.kind == "page" else (said, "", "")
        place = len(items)
        items.append(Item(indent, _numbers(row), left, f"→ {right}" if arrow else "",
                          _letters(row.flags), _kind(row)))
        child = scene.cards.by_frame.get(row.target) if row.kind == "table" else None
        if child:
            last = _rows(scene, child, va + row.first * level.span, indent + 1, spec, image, items)
            items[place] = replace(items[place], last=last)
    return max((i for i, item in enumerate(items) if item.indent == indent), default=0)


def tree(name, spec, collected):
    """collected: (evidence, checks) of the lesson's reference."""
    try:
        moment = run.picture(*collected).find(spec["stop"])
    except PictureError as why:
        raise Wrong(str(why)) from why
    scene = moment and moment.scene(spec.get("space"))
    if scene is None:
        raise Wrong(f'The run has no tables at "{spec["stop"]}".')
    scene = replace(scene, before=None, since="")
    root, items = scene.cards.by_frame[scene.space.root], []
    placed = collected[0]["image"]["image"]
    first = number(placed["va"])
    image = range(first, first + placed["size"])
    _rows(scene, root, 0, 0, spec, image, items)
    head = f"{scene.name} → {scene.space.mode.levels[0].table} @ 0x{root.frame:08X}"
    return Tree(name, spec["alt"], head, items, scene.space.mode.signed)
