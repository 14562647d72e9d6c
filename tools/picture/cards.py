"""The tables of a space as cards: each table once (a table *is* its frame), equal entries folded.

Used by regions.py, tree.py, the page and the figures. A card lists the ways that lead to its table,
so that effective rights can be shown. Knows nothing about how a card is drawn.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from picture.geometry import A, D, G, P, PAT_LARGE, PAT_SMALL, PCD, PWT
from picture.model import EXECUTE, USER, WRITE

MOST_WAYS = 64                  # ways to one table that are followed; more only in a tangle
FLAGS = "WUXADG"
EVERYTHING = frozenset((WRITE, USER, EXECUTE))
_CHUNK = 512


class Row(NamedTuple):
    """Entries `first` to `first + count - 1` of a table, folded.

    kind: absent, reserved, page, table, group (several tables, each alike throughout), loop (the
    table is drawn at another level). entry: the first one's bits. target, size: where it leads,
    and how many bytes. flags: the states of W U X A D G, see Cards._flags. was: the first one's
    bits earlier, if they changed. aged: how many entries have other A or D bits than earlier."""
    first: int
    count: int
    kind: str
    entry: int
    target: int = 0
    size: int = 0
    flags: str = "------"
    was: int | None = None
    aged: int = 0


class Way(NamedTuple):
    """One way to a table: the table above, the entry there, the first address, rights so far."""
    parent: int | None
    index: int
    va: int
    rights: frozenset


@dataclass
class Card:
    """One table. missing: no memory was read there. new: it was no table at the stop it is
    compared with."""
    frame: int
    depth: int
    ways: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    missing: bool = False
    new: bool = False


class Whole(NamedTuple):
    """A table without a seam: its entries lead to one stretch, all alike; or it is empty."""
    target: int = 0
    size: int = 0
    marks: tuple = ()


@dataclass
class _Run:
    """Neighbouring entries with one key, while they are being collected."""
    key: tuple
    first: int
    count: int = 0
    ones: int = 0               # OR of the entries
    every: int = -1             # AND of the entries
    aged: int = 0

    def take(self, entry, count=1, aged=False):
        self.count += count
        self.ones |= entry
        self.every &= entry
        self.aged += aged


class Cards:
    """All tables of a space. before: the same space at an earlier stop, or None."""

    def __init__(self, space, before=None):
        self.space, self.before = space, before
        self._whole, self._rows, self.home = {}, {}, {space.root: 0}
        self.by_frame = {space.root: Card(space.root, 0, [Way(None, 0, 0, EVERYTHING)])}
        level = list(self.by_frame.values())
        for depth in range(1, len(space.mode.levels)):
            level = self._below(level, depth)
        for card in self.by_frame.values():
            words = space.words(card.frame, card.depth)
            card.missing = words is None
            card.rows = self.rows(card.frame, card.depth)
            card.new = bool(words and before and not before.words(card.frame, card.depth))

    def _below(self, cards, depth):
        """Cards for the tables that the level above names for the first time."""
        space, found = self.space, {}
        for card in cards:
            for index, entry in enumerate(space.words(card.frame, depth - 1) or ()):
                if not entry & P or not self.names_table(depth - 1, entry):
                    continue
                frame = space.target(depth - 1, entry)
                if self.home.setdefault(frame, depth) != depth:
                    continue
                child = found.setdefault(frame, Card(frame, depth))
                for way in card.ways[:MOST_WAYS - len(child.ways)]:
                    child.ways.append(Way(card.frame, index, way.va + index *
                                          space.mode.levels[depth - 1].span,
                                          way.rights & space.grants(depth - 1, entry)))
        self.by_frame.update(found)
        return list(found.values())

    def names_table(self, depth, entry):
        """True for a present entry that leads to a table."""
        return bool(entry & P) and not self.space.maps_page(depth, entry) and \
            not self.space.offending(depth, entry)

    # -- folding ---------------------------------------------------------------------------------

    def rows(self, frame, depth):
        """The entries of the table at `frame`, read at level `depth`, as few rows."""
        if (frame, depth) not in self._rows:
            words = self.space.words(frame, depth)
            old = self.before and self.before.words(frame, depth)
            card = self.by_frame.get(frame)
            ways = card.ways if card and card.depth == depth else ()
            self._rows[frame, depth] = [] if words is None else [
                self._row(depth, run, words, old or words, ways)
                for run in self._runs(depth, words, old or words)]
        return self._rows[frame, depth]

    def _runs(self, depth, words, old):
        """The entries in runs of equal keys."""
        runs, index = [], 0
        while index < len(words):
            count = self._smooth(depth, words, old, index) if index % _CHUNK == 0 else 1
            entry, was = words[index], old[index]
            key = self._key(depth, index, entry, was)
            if not runs or runs[-1].key != key:
                runs.append(_Run(key, index))
            runs[-1].take(entry, count, entry != was)
            index += count
        return runs

    def _smooth(self, depth, words, old, index):
        """How many entries from `index` on surely belong together: a whole chunk of zeros, or of
        pages that follow each other, unchanged; else 1. Makes a million entries quick."""
        chunk, first = words[index:index + _CHUNK], words[index]
        if len(chunk) < _CHUNK or old is not words and old[index:index + _CHUNK] != chunk:
            return 1
        if not first & P:
            return 1 if any(chunk) else _CHUNK
        last, span = chunk[-1], self.space.mode.levels[depth].span
        if chunk != tuple(range(first, first + _CHUNK * span, span)) or \
                not self.space.maps_page(depth, first):
            return 1
        ends = (self._key(depth, index, first, first),
                self._key(depth, index + _CHUNK - 1, last, last))
        return _CHUNK if ends[0] == ends[1] else 1

    def changed(self, depth, entry, was):
        """True when entry and was differ in more than the CPU's own marks, A and D."""
        level, marks = self.space.mode.levels[depth], 0
        if entry & was & P and level.rights:
            marks = A | D if self.space.maps_page(depth, entry) else A
        return bool((entry ^ was) & ~marks)

    def _key(self, depth, index, entry, was):
        """Neighbours with equal keys are one row."""
        space, span = self.space, self.space.mode.levels[depth].span
        change = None
        if entry != was and self.changed(depth, entry, was):
            step = span if space.maps_page(depth, was) else 4096
            change = "new" if not was & P else entry - was if entry & P else was - index * step
        if not entry & P:
            return "absent", entry, change
        if space.offending(depth, entry):
            return "reserved", entry, change
        target = space.target(depth, entry)
        if space.maps_page(depth, entry):
            return "page", entry - target & ~(A | D), target - index * span, change
        if self.home.get(target) != depth + 1:
            return "loop", entry, change
        whole = self.whole(target, depth + 1) if change is None else None
        if whole is None:
            return "table", entry, change
        return "group", whole.marks, entry & 0xFFF & ~A | entry >> 52, whole.size, \
            whole.target - index * span if whole.size else 0

    def whole(self, frame, depth):
        """The table as a Whole, or None. Levels end, so loops do too."""
        if (frame, depth) not in self._whole:
            self._whole[frame, depth] = self._find_whole(frame, depth)
        return self._whole[frame, depth]

    def _find_whole(self, frame, depth):
        words = self.space.words(frame, depth)
        old = self.before and self.before.words(frame, depth)
        if words is None or self.before and old is None:
            return None
        runs = self._runs(depth, words, old or words)
        if len(runs) != 1 or self.changed(depth, words[0], (old or words)[0]):
            return None
        kind, span = runs[0].key[0], self.space.mode.levels[depth].span
        if kind == "absent" and not words[0]:
            return Whole()
        if kind == "page":
            return Whole(self.space.target(depth, words[0]), span * len(words), runs[0].key[:2])
        if kind == "group" and runs[0].key[3]:
            below = self.whole(self.space.target(depth, words[0]), depth + 1)
            return Whole(below.target, span * len(words), runs[0].key[:3])
        return None

    def _row(self, depth, run, words, old, ways):
        """The Row of a run."""
        kind, entry, was = run.key[0], words[run.first], old[run.first]
        changed = self.changed(depth, entry, was)
        row = Row(run.first, run.count, kind, entry,
                  size=run.count * self.space.mode.levels[depth].span,
                  flags=self._flags(depth, run, ways), was=was if changed else None,
                  aged=0 if changed else run.aged)
        if kind in ("absent", "reserved"):
            return row
        target = self.space.target(depth, entry)
        if kind != "group":
            return row._replace(target=target)
        if run.count == 1:
            return row._replace(kind="table", target=target)
        whole = self.whole(target, depth + 1)
        return row._replace(target=whole.target, size=row.size if whole.size else 0)

    def _flags(self, depth, run, ways):
        """States of W U X A D G: 1 set, 0 clear, p set in part (of the entries, or of the ways
        that lead here), b set here and taken away by every way, - without meaning here."""
        if run.key[0] in ("absent", "reserved"):
            return "------"
        states = []
        grants, page = self.space.grants(depth, run.every), run.key[0] == "page"
        for letter in FLAGS:
            if not self.space.mode.levels[depth].rights or letter in "DG" and not page or \
                    letter == "X" and not self.space.has_execute:
                states.append("-")
            elif letter in "WUX":
                allowed = {letter in way.rights for way in ways} or {True}
                states.append("0" if letter not in grants else
                              "p" if len(allowed) == 2 else "1" if allowed.pop() else "b")
            else:
                bit = {"A": A, "D": D, "G": G}[letter]
                states.append("1" if run.every & bit else "p" if run.ones & bit else "0")
        return "".join(states)

    # -- what is drawn ---------------------------------------------------------------------------

    def drawn(self):
        """The cards of each level, from the root down, without those a group row stands for."""
        levels = [[self.by_frame[self.space.root]]]
        for depth in range(1, len(self.space.mode.levels)):
            names = dict.fromkeys(row.target for card in levels[-1] for row in card.rows
                                  if row.kind == "table")
            levels.append([self.by_frame[frame] for frame in names])
        return levels

    @property
    def count(self):
        """How many tables there are."""
        return len(self.by_frame)


def cache_text(space, depth, entry):
    """The memory-type bits that are set: "PCD PWT PAT", or nothing."""
    if not entry & P or space.mode.key == "flat":
        return ""
    names = [name for bit, name in ((PCD, "PCD"), (PWT, "PWT")) if entry & bit]
    if space.maps_page(depth, entry):
        large = space.mode.levels[depth].shift > 12
        names += ["PAT"] if entry & (PAT_LARGE if large else PAT_SMALL) else []
    return " ".join(names)
