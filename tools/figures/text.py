"""A figure in characters, for a reader in a terminal.

All rows share one grid: a column for each run of bits that no row divides. A field spans columns.
"""

MARGIN = "    "


def _edges(rows):
    """The columns as (high, low), from the top bit down."""
    tops = sorted({f.high for row in rows for f in row.fields}, reverse=True)
    return list(zip(tops, [top + 1 for top in tops[1:]] + [0]))


def _spans(row, columns):
    """For each field of the row the numbers of its first and last column."""
    for field in row.fields:
        inside = [i for i, (high, low) in enumerate(columns)
                  if low >= field.low and high <= field.high]
        yield field, inside[0], inside[-1]


def _head(high, low):
    """The least width that shows a column's bit numbers."""
    return len(str(high)) if high == low else len(f"{high} {low}")


def _widths(rows, columns):
    """Characters for each column: enough for the bit numbers, for texts, and even among indices."""
    widths = [_head(*column) for column in columns]
    for row in rows:
        for field, first, last in _spans(row, columns):
            roomy = 0 if field.bits == 1 else 2
            need = max(len(field.text) + roomy, len(field.note))
            have = sum(widths[first:last + 1]) + last - first
            widest = max(range(first, last + 1), key=lambda i: columns[i][0] - columns[i][1])
            widths[widest] += max(0, need - have)
    return widths


def _numbers(columns, widths):
    """The bit numbers above the edges: the high one at the left, the low one at the right."""
    line = ""
    for (high, low), width in zip(columns, widths):
        cell = str(high).rjust(width) if high == low else \
            str(high) + str(low).rjust(width - len(str(high)))
        line += " " + cell
    return line


def _cells(row, columns, widths, texts, edge):
    line = edge
    for (_, first, last), text in zip(_spans(row, columns), texts):
        line += text.center(sum(widths[first:last + 1]) + last - first) + edge
    return line


def _border(rows, columns, widths):
    """A line with a + wherever a row above or below it has an edge."""
    starts = {first for row in rows for _, first, _ in _spans(row, columns)}
    line = ""
    for number, width in enumerate(widths):
        line += ("+" if number in starts else "-") + "-" * width
    return line + "+"


def draw(figure):
    """The lines of the figure."""
    rows, columns = figure.rows, _edges(figure.rows)
    widths = _widths(rows, columns)
    lines = [_numbers(columns, widths)]
    before = []
    for row in rows:
        lines.append(_border([*before, row], columns, widths))
        label = f"   {row.label}" if row.label else ""
        lines.append(_cells(row, columns, widths, [f.text for f in row.fields], "|") + label)
        before = [row]
        if row.arrows:
            lines.append(_border([row], columns, widths))
            for texts in (["|"] * len(row.arrows), row.arrows, ["v"] * len(row.arrows)):
                lines.append(_cells(row, columns, widths, texts, " "))
            before = []
    lines.append(_border(before, columns, widths))
    if any(field.note for field in rows[-1].fields) and len(rows) == 1:
        lines.append(_cells(rows[0], columns, widths, [f.note for f in rows[0].fields], " "))
    return [(MARGIN + line).rstrip() for line in lines]
