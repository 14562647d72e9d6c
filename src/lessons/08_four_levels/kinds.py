"""The check kind about a frame allocator: free_frames.

The judge works out from the memory map which frames are free, and holds what was handed out
against it. Written from the Multiboot2 specification 2.0, "Memory map": type 1 is available RAM.
"""

import struct

from grader.formats.values import Trouble
from grader.judge import show
from grader.judge.kinds.base import failed, keys, passed
from grader.judge.paging.walk import PAGE

AVAILABLE = 1
_ROW = struct.Struct("<QQII")
_SPAN = struct.Struct("<QQ")


def _table(stop, symbol, shape, count):
    """The first `count` records of a symbol's memory."""
    data = stop.memory(symbol)
    if count * shape.size > len(data):
        raise Trouble(f'"{symbol}" holds fewer than {count} records at {stop.name}')
    return [shape.unpack_from(data, index * shape.size) for index in range(count)]


class _Memory:
    """A memory map: which frames are free, and why another one is not."""

    def __init__(self, rows, spans, limit):
        self.ram = [(start, start + size) for start, size, kind, _ in rows if kind == AVAILABLE]
        self.other = [(start, start + size, kind) for start, size, kind, _ in rows
                      if kind != AVAILABLE and size]
        self.spans = spans
        self.limit = limit

    def free(self):
        """Every frame that may be handed out."""
        return {frame for low, high in self.ram
                for frame in range(-(-low // PAGE) * PAGE, min(high, self.limit) & -PAGE, PAGE)
                if self.blame(frame)[0] is None}

    def blame(self, frame):
        """(code, sentence) of a frame that must not be handed out; (None, "") when it may."""
        end = frame + PAGE
        if frame % PAGE:
            return "E-RANGE-ALIGN", "is no multiple of 4,096"
        for low, high in self.spans:
            if low < end and frame < high:
                return "E-FRAME-RESERVED", (f"is in use: [{show.address(low)}, "
                                            f"{show.address(high)})")
        for low, high, kind in self.other:
            if low < end and frame < high:
                return "E-FRAME-RESERVED", (f"lies in a row of type {kind}: "
                                            f"[{show.address(low)}, {show.address(high)})")
        return self._outside(frame, end)

    def _outside(self, frame, end):
        """The same for a frame that nobody keeps."""
        if end <= self.limit and any(low <= frame and end <= high for low, high in self.ram):
            return None, ""
        for low, high in self.ram:
            if low < end and frame < high and frame < self.limit:
                return "E-FRAME-RESERVED", (f"only in part belongs to the row [{show.address(low)}"
                                            f", {show.address(high)})")
        for low, high in self.ram:
            if low >> 32 and low & 0xFFFFFFFF <= frame < (low & 0xFFFFFFFF) + high - low:
                return "E-TRUNC32", f"is {show.address(frame + (low >> 32 << 32))} without its " \
                                    "bits above 31"
        where = "beyond the limit" if frame >= self.limit else "in no row of available memory"
        return "E-FRAME-RESERVED", f"lies {where}"

    def lost(self, missing):
        """(code, sentence) for frames that never came."""
        last = {(min(high, self.limit) & -PAGE) - PAGE for _, high in self.ram}
        if missing <= last:
            return "E-RANGE-LAST", "each is the last of its row"
        return "E-FRAME-LEAK", "they are free, and nobody will ever get them"


@keys("since map rows kept spans handed count limit", "all")
def free_frames(context):
    """The frames handed out are free by the memory map, each once. Keys: since (the stop at which
    the map was read), map and kept (symbols: rows {start, bytes, type, 0}, spans {start, end}),
    rows and spans (how many), handed (a symbol: frames) and count, limit (frames from there on are
    nobody's), all (every free frame must be there; default true)."""
    begin, value = context.other_stop("since"), context.value
    memory = _Memory(_table(begin, context.check["map"], _ROW, value(context.check["rows"])),
                     _table(begin, context.check["kept"], _SPAN, value(context.check["spans"])),
                     value(context.check["limit"]))
    frames = _handed(context, context.stop, context.check["count"])
    seen = set()
    for number, frame in enumerate(frames):
        code, why = memory.blame(frame)
        if code:
            return failed(code, f"frame {show.address(frame)}, number {number} of {len(frames)}, "
                          f"{why}",
                          rows=[show.row(f"frame {number}", "free", why.removeprefix("is "))])
        if frame in seen:
            return failed("E-FRAME-TWICE", f"frame {show.address(frame)} was handed out twice")
        seen.add(frame)
    free = memory.free() if context.get("all", True) else seen
    missing = free - seen
    if not missing:
        return passed(f"{len(frames)} frames, all of them free, each once")
    code, why = memory.lost(missing)
    return failed(code, f"{len(missing)} of {len(free)} free frames were not handed out, "
                  f"the first at {show.address(min(missing))}: {why}",
                  rows=[show.row("frames", str(len(free)), str(len(frames)))])


def _handed(context, stop, count):
    """The frames in the symbol `handed` at a stop, of which `count` (an expression) count."""
    return [frame for frame, in _table(stop, context.check["handed"], struct.Struct("<Q"),
                                       context.value(count))]


@keys("since handed before count")
def same_frames(context):
    """The frames handed out are those that were at the stop `since`, in any order, each once. Keys:
    since, handed (a symbol: frames), before and count (how many of it then, and now)."""
    due = set(_handed(context, context.other_stop("since"), context.check["before"]))
    seen = set()
    for frame in _handed(context, context.stop, context.check["count"]):
        if frame in seen:
            return failed("E-FRAME-TWICE", f"frame {show.address(frame)} was handed out twice")
        if frame not in due:
            return failed("E-FRAME-RESERVED", f"frame {show.address(frame)} was not handed out the "
                          "first time")
        seen.add(frame)
    if seen == due:
        return passed(f"the same {len(due)} frames")
    return failed("E-FRAME-LEAK", f"{len(due - seen)} of {len(due)} frames never came again, the "
                  f"first at {show.address(min(due - seen))}",
                  rows=[show.row("frames", str(len(due)), str(len(seen)))])


KINDS = {"free_frames": free_frames, "same_frames": same_frames}
