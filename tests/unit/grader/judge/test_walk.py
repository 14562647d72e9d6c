"""The judge's walk and whole-space scan against tables built by hand, in every mode."""

import random
import struct
import time

import pytest
from hypothesis import given, settings, strategies as st

from fake import SHIFTS, Memory
from grader.judge.paging import space
from grader.judge.paging.walk import U, W, X, XD, Paging, canonical
from grader.judge.wanted.sets import Row

PAGED = ("32bit", "pae", "4level", "5level")
VA_BITS = {"flat": 32, "32bit": 32, "pae": 32, "4level": 48, "5level": 57}


def address(mode, number):
    """A canonical page address of the mode from any number."""
    return canonical((number << 12) & (1 << VA_BITS[mode]) - 1, VA_BITS[mode])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PAGED + ("flat",)), st.integers(0, 2**45 - 1), st.integers(0, 2**20 - 1),
       st.integers(0, 4095))
def test_one_page_translates_and_its_neighbours_do_not(mode, number, frame, offset):
    memory = Memory()
    root = memory.table() if mode != "flat" else 0x10000000
    va = address(mode, number)
    memory.map(mode, root, va, frame << 12)
    paging = Paging(mode, root, memory.page)
    walk = paging.walk(va | offset)
    assert walk.mapped and walk.pa == frame << 12 | offset and walk.size == 4096
    assert walk.rights == W | X
    runs, tables = space.scan(paging)
    assert runs == [(va, frame << 12, 4096, W | X, 4096)]
    assert len(tables) == len(SHIFTS[mode])


@pytest.mark.parametrize("mode, leaf", [("32bit", 22), ("pae", 21), ("4level", 21), ("4level", 30),
                                        ("5level", 21)])
def test_large_pages_keep_their_low_bits(mode, leaf):
    memory = Memory()
    root = memory.table()
    va = 0x40000000
    memory.map(mode, root, va, 0x80000000, leaf=leaf)
    walk = Paging(mode, root, memory.page).walk(va | 0x123456)
    assert (walk.pa, walk.size) == (0x80123456, 1 << leaf)


def test_pse_off_reads_a_large_entry_as_a_table():
    memory = Memory()
    root = memory.table()
    memory.map("32bit", root, 0, 0x80000000, leaf=22)
    assert Paging("32bit", root, memory.page, pse=False).walk(0).end == "no_table"


def test_pse36_puts_bits_39_to_32_into_20_to_13_and_bit_21_is_reserved():
    memory = Memory()
    root = memory.table()
    paging = Paging("32bit", root, memory.page)
    memory.put(root, 0x12145083)
    assert paging.walk(0x123).pa == 0xA212000123
    memory.put(root, 0x12345083)
    assert paging.walk(0).end == "reserved"


@pytest.mark.parametrize("mode, level, bad", [
    ("4level", 0, 0x80), ("4level", 1, 1 << 45), ("4level", 3, 1 << 40), ("4level", 2, XD),
    ("pae", 0, 2), ("pae", 1, 1 << 55), ("pae", 2, XD)])
def test_reserved_bits_refuse(mode, level, bad):
    memory = Memory()
    root = memory.table()
    memory.map(mode, root, 0x1234000, 0x5000)
    paging = Paging(mode, root, memory.page, nxe=False)
    step = paging.walk(0x1234000).steps[level]
    memory.put(step.address, step.entry | bad, 8)
    walk = paging.walk(0x1234000)
    assert walk.end == "reserved" and len(walk.steps) == level + 1
    assert space.scan(paging)[0] == []


def test_reserved_low_bits_of_a_2m_page_and_free_bits_of_a_pte():
    memory = Memory()
    root = memory.table()
    where = memory.map("4level", root, 0, 0x200000, leaf=21)
    memory.put(where, 0x200000 | 1 << 14 | 0x83, 8)
    paging = Paging("4level", root, memory.page)
    assert paging.walk(0).end == "reserved"
    memory.put(where, 0x200000 | 1 << 12 | 0x83 | 0x7FF << 52, 8)
    assert paging.walk(0).mapped


@given(st.integers(0, 7), st.integers(0, 7))
def test_rights_are_the_and_of_both_levels(upper, lower):
    memory = Memory()
    root, table = memory.table(), memory.table()
    memory.put(root, table | upper)
    memory.put(table, 0x5000 | lower)
    walk = Paging("32bit", root, memory.page).walk(0)
    assert walk.mapped == bool(upper & lower & 1)
    if walk.mapped:
        assert walk.rights == (upper & lower) >> 1 & 1 | (upper & lower) >> 1 & 2 | X


def test_execute_disable_at_any_level_only_with_nxe():
    memory = Memory()
    root = memory.table()
    memory.map("4level", root, 0, 0x5000, flags=7, upper=7)
    step = Paging("4level", root, memory.page).walk(0).steps[2]
    memory.put(step.address, step.entry | XD, 8)
    assert Paging("4level", root, memory.page, nxe=True).walk(0).rights == W | U
    assert Paging("4level", root, memory.page, nxe=False).walk(0).end == "reserved"


def test_noncanonical_never_reaches_the_tables():
    walk = Paging("4level", 0, lambda pa: None).walk(0x0000800000001234)
    assert walk.end == "noncanonical" and walk.steps == []


def test_a_table_that_names_itself_ends():
    memory = Memory()
    root = memory.table()
    for index in range(512):
        memory.put(root + 8 * index, root | 3, 8)
    with pytest.raises(space.Tangle):
        space.scan(Paging("4level", root, memory.page))


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(PAGED + ("flat",)), st.integers(0, 2**32), st.integers(1, 12))
def test_scan_agrees_with_walk(mode, seed, count):
    draw = random.Random(seed)
    memory = Memory()
    root = 0x10000000 if mode == "flat" else memory.table()
    due = {}
    for _ in range(count):
        start, frame = draw.getrandbits(45), draw.getrandbits(19)
        for page in range(draw.choice((1, 1, 1, 3, 600))):
            due[address(mode, start + page)] = (frame + page) << 12
    for va, pa in due.items():
        memory.map(mode, root, va, pa)
    paging = Paging(mode, root, memory.page)
    runs, _ = space.scan(paging)
    found = {run.va + at: run.pa + at for run in runs for at in range(0, run.size, 4096)}
    assert found == due
    assert all(paging.walk(va).pa == pa for va, pa in list(due.items())[:40])
    assert all(one.va + one.size <= two.va for one, two in zip(runs, runs[1:]))


def flat(entries):
    """A flat table of 2^20 entries as Paging, in pages at 0x10000000."""
    data = struct.pack("<1048576I", *entries)
    pages = {0x10000000 + at: data[at:at + 4096] for at in range(0, len(data), 4096)}
    return Paging("flat", 0x10000000, lambda pa: pages.get(pa))


@pytest.mark.parametrize("entry, runs", [
    (lambda i: i << 12 | 3, 1),
    (lambda i: i << 12 | (0x63 if i % 3 else 0x23), 1),
    (lambda i: 0, 0),
    (lambda i: 3, 1 << 20),
    (lambda i: (i ^ 1) << 12 | 3, 1 << 20)])
def test_a_million_flat_entries(entry, runs):
    found, _ = space.scan(flat([entry(i) for i in range(1 << 20)]))
    assert len(found) == runs


def test_the_usual_flat_table_needs_no_look_at_every_entry(record_property):
    """Measured, not asserted: what a lesson's table costs is recorded for the report."""
    paging = flat([i << 12 | 3 if i < 4096 or i % 65536 == 7 else 0 for i in range(1 << 20)])
    begin = time.process_time()
    runs, _ = space.scan(paging)
    record_property("cpu_seconds", time.process_time() - begin)
    assert len(runs) == 16


def test_a_run_that_wraps_in_the_number_is_not_a_run():
    """A page whose entries would carry into each other must be read one by one."""
    entries = [0xFFFFF003] + [3] * 1023 + [0] * ((1 << 20) - 1024)
    found, _ = space.scan(flat(entries))
    assert found[0] == (0, 0xFFFFF000, 4096, W | X, 4096) and len(found) == 1024


def test_difference_names_each_kind():
    rows = [Row(0x1000, 0x1000, 0x5000), Row(0x3000, 0x2000, 0x7000), Row(0x8000, 0x1000, None)]
    runs = [space.Run(va, pa, 0x1000, rights, 4096) for va, pa, rights in (
        (0, 0, W | X), (0x1000, 0x6000, W | X), (0x3000, 0x7000, X), (0x8000, 0x9000, W))]
    kinds = [(diff.va, diff.kind) for diff in space.difference(rows, runs)]
    assert kinds == [(0, "extra"), (0x1000, "frame"), (0x3000, "rights"), (0x4000, "missing")]


@pytest.mark.parametrize("mode, leaf, size, due", [
    ("32bit", 1 << 12, 1 << 32, 4096 + (4 << 20)), ("4level", 1 << 21, 1 << 32, 24576),
    ("4level", 1 << 30, 1 << 32, 8192), ("4level", 1 << 12, 1 << 32, 8413184),
    ("flat", 1 << 12, 1 << 32, 4 << 20)])
def test_least_table_bytes_of_a_4_gib_identity_map(mode, leaf, size, due):
    rows = [Row(0, size, 0, leaf=leaf)]
    assert space.smallest(Paging(mode, 0, lambda pa: None), rows) == due
