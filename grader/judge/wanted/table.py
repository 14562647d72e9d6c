"""Wanted mappings from a table of regions in guest memory: [set.NAME] table of checks.toml.

The lesson fills the table in before the learner's code runs for the first time, and the collector
reads it at that stop. What follows from it (which page is mapped with which rights, what the direct
map must forbid) is worked out here, apart from any lesson. Used by sets.py; CONTRACT.md, section 4.

    u64 regions, u64 rams
    24 regions of 40 bytes: u64 name, va, pa, pages, rights (1 read, 2 write, 4 execute, 8 user)
    64 stretches of RAM of 16 bytes: u64 start, u64 end
"""

import struct

from grader.formats.values import Trouble
from grader.judge.paging.walk import PAGE

REGIONS, RAMS = 24, 64
READ, WRITE, EXECUTE, USER = 1, 2, 4, 8
DIRECT_MAP = 0xFFFF800000000000
_HEAD, _REGION, _RAM = struct.Struct("<QQ"), struct.Struct("<QQQQQ"), struct.Struct("<QQ")
_SIZE = _HEAD.size + REGIONS * _REGION.size + RAMS * _RAM.size


def _read(data):
    """([(va, pa, pages, rights)], [(first byte, bytes)] of whole pages of RAM)."""
    if len(data) < _SIZE:
        raise Trouble(f"a table of regions has {_SIZE} bytes, not {len(data)}")
    count, rams = _HEAD.unpack_from(data)
    if count > REGIONS or rams > RAMS:
        raise Trouble(f"a table of {count} regions and {rams} stretches of RAM is none")
    regions = [_REGION.unpack_from(data, _HEAD.size + i * _REGION.size)[1:] for i in range(count)]
    start = _HEAD.size + REGIONS * _REGION.size
    ram = []
    for i in range(rams):
        low, end = _RAM.unpack_from(data, start + i * _RAM.size)
        low, end = low + PAGE - 1 & -PAGE, end & -PAGE
        if low < end:
            ram.append((low, end - low))
    return regions, sorted(ram)


def _flags(rights):
    """Rights of a region as flags text."""
    return "".join(letter for bit, letter in ((WRITE, "W"), (USER, "U")) if rights & bit) + \
        ("X" if rights & EXECUTE else "x")


def _row(va, pa, size, flags, origin):
    return {"va": va, "pa": pa, "pages": size // PAGE, "flags": flags, "origin": origin}


def _direct(regions, ram):
    """Rows of the direct map: cut wherever a frame belongs to a region that is not writable."""
    frozen = [(pa, pa + pages * PAGE) for _, pa, pages, rights in regions
              if rights and not rights & WRITE]
    for low, size in ram:
        edges = {low, low + size}
        edges.update(edge for pair in frozen for edge in pair if low < edge < low + size)
        edges = sorted(edges)
        for start, end in zip(edges, edges[1:]):
            held = any(a <= start and end <= b for a, b in frozen)
            yield _row(DIRECT_MAP + start, start, end - start, "x" if held else "Wx", "direct")


def _holes(ram):
    """What lies between the stretches of RAM, and a page behind the last."""
    end = 0
    for low, size in ram:
        if low > end:
            yield {"va": DIRECT_MAP + end, "pages": (low - end) // PAGE, "name": "no RAM"}
        end = low + size
    yield {"va": DIRECT_MAP + end, "pages": 1, "name": "behind RAM"}


def entries(facts, spec):
    """(rows, absent) as checks.toml would write them. spec: memory (a collected symbol), at (the
    stop), view: regions, direct, space (both), or physical (RAM: physical address to virtual)."""
    stop = facts.stop(spec["at"])
    if stop is None:
        raise Trouble(f'the table of regions needs the stop "{spec["at"]}", which was not reached')
    regions, ram = _read(stop.memory(spec["memory"]))
    view, rows, absent = spec["view"], [], []
    if view == "physical":
        return [_row(low, DIRECT_MAP + low, size, "", "direct") for low, size in ram], []
    if view in ("regions", "space"):
        rows += [_row(va, pa, pages * PAGE, _flags(rights), "region")
                 for va, pa, pages, rights in regions if rights]
        absent += [{"va": va, "pages": pages} for va, _, pages, rights in regions if not rights]
    if view in ("direct", "space"):
        rows += _direct(regions, ram)
        absent += _holes(ram)
    return rows, absent
