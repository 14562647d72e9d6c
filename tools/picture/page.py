"""view.html: one self-contained page from a Picture. No network, no framework, nothing to install.

Used by the `view` verb and tools/view. Everything that is drawn is computed here, from the one
model of the space; the page's scripts lay it out, and walk an address that is typed.
"""

import json
import re
from pathlib import Path

from picture import entries, pool
from picture.cards import cache_text
from picture.geometry import MODES, PAGE, hex_text, size_text
from picture.model import ERROR_WORDS
from picture.regions import kind_text, letter
from picture.tree import Style, row_text, was_text

HERE = Path(__file__).resolve().parent / "page"
MOST_ROWS, MOST_PIECES = 600, 200        # of one scene that go into the page; see html()
SCRIPTS = ("walk.js", "draw.js", "address.js", "page.js")


def mode_row(mode):
    """A Mode for the page's walk."""
    return {"key": mode.key, "title": mode.title, "width": mode.width, "vaBits": mode.va_bits,
            "digits": mode.digits, "rootMask": hex(mode.root_mask),
            "levels": [{"table": level.table, "entry": level.entry, "shift": level.shift,
                        "bits": level.bits, "large": level.large, "rights": level.rights}
                       for level in mode.levels]}


class _Writer:
    """Collects what the page needs, each table, card and list of frames once."""

    def __init__(self, picture, scale):
        self.picture = picture
        self.most_rows, self.most_pieces = MOST_ROWS * scale, MOST_PIECES * scale
        self.pool, self.frames, self.cards = pool.Pool(), pool.Pool(), pool.Pool()
        self._encoded = {}

    def everything(self, start):
        moments, before = [], {}
        for moment in self.picture.moments:
            moments.append(self._moment(moment, before))
            before = moment.registers
        return {"title": self.picture.title, "subtitle": self.picture.subtitle,
                "failed": self.picture.failed, "start": start,
                "modes": {key: mode_row(mode) for key, mode in MODES.items()},
                "bits": entries.tables(), "errorWords": ERROR_WORDS, "moments": moments,
                "cards": [json.loads(text) for text in self.cards.texts],
                "frames": self.frames.texts, "pool": self.pool.texts}

    def _moment(self, moment, before):
        shown = {name: value for name, value in moment.registers.items()
                 if name in ("cr0", "cr2", "cr3", "cr4", "efer", "eflags")}
        return {"name": moment.name, "title": moment.title, "notes": moment.notes,
                "registers": {name: hex_text(value) for name, value in shown.items()},
                "was": {name: hex_text(before[name]) for name in shown
                        if name in before and before[name] != shown[name]},
                "switches": [[register, name, int(on), words]
                             for register, name, on, words in moment.switches()],
                "source": moment.source and dict(zip(("file", "line", "lines", "first"),
                                                     moment.source)),
                "texts": moment.texts, "scenes": [self._scene(scene) for scene in moment.scenes]}

    def _scene(self, scene):
        space = scene.space
        levels, hidden = self._levels(scene)
        return {"name": scene.name, "mode": space.mode.key, "cr3": hex(space.cr3),
                "root": hex_text(space.root), "on": space.features._asdict(),
                "hasExecute": space.has_execute, "headline": scene.headline(),
                "since": scene.since, "troubles": scene.troubles(), "frames": self._frames(scene),
                "levels": levels, "hidden": hidden,
                "virtual": self._cut(self._virtual(scene)),
                "physical": self._cut(self._physical(scene))}

    def _levels(self, scene):
        """(cards of each level by number, how many of each are left out because there are too
        many rows: garbage read as tables has no end)."""
        left, levels, hidden = self.most_rows, [], []
        for cards in scene.cards.drawn():
            levels.append([])
            for card in cards:
                if left <= 0:
                    break
                made = self._card(scene, card, left)
                left -= len(made["rows"])
                levels[-1].append(self.cards.put(json.dumps(made)))
            hidden.append(len(cards) - len(levels[-1]))
        return levels, hidden

    def _cut(self, items):
        """The first pieces of a strip, and a word about the others."""
        more = len(items) - self.most_pieces
        return items if more <= 0 else \
            [*items[:self.most_pieces], {"gap": f"{more} more, not in this page", "wide": True}]

    def _frames(self, scene):
        """Every page of tables that the space has, as text."""
        space, pairs = scene.space, {}
        for card in scene.cards.by_frame.values():
            size = space.mode.width << space.mode.levels[card.depth].bits
            for at in range(card.frame & -PAGE, card.frame + size, PAGE):
                page = space.page(at)
                if page is not None:
                    key = page, space.mode.width
                    if key not in self._encoded:
                        self._encoded[key] = self.pool.put(pool.encode(*key))
                    pairs[at] = self._encoded[key]
        return self.frames.put(pool.frames(pairs.items()))

    def _card(self, scene, card, most):
        """A table: its frame, the ways to it, its rows (at most so many)."""
        mode = scene.space.mode
        va = card.ways[0].va
        return {"frame": hex_text(card.frame), "table": mode.levels[card.depth].table,
                "entries": mode.levels[card.depth].entries, "new": card.new,
                "missing": card.missing,
                "ways": [[hex_text(way.parent), way.index, mode.name(card.depth - 1, way.index)]
                         for way in card.ways if way.parent is not None],
                "cut": max(0, len(card.rows) - most),
                "rows": [self._row(scene, card, row, va) for row in card.rows[:most]]}

    def _row(self, scene, card, row, va):
        space = scene.space
        at = space.mode.extend(va + row.first * space.mode.levels[card.depth].span)
        return {"first": row.first, "count": row.count, "kind": row.kind, "flags": row.flags,
                "text": _row_label(scene, card, row),
                "full": row_text(scene, card, row, va, Style()),
                "cache": cache_text(space, card.depth, row.entry),
                "was": was_text(row, space) if row.was is not None else "",
                "changed": row.was is not None, "aged": row.aged,
                "va": hex_text(at, space.mode.digits),
                "target": hex_text(row.target) if row.kind in ("table", "loop") else ""}

    def _virtual(self, scene):
        """Virtual memory from low to high, with its gaps."""
        mode, found, at = scene.space.mode, [], 0
        end = 1 << (64 if mode.signed else mode.va_bits)
        for number, one in enumerate(scene.stretches):
            found += _gap(mode, at, one.va)
            found.append({"letter": letter(number), "va": hex_text(one.va, mode.digits),
                          "pa": hex_text(one.pa), "size": one.size, "text": size_text(one.size),
                          "class": _class(one), "words": "seen again through a table that names "
                          "one of another level" if one.loop
                          else kind_text(one, scene.space.has_execute)})
            at = one.va + one.size
        return found + _gap(mode, at, end)

    def _physical(self, scene):
        """Physical memory from low to high, with its gaps."""
        found, at = [], 0
        for piece in scene.pieces:
            if piece.pa > at and at:
                found.append({"gap": size_text(piece.pa - at)})
            owners = [scene.stretches[number] for number in piece.owners]
            found.append({"pa": hex_text(piece.pa), "size": piece.size,
                          "text": size_text(piece.size), "tables": piece.tables,
                          "letters": [letter(number) for number in piece.owners],
                          "classes": [_class(one) for one in owners],
                          "vas": [hex_text(one.va + piece.pa - one.pa, scene.space.mode.digits)
                                  for one in owners]})
            at = piece.pa + piece.size
        return found


def _class(one):
    """Colour of a stretch: kernel or user, read-only or writable, n: not executable."""
    if one.loop:
        return "loop"
    return ("u" if "U" in one.rights else "k") + ("w" if "W" in one.rights else "r") + \
        ("" if "X" in one.rights else " nx")


def _gap(mode, start, end):
    """Nothing mapped from start to end; the part between the halves is no address at all."""
    if start >= end:
        return []
    half = 1 << mode.va_bits - 1
    low, high = half, (1 << 64) - half
    if not mode.signed or end <= low or start >= high:
        return [{"gap": size_text(end - start)}]
    return _gap(mode, start, low) + [{"gap": "not canonical", "wide": True}] + \
        _gap(mode, high, end)


def _row_label(scene, card, row):
    """The short text of a row; `full` has all of it."""
    mode = scene.space.mode
    if row.kind == "page":
        return f"{hex_text(row.target)} {size_text(row.size)}"
    below = mode.levels[card.depth + 1].table if card.depth + 1 < len(mode.levels) else ""
    if row.kind == "group":
        return f"→ {row.count} {below}s " + (f"{hex_text(row.target)} {size_text(row.size)}"
                                             if row.size else "all empty")
    if row.kind == "table":
        return f"→ {below}"
    if row.kind == "loop":
        return f"↺ {mode.levels[scene.cards.home[row.target]].table}"
    return row_text(scene, card, row, 0, Style())


def html(picture, stop=None, scene=None, va=None, scale=1):
    """The page. stop, scene, va: what is open at first. scale: how much more than the usual is
    drawn of a space with very many rows; any address can be walked whatever is drawn."""
    start = {"stop": stop or picture.last().name, "scene": scene,
             "va": None if va is None else f"0x{va:X}"}
    data = json.dumps(_Writer(picture, scale).everything(start), ensure_ascii=False,
                      separators=(",", ":")).replace("<", "\\u003c")
    text = (HERE / "page.html").read_text("utf-8")
    parts = {"TITLE": picture.title.replace("&", "&amp;").replace("<", "&lt;"),
             "STYLE": (HERE / "page.css").read_text("utf-8"), "DATA": data,
             "SCRIPT": "\n".join((HERE / name).read_text("utf-8") for name in SCRIPTS)}
    return re.sub(r"@(TITLE|STYLE|DATA|SCRIPT)@", lambda match: parts[match[1]], text)
