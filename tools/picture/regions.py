"""Virtual memory as merged stretches, and physical memory as the same stretches seen from below.

Used by the page, the terminal and the figures. A stretch is a run of pages whose frames follow each
other with the same effective rights; letters tie the two sides together.
"""

from typing import NamedTuple

from picture.model import EXECUTE, USER, WRITE

MOST = 4000                     # stretches of one space; tables shared many times have more


class Stretch(NamedTuple):
    """[va, va + size) leads to [pa, pa + size). rights: letters of W U X. loop: an entry that
    names a table of another level again; pa is that table, and what lies below is not listed."""
    va: int
    pa: int
    size: int
    rights: frozenset
    page: int
    loop: bool = False


class _Scan:
    """Collects the stretches of each table once, relative to its first address."""

    def __init__(self, cards):
        self.cards, self.space = cards, cards.space
        self.known, self.complete = {}, True

    def table(self, frame, depth):
        """Stretches of the table at `frame` read at level `depth`, addresses from 0."""
        if (frame, depth) not in self.known:
            found = []
            for row in self.cards.rows(frame, depth):
                self._row(found, frame, depth, row)
            self.known[frame, depth] = found
        return self.known[frame, depth]

    def _row(self, found, frame, depth, row):
        space, span = self.space, self.space.mode.levels[depth].span
        grants = space.grants(depth, row.entry)
        if row.kind == "page":
            self.add(found, Stretch(row.first * span, row.target, row.size, grants, span))
        elif row.kind == "loop":
            self.add(found, Stretch(row.first * span, row.target, row.count * span, grants, span,
                                    True))
        elif row.kind in ("table", "group"):
            words = space.words(frame, depth)
            for index in range(row.first, row.first + row.count):
                for below in self.table(space.target(depth, words[index]), depth + 1):
                    self.add(found, below._replace(va=index * span + below.va,
                                                   rights=below.rights & grants))

    def add(self, found, new):
        """Append a stretch, or lengthen the last one when it simply goes on."""
        if found:
            last = found[-1]
            if last.va + last.size == new.va and last.pa + last.size == new.pa and \
                    last[3:] == new[3:] and not new.loop:
                found[-1] = last._replace(size=last.size + new.size)
                return
        if len(found) < MOST:
            found.append(new)
        else:
            self.complete = False


def stretches(cards):
    """(list of Stretch in the order of addresses, True when all of them are there)."""
    scan = _Scan(cards)
    found = scan.table(cards.space.root, 0)
    mode = cards.space.mode
    if not mode.signed:
        return list(found), scan.complete
    split, half = [], 1 << mode.va_bits - 1
    for one in found:                           # nothing crosses from one half to the other
        below = max(0, min(one.size, half - one.va))
        if 0 < below < one.size:
            split.append(one._replace(size=below))
            one = one._replace(va=half, pa=one.pa + below, size=one.size - below)
        split.append(one._replace(va=mode.extend(one.va)))
    return split, scan.complete


def letter(number):
    """A, B … Z, AA, AB …: the name of a stretch."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


class Piece(NamedTuple):
    """[pa, pa + size) of physical memory: which stretches show it (their numbers), and how many
    frames in it hold tables."""
    pa: int
    size: int
    owners: tuple
    tables: int = 0


def pieces(found, frames=()):
    """Physical memory cut where its owners change, from low to high. frames: those of tables."""
    edges = {}
    for number, one in enumerate(found):
        if one.loop:
            continue
        edges.setdefault(one.pa, []).append((1, number))
        edges.setdefault(one.pa + one.size, []).append((-1, number))
    for frame in frames:
        edges.setdefault(frame, []).append((1, None))
        edges.setdefault(frame + 4096, []).append((-1, None))
    result, inside, tables, last = [], set(), 0, 0
    for at in sorted(edges):
        if at > last and (inside or tables):
            _join(result, Piece(last, at - last, tuple(sorted(inside)), tables))
        for step, number in edges[at]:
            if number is None:
                tables += step
            elif step > 0:
                inside.add(number)
            else:
                inside.discard(number)
        last = at
    return result


def _join(result, new):
    """Append a piece; neighbours with the same owners are one, with the tables in it counted."""
    last = result[-1] if result else None
    if last and last.owners == new.owners and last.pa + last.size == new.pa and (
            last.tables or new.tables):
        result[-1] = last._replace(size=last.size + new.size, tables=last.tables + new.tables)
        return
    result.append(new)


def kind_text(one, has_execute):
    """The rights of a stretch in words."""
    words = ["user" if USER in one.rights else "kernel",
             "read-write" if WRITE in one.rights else "read-only"]
    if has_execute:
        words.append("executable" if EXECUTE in one.rights else "no execute")
    return ", ".join(words)
