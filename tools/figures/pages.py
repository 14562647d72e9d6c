"""Puts the figures into the lessons, and says which are out of date.

In lesson.md a figure is an HTML comment that holds it in characters, and below it the picture:

    <!-- figure: address
     31             22 21 …
    -->
    ![The 32 bits of an address](figures/address.svg)

A rendered page shows the picture alone, a pager in a terminal the characters and one line for the
picture: nobody sees the same figure twice. What it shows is said in the lesson's figures.toml.
"""

import re
import tomllib
from pathlib import Path

from figures import Wrong, layout, svg, text
from figures.costs import Costs, costs
from figures.halves import Halves, halves
from figures.trees import Tree, tree

KINDS = {**layout.SHAPES, "halves": halves, "costs": costs}
OWN = (Halves, Costs, Tree)            # no rows of fields: they draw themselves
RUN = {"tree": tree}                   # kinds that need what the lesson's run left
BLOCK = re.compile(r"^<!-- figure: (\S+)\n(?:(?!-->).*\n)*?-->\n(?:!\[.*\]\(\S+\)\n)?", re.M)


def specs(folder):
    """{name: what it is} of a lesson's figures.toml; {} where there is none."""
    path = Path(folder) / "figures.toml"
    return tomllib.loads(path.read_text()) if path.exists() else {}


def needs_run(folder):
    """Has the lesson a figure of its own run?"""
    return any(spec.get("kind") in RUN for spec in specs(folder).values())


def load(folder, collected=None):
    """{name: figure} of a lesson. collected: (evidence, checks) of its run; without it a figure
    that needs that is None."""
    path = Path(folder) / "figures.toml"
    made = {}
    for name, spec in specs(folder).items():
        try:
            if spec["kind"] in RUN:
                made[name] = collected and RUN[spec["kind"]](name, spec, collected)
            else:
                made[name] = KINDS[spec["kind"]](name, spec)
        except KeyError as missing:
            raise Wrong(f"{path}: [{name}] lacks, or has a wrong, {missing}.") from None
    return made


def as_text(figure):
    return figure.text() if isinstance(figure, OWN) else text.draw(figure)


def as_svg(figure):
    return figure.svg() if isinstance(figure, OWN) else svg.draw(figure)


def block(figure):
    """What stands in lesson.md for it."""
    return "\n".join([f"<!-- figure: {figure.name}", *as_text(figure), "-->",
                      f"![{figure.alt}](figures/{figure.name}.svg)", ""])


def filled(page, figures, where):
    """The text of a lesson with every figure drawn anew."""
    used = []

    def draw(found):
        name = found[1]
        if name not in figures:
            raise Wrong(f"{where} wants the figure {name}, which figures.toml does not describe.")
        used.append(name)
        return block(figures[name]) if figures[name] else found[0]
    page = BLOCK.sub(draw, page)
    for name in figures.keys() - set(used):
        raise Wrong(f"{where} shows no figure {name}, which figures.toml describes: give it the "
                    f"lines <!-- figure: {name} and -->.")
    if page.count("<!-- figure:") != len(used):
        raise Wrong(f"{where} has a figure whose comment does not end with a line -->.")
    return page


def wanted(folder, collected=None):
    """{path: text} of what the figures of one lesson should be; a picture that needs a run, where
    there was none, may be what it is."""
    folder = Path(folder)
    figures, page = load(folder, collected), folder / "lesson.md"
    files = {page: filled(page.read_text(), figures, page)}
    for name, figure in figures.items():
        files[folder / "figures" / f"{name}.svg"] = as_svg(figure) if figure else None
    return files


def stale(folder, collected=None):
    """The paths that differ from what they should be, those that should not exist included."""
    files = wanted(folder, collected)
    differ = [path for path, content in files.items()
              if not path.exists() or content not in (None, path.read_text())]
    return differ + sorted(set((Path(folder) / "figures").glob("*.svg")) - files.keys())


def write(folder, collected=None):
    """Draws a lesson's figures anew; returns the paths that changed."""
    files, changed = wanted(folder, collected), stale(folder, collected)
    for path in changed:
        if path in files:
            path.parent.mkdir(exist_ok=True)
            path.write_text(files[path])
        else:
            path.unlink()
    return changed


# ---- Figures that somebody drew by hand ----------------------------------------------------------

NUMBERS = re.compile(r"^\s+\d+(?:\s+\d+)+\s*$")
FLAGS = re.compile(r"\|.*\bA\b.*\bP\s*\|")


def by_hand(page):
    """(line number, line) of what looks like bit numbers over fields, or like an entry's flags,
    outside the figures: falling numbers from 0 to 63 in one indented line."""
    inside = False
    for number, line in enumerate(page.splitlines(), 1):
        inside = inside or line.startswith("<!-- figure:")
        if not inside and line.startswith("    "):
            bits = [int(n) for n in line.split()] if NUMBERS.match(line) else []
            falling = bits and bits[0] < 64 and all(a > b for a, b in zip(bits, bits[1:]))
            if falling or FLAGS.search(line):
                yield number, line
        inside = inside and line != "-->"
