"""struct exam as bytes (CONTRACT.md, section 2): what lesson and grader tell each other in memory.

Used by the collector, the judge and the tour. Knows the layout and the statuses, decides nothing.
"""

import struct

from grader.formats.values import Trouble

MAGIC = 0x4D415845
SIZE, STATE, STOPS, STATUS, NOTES = 512, 0x10, 0x18, 0x24, 0x28
FINISHED, PANIC, REFUSED, TODO, EXCEPTION = 0x10, 0x11, 0x12, 0x13, 0x14      # of `status`
_LAYOUT = struct.Struct("<IIQQIIII59Q")


class Exam:
    """The fields by name, as they stood at one moment."""

    def __init__(self, data):
        if len(data) < _LAYOUT.size:
            raise Trouble(f"struct exam has {len(data)} bytes, not {_LAYOUT.size}")
        (self.magic, self.version, self.seed, self.state, self.stops, self.asked, self.todo,
         self.status, *self.notes) = _LAYOUT.unpack_from(data)
