"""A figure as SVG, for a reader of the rendered page.

560 units wide with letters of 17: legible where a telephone shrinks it to 360 pixels. What does
not fit into one line is broken below bit 12. Every number in the file is an integer, and the same
figure is the same file, byte for byte.
"""

from xml.sax.saxutils import escape

from figures.palette import style

WIDTH, EDGE, GAP = 560, 12, 3
LETTER, SMALL = 17, 14                 # sizes of letters; a letter is 0.6 of that wide
LINE = 20
SPLIT = 12                             # where a row too wide is broken
WRAP = 7                               # letters to a line in a field, if its words allow


def across(text, letter):
    """How wide a text is, rounded up."""
    return -(-len(text) * letter * 6 // 10)


def words(text, letters):
    """The text in lines of at most so many letters, a longer word excepted."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) <= letters or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def label(x, y, text, anchor="middle", letter=LETTER, kind="", bold=False):
    """A text element."""
    weight = ' font-weight="bold"' if bold else ""
    of_kind = f' class="{kind}"' if kind else ""
    return (f'<text x="{x}" y="{y}" font-size="{letter}" text-anchor="{anchor}"{weight}'
            f"{of_kind}>{escape(text)}</text>")


def document(figure, height, parts):
    """The file: a title and a description for those who listen, colours for both schemes."""
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title desc">')
    return "\n".join([head, f'<title id="title">{escape(figure.alt)}</title>',
                      f'<desc id="desc">{escape(figure.spoken())}</desc>',
                      f"<style>{style()}</style>",
                      f'<rect class="paper" width="{WIDTH}" height="{height}" rx="6"/>',
                      *parts, "</svg>"]) + "\n"


# ---- One line of fields --------------------------------------------------------------------------

def _least(field):
    """The least width of a field: its words, its bit numbers, its note."""
    texts = max(across(line, LETTER) for line in words(field.text, WRAP))
    numbers = f"{field.high}" if field.bits == 1 else f"{field.high} {field.low}"
    return max(texts + 10, across(numbers, SMALL) + 4, across(field.note, SMALL) + 10)


def _places(fields):
    """(field, x, width) for each; what is left over is shared by their bits."""
    least = [_least(field) for field in fields]
    spare = WIDTH - 2 * EDGE - sum(least) - GAP * (len(fields) - 1)
    x, done, given = EDGE, 0, 0
    for field, width in zip(fields, least):
        done += field.bits
        extra = spare * done // sum(f.bits for f in fields) - given
        given += extra
        yield field, x, width + extra
        x += width + extra + GAP


def _fits(fields):
    return sum(map(_least, fields)) + GAP * (len(fields) - 1) <= WIDTH - 2 * EDGE


def _lines_of(field, width):
    return words(field.text, max(1, (width - 8) * 10 // (LETTER * 6)))


def _box(field, x, y, width, height):
    yield f'<rect class="{field.kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="3"/>'
    lines = _lines_of(field, width)
    top = y + (height - LINE * (len(lines) + bool(field.note))) // 2 + LETTER - 2
    middle = x + width // 2
    for number, text in enumerate(lines):
        yield label(middle, top + LINE * number, text, kind=field.kind, bold=True)
    if field.note:
        yield label(middle, top + LINE * len(lines), field.note, letter=SMALL, kind=field.kind)


def _line(fields, y):
    """(the next free y, the elements) of fields side by side, bit numbers above them."""
    placed = list(_places(fields))
    tall = max(len(_lines_of(field, width)) + bool(field.note) for field, _, width in placed)
    height = LINE * tall + 14
    parts = []
    for field, x, width in placed:
        if field.bits == 1:
            parts.append(label(x + width // 2, y + SMALL, str(field.high), letter=SMALL,
                               kind="quiet"))
        else:
            parts.append(label(x + 1, y + SMALL, str(field.high), "start", SMALL, "quiet"))
            parts.append(label(x + width - 1, y + SMALL, str(field.low), "end", SMALL, "quiet"))
        parts += _box(field, x, y + SMALL + 5, width, height)
    return y + SMALL + 5 + height, parts


def _arrows(row, y):
    """What becomes of each field, on the way to the row below."""
    for (_, x, width), text in zip(_places(row.fields), row.arrows):
        middle = x + width // 2
        yield f'<path class="line" d="M{middle} {y + 4}v10m0 24v10"/>'
        yield f'<path class="tip" d="M{middle - 6} {y + 46}h12l-6 10z"/>'
        yield label(middle, y + 31, text)


# ---- The whole figure ----------------------------------------------------------------------------

def draw(figure):
    """The figure as the text of an SVG file."""
    broken = not all(_fits(row.fields) for row in figure.rows)
    y, parts = EDGE, []
    for row in figure.rows:
        if row.label:
            parts.append(label(EDGE, y + LETTER, row.label, "start", bold=True))
            y += LINE + 6
        lines = [row.fields]
        if broken:
            lines = [[f for f in row.fields if f.low >= SPLIT],
                     [f for f in row.fields if f.low < SPLIT]]
        for fields in filter(None, lines):
            y, drawn = _line(fields, y)
            parts += drawn
            y += 8
        if row.arrows:
            parts += _arrows(row, y - 8)
            y += 56
        y += 10
    return document(figure, y - 18 + EDGE, parts)
