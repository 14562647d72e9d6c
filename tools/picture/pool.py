"""Table bytes as short text for the page: runs of equal or evenly growing entries. Lossless.

A table is words with spaces between: HEX one entry, HEX*N (N decimal) that many equal ones,
HEX+STEP*N entries that grow by STEP (hexadecimal). page/walk.js reads it.
"""

import struct
from itertools import groupby

SHORTEST = 3                    # entries that must grow evenly before it pays


def encode(page, width):
    """The text of one page of entries of `width` bytes."""
    words = struct.unpack(f"<{len(page) // width}{'I' if width == 4 else 'Q'}", page)
    groups = [(value, sum(1 for _ in same)) for value, same in groupby(words)]
    out, at = [], 0
    while at < len(groups):
        value, count = groups[at]
        if count > 1:
            out.append(f"{value:x}*{count}")
            at += 1
            continue
        length = _even(groups, at)
        if length < SHORTEST:
            out.append(f"{value:x}")
            at += 1
            continue
        out.append(f"{value:x}+{groups[at + 1][0] - value:x}*{length}")
        at += length
    return " ".join(out)


def _even(groups, at):
    """How many single entries from `at` on grow by the same positive step."""
    if at + 1 >= len(groups) or groups[at + 1][1] > 1:
        return 1
    step, length = groups[at + 1][0] - groups[at][0], 1
    while step > 0 and at + length < len(groups) and groups[at + length][1] == 1 and \
            groups[at + length][0] - groups[at + length - 1][0] == step:
        length += 1
    return length


class Pool:
    """Texts stored once, by number."""

    def __init__(self):
        self.texts, self._known = [], {}

    def put(self, text):
        """The number of this text."""
        if text not in self._known:
            self._known[text] = len(self.texts)
            self.texts.append(text)
        return self._known[text]


def frames(pairs):
    """(frame, number) pairs as text: FRAME:NUMBER, and FRAME:NUMBER*N where both go on by one
    frame and one number, FRAME:NUMBER~N where only the frame does."""
    out = []
    for frame, number in sorted(pairs):
        if out:
            first, its, count, step = out[-1]
            if frame == first + 4096 * count and (
                    count == 1 and number in (its, its + 1) or number == its + step * count):
                out[-1] = first, its, count + 1, number - its if count == 1 else step
                continue
        out.append((frame, number, 1, 0))
    return " ".join(f"{frame:x}:{number}" + (f"{'*' if step else '~'}{count}" if count > 1 else "")
                    for frame, number, count, step in out)
