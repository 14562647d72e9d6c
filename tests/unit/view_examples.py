"""Small spaces with everything a picture must show: for the tests of cards, pages and trees."""

import struct

from fake import Memory
from picture.model import Features, Space
from picture.scene import Moment, Picture, Scene, compare

PG, WP = 1 << 31, 1 << 16
LONG = {"cr0": PG | WP | 1, "cr2": 0, "cr4": 0x20, "efer": 0xD00, "eflags": 2}
PLAIN = {"cr0": PG | WP | 1, "cr2": 0, "cr4": 0x10, "efer": 0, "eflags": 2}
XD = 1 << 63


def reader(memory):
    """page(pa) of the memory as it is now."""
    pages = {at: bytes(page) for at, page in memory.pages.items()}
    return pages.get


def flat_identity():
    """4 GiB 1:1 in 4 KiB pages, two levels: 1,048,576 entries."""
    memory = Memory()
    root = memory.table()
    for table in range(1024):
        at = memory.table()
        memory.pages[at] = bytearray(struct.pack(
            "<1024I", *((table << 22 | page << 12) + 3 for page in range(1024))))
        memory.put(root + 4 * table, at | 3)
    return moment("identity", PLAIN, root, memory)


def moment(name, registers, root, memory):
    values = {**registers, "cr3": root}
    return Moment(name, name, values, [Scene("CR3", Space.current(values, reader(memory)))])


def everything():
    """A four-level space with a self-map, an alias, large pages, rights cut off above, XD, PAT and
    PCD; then the same after a change."""
    memory = Memory()
    root = memory.table()
    memory.map("4level", root, 0x400000, 0x300000, flags=7, upper=7)
    memory.map("4level", root, 0x401000, 0x301000, flags=5 | XD, upper=7)
    memory.map("4level", root, 0x500000, 0x300000, flags=3, upper=7)           # an alias
    memory.map("4level", root, 0x40000000, 0x200000, leaf=21, flags=0x1B, upper=7)
    memory.map("4level", root, 0x8000000000, 0x40000000, leaf=30, flags=0x1003, upper=1)
    memory.put(root + 8 * 510, root | 3, 8)                                    # the self-map
    before = moment("before", LONG, root, memory)
    memory.map("4level", root, 0x402000, 0x302000, flags=7, upper=7)
    where = memory.map("4level", root, 0x401000, 0x305000, flags=5 | XD, upper=7)
    after = moment("after", LONG, root, memory)
    assert where
    return compare([before, after])


def five_levels():
    memory = Memory()
    root = memory.table()
    memory.map("5level", root, 0x00ABCDEF01234000 & (1 << 56) - 1, 0x5000, flags=7, upper=7)
    registers = {**LONG, "cr4": 0x20 | 1 << 12}
    return moment("five", registers, root, memory)


def pae():
    memory = Memory()
    root = memory.table() + 0x40
    memory.map("pae", root, 0x80201000, 0x123456000, flags=3, upper=3)
    for index in range(4):
        entry = memory.get(root + 8 * index, 8)
        memory.put(root + 8 * index, entry & ~6, 8)        # a PDPTE carries no rights
    registers = {**PLAIN, "cr4": 0x20, "efer": 0x800}
    return moment("pae", registers, root, memory)


def picture():
    """All of them as the steps of one page."""
    return Picture("Everything", "made up", [*everything(), five_levels(), pae(),
                                             flat_identity()])


__all__ = ["Features", "everything", "five_levels", "flat_identity", "pae", "picture"]
