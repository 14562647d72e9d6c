"""grader.collect_tables: walks over bytes, and which pages are tables. No emulator."""

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.collect import tables

PAGE = 4096
RAM = tables.ram(16)


class Memory(dict):
    """Physical memory of 16 MiB: pages by address, zeros elsewhere; `asked` counts bytes read."""

    asked = 0

    def put(self, at, value, width):
        page = bytearray(self.get(at & -PAGE, bytes(PAGE)))
        struct.pack_into("<IQ"[0] + "IQ"[width // 8], page, at & PAGE - 1, value)
        self[at & -PAGE] = bytes(page)

    def page(self, pa):
        return self.get(pa, bytes(PAGE))

    def one(self, pa, size):
        return self.page(pa & -PAGE)[pa & PAGE - 1:][:size]

    def pages(self, wanted):
        return [self.page(pa) for pa in wanted]

    def read(self, ranges):
        self.asked += sum(size for _, size in ranges)
        return [b"".join(self.page(at & -PAGE)[at & PAGE - 1:][:1]
                         for at in range(pa, pa + size)) for pa, size in ranges]


def two_levels():
    memory = Memory()
    memory.put(0x1000, 0x2003, 4)                   # PDE[0]: a table
    memory.put(0x1004, 0x400083, 4)                 # PDE[1]: 4 MiB when CR4.PSE is set
    memory.put(0x1FFC, 0x1003, 4)                   # PDE[1023]: the directory itself
    memory.put(0x2000 + 4 * 5, 0x12345003, 4)       # PTE[5]
    return memory


def test_the_mode_follows_the_registers():
    assert tables.mode_of(0x11, 0x20, 0x500) == "off"
    assert tables.mode_of(1 << 31, 0, 0) == "32bit"
    assert tables.mode_of(1 << 31, 0x20, 0) == "pae"
    assert tables.mode_of(1 << 31, 0x20, 0x500) == "4level"
    assert tables.mode_of(1 << 31, 0x1020, 0x500) == "5level"


def test_a_walk_of_two_levels():
    memory = two_levels()
    assert tables.walk("32bit", 0x1000, 0, 0x5678, memory.one) == (
        0x12345678, [(0x1000, 0x2003), (0x2014, 0x12345003)])
    assert tables.walk("32bit", 0x1000, 0, 0x6000, memory.one)[0] is None


def test_ps_counts_only_with_pse():
    memory = two_levels()
    assert tables.walk("32bit", 0x1000, tables.PSE, 0x412345, memory.one)[0] == 0x412345
    assert tables.walk("32bit", 0x1000, 0, 0x412345, memory.one)[0] is None


def test_pse_36_takes_bits_39_to_32_from_the_entry():
    memory = Memory()
    memory.put(0x1000, 0x00800083 | 0x5 << 13, 4)
    assert tables.walk("32bit", 0x1000, tables.PSE, 0x1234, memory.one)[0] == 0x500801234


def test_bit_63_and_available_bits_are_no_address():
    memory = Memory()
    for at, entry in ((0x1000, 0x2003), (0x2000, 0x3003), (0x3000, 0x4003),
                      (0x4008, 0xFFF0000000005E03)):
        memory.put(at, entry, 8)
    assert tables.walk("4level", 0x1000, 0x20, 0x1ABC, memory.one)[0] == 0x5ABC


def test_reachable_pages_of_a_tree_with_a_cycle():
    memory = two_levels()
    pages, complete = tables.reachable("32bit", 0x1018, tables.PSE, RAM, memory.pages)
    assert (sorted(pages), complete) == ([0x1000, 0x2000], True)


def test_tables_outside_memory_are_left_out():
    memory = two_levels()
    memory.put(0x1008, 0x80000003, 4)
    pages, _ = tables.reachable("32bit", 0x1000, 0, RAM, memory.pages)
    assert sorted(pages) == [0x1000, 0x2000, 0x400000]
    assert tables.reachable("32bit", 0x90000000, 0, RAM, memory.pages) == ({}, True)


def test_a_flat_table_is_four_mebibytes():
    pages, complete = tables.reachable("flat", 0x400000, 0, RAM, Memory().pages)
    assert (len(pages), min(pages), max(pages), complete) == (1024, 0x400000, 0x7FF000, True)


def test_pae_takes_four_entries_of_a_32_byte_table():
    memory = Memory()
    memory.put(0x1020, 0x2001, 8)
    memory.put(0x1040, 0x3001, 8)                   # not one of the four
    pages, _ = tables.reachable("pae", 0x1020, 0x20, RAM, memory.pages)
    assert sorted(pages) == [0x1000, 0x2000]


def test_rubbish_is_bounded(monkeypatch):
    monkeypatch.setattr(tables, "MOST_TABLES", 100)
    memory, random_bytes = Memory(), random.Random(1)
    for at in range(0, 16 << 20, PAGE):
        memory[at] = random_bytes.randbytes(PAGE)
    pages, complete = tables.reachable("4level", 0x1000, 0x20, RAM, memory.pages)
    assert len(pages) <= 100
    assert complete is (len(pages) < 100)


def test_high_memory_lies_behind_the_hole():
    assert tables.inside(tables.ram(4160), 1 << 32, PAGE)
    assert not tables.inside(tables.ram(4160), 0xFEE00000)
    assert not tables.inside(RAM, (16 << 20) - 1, 2)


@pytest.mark.parametrize("mode, width", [("32bit", 4), ("pae", 8), ("4level", 8)])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_translating_many_equals_walking_each(mode, width, data):
    """Small random trees whose entries name one of eight pages, a frame, or nothing."""
    memory = Memory()
    numbers = random.Random(data.draw(st.integers(0, 1 << 32)))
    for at in range(0x1000, 0x9000, PAGE):
        for index in (0, 1, 2, PAGE // width - 1):
            flags = numbers.choice((0, 1, 1, 1, 0x81))
            memory.put(at + index * width, numbers.randrange(1, 9) << 12 | flags, width)
    top = 32 if width == 4 or mode == "pae" else 48
    some = [numbers.getrandbits(top) for _ in range(4)]
    indices = [index << shift for shift, _, _ in tables.GEOMETRY[mode][2] for index in (0, 1, 2)]
    every = some + [sum(numbers.choices(indices, k=3)) % (1 << top) for _ in range(20)]
    cr4 = numbers.choice((0, tables.PSE))
    expected = [tables.walk(mode, 0x1000, cr4, va, memory.one)[0] for va in every]
    assert tables.translate(mode, 0x1000, cr4, every, memory.read) == expected


def test_translating_reads_only_the_entries_it_needs():
    memory = two_levels()
    tables.translate("32bit", 0x1000, 0, range(0, 0x100000, PAGE), memory.read)
    assert memory.asked == 4 + 256 * 4
