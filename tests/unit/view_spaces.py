"""Generated address spaces, wild ones included: for holding the three walks against each other.

Entries are written one by one with random bits: large pages, reserved bits, loops, tables outside
memory, rights of every kind. Same number, same space.
"""

import random

from fake import SHIFTS, Memory

MODES = ("flat", "32bit", "pae", "4level", "5level")
WIDTH = {"flat": 4, "32bit": 4, "pae": 8, "4level": 8, "5level": 8}
VA_BITS = {"flat": 32, "32bit": 32, "pae": 32, "4level": 48, "5level": 57}
XD, PS = 1 << 63, 1 << 7


def _signed(mode, va):
    bits = VA_BITS[mode]
    return va | (1 << 64) - (1 << bits) if bits > 32 and va >> bits - 1 & 1 else va


class Generated:
    """A space: mode, root, memory, what the CPU has on, and addresses worth asking."""

    def __init__(self, mode, number):
        self.random = random.Random(f"{mode} {number}")
        self.mode, draw = mode, self.random
        self.memory = Memory()
        self.on = {"pse": draw.random() < .7, "nxe": draw.random() < .6, "wp": draw.random() < .7,
                   "smep": draw.random() < .3, "smap": draw.random() < .3, "ac": draw.random() < .3,
                   "maxphyaddr": draw.choice([36, 39, 40, 46, 52])}
        self.root = self._root()
        self.tables = {depth: [] for depth in range(len(SHIFTS[mode]))}
        self.tables[0].append(self.root)
        self.addresses = []
        for _ in range(12):
            self._plant()
        self._ask()
        self.pages = {at: bytes(page) for at, page in self.memory.pages.items()}

    def _root(self):
        if self.mode == "flat":
            return 0x10000000
        root = self.memory.table()
        return root + 32 * self.random.randrange(128) if self.mode == "pae" else root

    def _bits(self, depth):
        """Flags of an entry: mostly sensible, at times anything."""
        draw, flags = self.random, 0
        first = self.mode == "pae" and depth == 0
        flags |= draw.random() < .93
        if not first or draw.random() < .1:
            flags |= draw.choice([0, 2, 4, 6, 6, 6])
        flags |= draw.choice([0, 0, 8, 16, 32, 64, 96, 256, 512]) if not first else 0
        if WIDTH[self.mode] == 8 and draw.random() < (.05 if first else .2):
            flags |= XD if draw.random() < .8 else 1 << draw.randrange(36, 63)
        if draw.random() < .04:
            flags |= 1 << draw.randrange(32 if WIDTH[self.mode] == 4 else 64)
        return flags

    def _frame(self, shift):
        """A frame for a page of 2^shift bytes; now and then one that is not aligned."""
        draw = self.random
        bits = 32 if WIDTH[self.mode] == 4 else min(self.on["maxphyaddr"], 46)
        low = shift if draw.random() < .9 else 12
        return draw.getrandbits(bits) >> low << low

    def _table(self, depth):
        """A table for this level: new, shared, one of another level, or nowhere."""
        draw, kind = self.random, self.random.random()
        if kind < .06:
            return 0x70000000 + 0x1000 * draw.randrange(16)
        if kind < .12:
            return draw.choice([t for known in self.tables.values() for t in known]) & -4096
        if kind < .3 and self.tables[depth]:
            return draw.choice(self.tables[depth])
        self.tables[depth].append(self.memory.table())
        return self.tables[depth][-1]

    def _plant(self):
        """Write a path for one address, through what is there already."""
        draw, width = self.random, WIDTH[self.mode]
        va = draw.choice([0, (1 << VA_BITS[self.mode]) - 1, draw.getrandbits(VA_BITS[self.mode]),
                          draw.getrandbits(24)])
        if self.addresses and draw.random() < .5:
            va = draw.choice(self.addresses) & (1 << VA_BITS[self.mode]) - 1
            va ^= 1 << draw.randrange(31)
        at, shifts = self.root, SHIFTS[self.mode]
        for depth, (shift, index) in enumerate(zip(shifts, self.memory.indices(self.mode, va))):
            where = at + index * width
            entry = self.memory.get(where, width) if where & -4096 in self.memory.pages else 0
            last = depth == len(shifts) - 1
            large = shift in (21, 22, 30) and not last and draw.random() < .25
            if not entry or last:
                entry = self._bits(depth) | (self._frame(shift) if large or last else
                                             self._table(depth + 1)) | (PS if large else 0)
                self.memory.put(where, entry & (1 << 8 * width) - 1, width)
            if large or last:
                break
            at = entry & (0xFFFFF000 if width == 4 else 0xFFFFFFFFFF000)
            if at not in self.memory.pages:
                break
        self.addresses.append(_signed(self.mode, va))

    def _ask(self):
        """The planted addresses, their neighbours, and some that are nothing at all."""
        draw, top = self.random, VA_BITS[self.mode]
        near = [va ^ 1 << draw.randrange(min(top, 40)) for va in self.addresses[:6]]
        odd = [draw.getrandbits(64), 1 << top - 1, (1 << top - 1) - 1, 1 << 63]
        self.addresses += [_signed(self.mode, va & (1 << top) - 1) for va in near] + odd
        if top == 32:
            self.addresses = [va for va in self.addresses if va < 1 << 32] + [1 << 32]
