"""struct exam as bytes (CONTRACT.md, section 2): what lesson and grader tell each other in memory.

Used by the collector, the judge and the tour. Knows the layout and the statuses, decides nothing.
"""

import struct

from grader.formats.values import Trouble

MAGIC = 0x4D415845
SIZE, STATE, STOPS, ASKED, STATUS, NOTES = 512, 0x10, 0x18, 0x1C, 0x24, 0x28
FINISHED, PANIC, REFUSED, TODO, EXCEPTION = 0x10, 0x11, 0x12, 0x13, 0x14      # of `status`
_LAYOUT = struct.Struct("<IIQQIIII59Q")
_GROUP = struct.Struct("<28sI")


class Exam:
    """The fields by name, as they stood at one moment."""

    def __init__(self, data):
        if len(data) < _LAYOUT.size:
            raise Trouble(f"struct exam has {len(data)} bytes, not {_LAYOUT.size}")
        (self.magic, self.version, self.seed, self.state, self.stops, self.asked, self.todo,
         self.status, *self.notes) = _LAYOUT.unpack_from(data)


def groups(data, asked):
    """The bytes of exam_groups as [[name, first, count], …], an entry for each time that a group
    was opened. `asked` answers are written. Whatever the bytes are: the judge looks at them."""
    runs = []
    for raw, first in _GROUP.iter_unpack(data[:len(data) // _GROUP.size * _GROUP.size]):
        name = raw.partition(b"\0")[0].decode("ascii", "backslashreplace")
        if not name:
            break
        runs.append([name, first])
    ends = [first for _, first in runs[1:]] + [asked]
    return [[name, first, end - first] for (name, first), end in zip(runs, ends)]
