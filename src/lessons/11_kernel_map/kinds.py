"""The check kind of lesson 11: clean_tables."""

import struct
from collections import Counter

from grader.judge import show
from grader.judge.kinds.base import failed, keys, passed, scan
from grader.judge.paging.walk import A, D, P, PAGE, entry_name

ALIKE = 200     # so many equal entries in one table were written by nobody


def _present(paging, table, depth):
    """[(address, index, entry without A and D, reserved bits in it)] of a table's present ones."""
    level, width = paging.mode.levels[depth], paging.mode.entry_bytes
    found = []
    page = (paging.page(table & -PAGE) or b"")[table & PAGE - 1:][:width << level.bits]
    for index, (entry,) in enumerate(struct.iter_unpack("<I" if width == 4 else "<Q", page)):
        if entry & P:
            at = table + index * width
            wrong = entry & paging.reserved[depth][paging.is_leaf(level, entry)]
            found.append((at, index, entry & ~(A | D), wrong))
    return found


def _mistake(entries):
    """(code, sentence) for the present entries of one table, or None."""
    (same, times), = Counter(entry for _, _, entry, _ in entries).most_common(1) or [(0, 0)]
    if times >= ALIKE:
        return "E-TABLE-DIRTY", (f"{times} entries are 0x{same:X}, which nobody wrote: a new table "
                                 "must be zeroed")
    refused = [entry for _, _, entry, wrong in entries if wrong]
    if refused and all(entry >> 48 == 0xFFFF for entry in refused):
        return "E-CR3-VIRTUAL", f"0x{refused[0]:X} names a table by its virtual address"
    if refused:
        return "E-RESERVED", f"{len(refused)} entries have reserved bits set"
    return None


@keys("", "root mode")
def clean_tables(context):
    """No table holds what nobody wrote: many equal present entries, or reserved bits in one, also
    where no page is wanted. Keys: root, mode."""
    paging = context.paging()
    _, tables, problem = scan(paging)
    if problem:
        return problem
    for table, (depth, va) in tables.items():
        entries = _present(paging, table, depth)
        mistake = _mistake(entries)
        if mistake:
            level = paging.mode.levels[depth]
            rows = [show.row(entry_name(level, index), "", show.entry_hex(paging.mode, entry), at)
                    for at, index, entry, _ in entries[:3]]
            return failed(mistake[0], f"the table at {show.address(table)}, for "
                          f"{show.address(va)}: {mistake[1]}", rows=rows)
    return passed(f"{len(tables)} tables, {len(tables) * PAGE} bytes")


KINDS = {"clean_tables": clean_tables}
