"""Two plots in one SVG: table bytes and instructions against the memory mapped, both axes in
powers of two. Used by tests/benches/library.py."""

from math import log2

from guest.costs import MODES, SIZES

WIDTH, HEIGHT, LEFT, TOP, GAP = 420, 300, 70, 40, 130
COLOURS = ("#1f4e79", "#b03a2e", "#1e8449", "#7d3c98", "#b9770e", "#117a65", "#566573", "#2e4053")
PAGES = {1: "4 KiB", 2: "large", 3: "1 GiB"}


def unit(power):
    """2 to the power, in words: 64 KiB."""
    return f"{1 << power % 10} {('B', 'KiB', 'MiB', 'GiB', 'TiB')[power // 10]}"


def panel(left, title, lines, named):
    """One plot. lines: {name: [(x, y)]}, all as powers of two."""
    points = [point for line in lines.values() for point in line]
    x0, x1 = min(x for x, _ in points), max(x for x, _ in points)
    y0, y1 = min(y for _, y in points) // 1, max(y for _, y in points) + 1

    def place(x, y):
        return (f"{left + (x - x0) / (x1 - x0) * WIDTH:.1f},"
                f"{TOP + HEIGHT - (y - y0) / (y1 - y0) * HEIGHT:.1f}")

    yield f'<text x="{left}" y="{TOP - 16}" font-weight="bold">{title}</text>'
    yield (f'<rect x="{left}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" '
           'stroke="#999"/>')
    for x in range(int(x0), int(x1) + 1, 4):
        at = place(x, y0).split(",")[0]
        yield f'<text x="{at}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{unit(x)}</text>'
        yield f'<path d="M{at},{TOP}v{HEIGHT}" stroke="#ddd"/>'
    for y in range(int(y0), int(y1) + 1, 2):
        at = float(place(x0, y).split(",")[1])
        yield f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{named(y)}</text>'
        yield f'<path d="M{left},{at:.1f}h{WIDTH}" stroke="#ddd"/>'
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(place(x, y) for x, y in line)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield (f'<text x="{left + WIDTH + 8}" y="{TOP + 14 + 18 * number}" '
               f'fill="{colour}">{name}</text>')


def draw(counts, rows):
    """The SVG's text. counts: {mode: {case: instructions}}; rows: (mode, level, mapped, bytes)."""
    tables, spent = {}, {}
    for mode, level, mapped, size in rows:
        tables.setdefault(f"{mode}, {PAGES[level]}", []).append((log2(mapped), log2(size)))
    for mode, name in MODES.items():
        spent[name] = [(12 + log2(pages), log2(counts[mode][f"range {pages}"])) for pages in SIZES]
    body = [*panel(LEFT, "bytes of tables, by memory mapped", tables, unit),
            *panel(LEFT + WIDTH + GAP + LEFT, "instructions to map it in 4 KiB pages", spent,
                   lambda power: f"{2 ** power:,.0f}")]
    width, height = 2 * (LEFT + WIDTH + GAP), TOP + HEIGHT + 60
    body.append(f'<text x="{LEFT}" y="{height - 14}">Both axes double. Left: the root counts, too; '
                'the flat array is all root. Right: the first page makes the tables that the next '
                'few find.</text>')
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
                      f'viewBox="0 0 {width} {height}" '
                      'font-family="sans-serif" font-size="12">',
                      '<rect width="100%" height="100%" fill="white"/>', *body, "</svg>", ""])
