"""Check kinds about the tables of a space as a whole: tables_taken, clean_tables."""

from grader import show
from grader.kinds_base import failed, keys, passed, scan
from grader.walk import A, D, P, PAGE, entry_name

ALIKE = 16      # so many equal entries in one table were written by nobody


@keys("before after", "root mode")
def tables_taken(context):
    """As many frames were taken as there are tables in the space, so none is lost. Keys: before,
    after (expressions: free frames), root, mode."""
    _, tables, problem = scan(context.paging())
    if problem:
        return problem
    before, after = (context.value(context.check[key]) for key in ("before", "after"))
    taken, have = before - after, len(tables)
    if taken == have:
        return passed(f"{have} tables, a frame each")
    rows = [show.row("frames taken", str(have), str(taken))]
    if taken > have:
        return failed("E-FRAME-LEAK", f"{taken - have} frames were taken and are no table of this "
                      "space", rows=rows)
    return failed("E-FRAME-TWICE", f"{have} tables in {taken} frames: some lie in frames that were "
                  "given back, or never taken", rows=rows)


def _refused(paging, table, depth):
    """(address, index, entry) of the present entries of a table that have reserved bits set."""
    level, width = paging.mode.levels[depth], paging.mode.entry_bytes
    for index in range(1 << level.bits):
        at = table + index * width
        entry = paging.read(at)
        if entry and entry & P and entry & paging.reserved[depth][paging.is_leaf(level, entry)]:
            yield at, index, entry


@keys("", "root mode")
def clean_tables(context):
    """No present entry of any table has a reserved bit set, also where no page is wanted. Keys:
    root, mode."""
    paging = context.paging()
    _, tables, problem = scan(paging)
    if problem:
        return problem
    for table, (depth, va) in tables.items():
        wrong = list(_refused(paging, table, depth))
        if not wrong:
            continue
        level = paging.mode.levels[depth]
        rows = [show.row(entry_name(level, index), "0", show.entry_hex(paging.mode, entry), at)
                for at, index, entry in wrong[:3]]
        if all(entry >> 48 == 0xFFFF for _, _, entry in wrong):
            return failed("E-CR3-VIRTUAL", f"{rows[0]['what']} of the table at "
                          f"{show.address(table)} names a table by its virtual address", rows=rows)
        most = max((entry & ~(A | D) for _, _, entry in wrong),
                   key=[entry & ~(A | D) for _, _, entry in wrong].count)
        same = sum(entry & ~(A | D) == most for _, _, entry in wrong)
        if same >= ALIKE:
            return failed("E-TABLE-DIRTY", f"the table at {show.address(table)}, for "
                          f"{show.address(va)}, holds {same} equal entries that nobody wrote: a "
                          "new table must be zeroed", rows=rows)
        return failed("E-RESERVED", f"{len(wrong)} entries of the table at {show.address(table)} "
                      "have reserved bits set", rows=rows)
    return passed(f"{len(tables)} tables, {len(tables) * PAGE} bytes")
