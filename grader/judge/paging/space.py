"""A whole address space as merged runs, and its difference from a wanted one.

Used by the check kinds that judge "this and nothing else". Must not know about lessons.
A run is a stretch of pages whose frames follow each other with the same rights and page size.
"""

import struct
from collections import Counter
from typing import NamedTuple

from grader.judge.paging.walk import P, PAGE, XD, canonical

MOST_TABLES = 20_000        # table visits: a tree that points back into itself never ends
MOST_RUNS = 1_500_000       # more than a flat table in the worst order has
ZERO = bytes(PAGE)
_FORMAT = {4: struct.Struct("<1024I"), 8: struct.Struct("<512Q")}


def _everywhere(width, value_of_index):
    """A 4 KiB number whose i-th entry of `width` bytes is value_of_index(i)."""
    return sum(value_of_index(i) << 8 * width * i for i in range(PAGE // width))


# What decides a translation: the address, P, RW, US and XD. A, D and free bits may differ.
_KEEP = {4: 0xFFFFF007, 8: XD | 0x000FFFFFFFFFF007}
_ONES = {width: _everywhere(width, lambda i: 1) for width in (4, 8)}
_RAMP = {width: _everywhere(width, lambda i: i * PAGE) for width in (4, 8)}
_KEPT = {width: _ONES[width] * _KEEP[width] for width in (4, 8)}


class Run(NamedTuple):
    """[va, va + size) leads to [pa, pa + size) with these rights, in pages of `leaf` bytes."""
    va: int
    pa: int
    size: int
    rights: int
    leaf: int


class Tangle(Exception):
    """The tables point back into themselves; the message names the visits made."""


class _Scan:
    """The walk over every table once, collecting runs in address order."""

    def __init__(self, paging):
        self.paging = paging
        self.width = paging.mode.entry_bytes
        self.runs = []
        self.visits = 0
        self.tables = {}

    def emit(self, va, pa, size, rights, leaf):
        """Add a run, or extend the one before it when it simply goes on."""
        va = canonical(va, self.paging.mode.va_bits)
        if self.runs:
            last = self.runs[-1]
            if (last.va + last.size == va and last.pa + last.size == pa
                    and last.rights == rights and last.leaf == leaf):
                self.runs[-1] = last._replace(size=last.size + size)
                return
        if len(self.runs) >= MOST_RUNS:
            raise Tangle(f"more than {MOST_RUNS} separate mappings: a table names itself")
        self.runs.append(Run(va, pa, size, rights, leaf))

    def leaf_page(self, page, va, depth, rights):
        """All entries of one page of a last-level table; `va` belongs to its first entry."""
        first = int.from_bytes(page[:self.width], "little") & _KEEP[self.width]
        last = first + PAGE // self.width * PAGE
        if first & P and last >> 8 * self.width == 0:
            kept = int.from_bytes(page, "little") & _KEPT[self.width]
            if kept == first * _ONES[self.width] + _RAMP[self.width]:
                self.stretch(first, va, PAGE // self.width, depth, rights)
                return
        keep, follow, start, begun = _KEEP[self.width], -1, 0, 0
        for index, entry in enumerate(_FORMAT[self.width].unpack(page)):
            kept = entry & keep
            if kept == follow:
                follow += PAGE
                continue
            if begun:
                self.stretch(begun, va + start * PAGE, index - start, depth, rights)
            begun, start, follow = (kept, index, kept + PAGE) if kept & P else (0, 0, -1)
        if begun:
            length = PAGE // self.width - start
            self.stretch(begun, va + start * PAGE, length, depth, rights)

    def stretch(self, entry, va, pages, depth, rights):
        """`pages` leaves that follow each other, the first one being `entry`."""
        if entry & self.paging.reserved[depth][True]:
            return
        level = self.paging.mode.levels[depth]
        rights = self.paging.rights(level, entry, rights)
        self.emit(va, entry & self.paging.address_mask, pages * PAGE, rights, PAGE)

    def table(self, address, va, depth, rights):
        """Everything below the table at `address`, which covers addresses from `va` on."""
        self.visits += 1
        if self.visits > MOST_TABLES:
            raise Tangle(f"more than {MOST_TABLES} tables on the way down: a table names itself")
        self.tables.setdefault(address, (depth, va))
        level = self.paging.mode.levels[depth]
        if level.leaf == "always":
            for offset in range(0, self.width << level.bits, PAGE):
                page = self.paging.page(address + offset)
                if page is not None and page is not ZERO and page != ZERO:
                    self.leaf_page(page, va + offset // self.width * PAGE, depth, rights)
            return
        page = self.paging.page(address & ~(PAGE - 1))
        if page is None or page == ZERO:
            return
        start = address & PAGE - 1
        body = page[start:start + (self.width << level.bits)]
        for index, (entry,) in enumerate(struct.iter_unpack("<I" if self.width == 4 else "<Q",
                                                            body)):
            if entry & P:
                self.entry(entry, va + (index << level.shift), depth, rights)

    def entry(self, entry, va, depth, rights):
        """One present entry above the last level: a large page or a table."""
        level = self.paging.mode.levels[depth]
        leaf = self.paging.is_leaf(level, entry)
        if entry & self.paging.reserved[depth][leaf]:
            return
        rights = self.paging.rights(level, entry, rights)
        if leaf:
            size = 1 << level.shift
            self.emit(va, self.paging.frame(level, entry), size, rights, size)
        else:
            self.table(entry & self.paging.address_mask, va, depth + 1, rights)


def _count_ways(paging):
    """Raises Tangle when there are more ways to a table than a scan could go: in a moment, since
    each table is looked at once a level."""
    ways, total = Counter({paging.root: 1}), 1
    for depth, level in enumerate(paging.mode.levels[:-1]):
        below = Counter()
        for table, times in ways.items():
            for entry in paging.entries(table, level):
                if entry & P and not paging.is_leaf(level, entry) \
                        and not entry & paging.reserved[depth][False]:
                    below[entry & paging.address_mask] += times
        total += sum(below.values())
        if total > MOST_TABLES:
            raise Tangle(f"{total} ways lead to tables: a table names itself")
        ways = below


def scan(paging):
    """(runs in address order, {table address: (depth, first va)}). Raises Tangle on a cycle
    that never ends."""
    _count_ways(paging)
    state = _Scan(paging)
    state.table(paging.root, 0, 0, 7)
    return state.runs, state.tables


class Difference(NamedTuple):
    """[va, va + size) differs: want is a wanted row or None, have a run or None.

    kind: "extra", "missing", "frame", "rights" or "leaf"."""
    va: int
    size: int
    kind: str
    want: object
    have: object


def compare(va, want, have):
    """How a Run (or None) departs from the wanted row (or None) that covers `va`; None: not."""
    if want is None or have is None:
        return None if want is have else ("missing" if have is None else "extra")
    if want.pa is not None and want.pa - want.va != have.pa - have.va:
        return "frame"
    if have.rights & want.must != want.must or have.rights & want.must_not:
        return "rights"
    return "leaf" if want.exact_leaf and want.leaf != have.leaf else None


def _pieces(wanted, found):
    """Cut both sorted lists at every edge of either: (va, size, wanted or None, run or None)."""
    edges = sorted({edge for item in (*wanted, *found) for edge in (item.va, item.va + item.size)})
    w = f = 0
    for low, high in zip(edges, edges[1:]):
        while w < len(wanted) and wanted[w].va + wanted[w].size <= low:
            w += 1
        while f < len(found) and found[f].va + found[f].size <= low:
            f += 1
        want = wanted[w] if w < len(wanted) and wanted[w].va <= low else None
        have = found[f] if f < len(found) and found[f].va <= low else None
        yield low, high - low, want, have


def difference(wanted, found):
    """Where `found` (runs) departs from `wanted` (rows sorted by va, not overlapping)."""
    result = []
    for va, size, want, have in _pieces(wanted, found):
        kind = compare(va, want, have)
        if kind is None:
            continue
        last = result[-1] if result else None
        joins = last and last.va + last.size == va and (last.kind, last.want) == (kind, want)
        if joins and (have is None or last.have.pa - last.have.va == have.pa - have.va):
            result[-1] = last._replace(size=last.size + size)
        else:
            result.append(Difference(va, size, kind, want, have))
    return result


def smallest(paging, rows):
    """The least number of table bytes that can hold `rows` in this mode."""
    tables = {(0, 0)}
    for row in rows:
        for depth, level in enumerate(paging.mode.levels[:-1], start=1):
            if row.leaf >= 1 << level.shift:
                break
            last = row.va + row.size - 1
            tables.update((depth, at) for at in range(row.va >> level.shift,
                                                      (last >> level.shift) + 1))
    last_level = paging.mode.levels[-1]
    root_bytes = paging.mode.entry_bytes << last_level.bits if len(paging.mode.levels) == 1 else 0
    return root_bytes or len(tables) * PAGE
