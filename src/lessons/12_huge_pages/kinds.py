"""Check kinds about pages of several sizes in one space: half_bytes, walk_reads."""

from grader.judge import show
from grader.judge.kinds.base import failed, keys, passed, scan
from grader.judge.paging import space
from grader.judge.paging.walk import PAGE

HALF = 1 << 47


def _half(paging):
    """({table: (depth, va)} of the lower half and the root, None), or (None, an Outcome)."""
    _, tables, problem = scan(paging)
    if problem:
        return None, problem
    return {at: place for at, place in tables.items() if place[0] == 0 or place[1] < HALF}, None


@keys("", "set exactly taken since root mode")
def half_bytes(context):
    """As table_bytes, for the lower half of a 4-level space and its root: the upper half may be
    the kernel's. Keys: set (the least the geometry allows for it) or exactly (an expression);
    taken (an expression): so many frames were taken for these tables, since the stop `since`."""
    paging = context.paging()
    mine, problem = _half(paging)
    if problem:
        return problem
    have = len(mine) * PAGE
    least = have
    if "set" in context.check:
        rows = [row for row in context.wanted().rows if row.va < HALF]
        least = space.smallest(paging, rows)
    elif "exactly" in context.check:
        least = context.value(context.check["exactly"])
    if have != least:
        return _not_least(paging, mine, have, least)
    return _all_in_use(context, len(mine)) or passed(f"{have} bytes of tables")


def _not_least(paging, mine, have, least):
    """The failing Outcome of tables that take more or fewer bytes than due."""
    rows = [show.row("table bytes", str(least), str(have))]
    empty = [at for at in mine if not any(paging.page(at) or b"")]
    for at in empty[:3]:
        depth, va = mine[at]
        rows.append(show.row(f"{paging.mode.levels[depth].name} table", "freed, or never made",
                             f"empty at {show.address(at)}", at, f"for {show.address(va)}"))
    return failed(None, f"{have} bytes of tables in the lower half, {abs(have - least)} "
                  f"{'more' if have > least else 'fewer'} than due", rows=rows)


def _all_in_use(context, tables):
    """None when every frame taken is one of the tables that were added, else the Outcome."""
    if "taken" not in context.check:
        return None
    before, problem = {}, None
    if "since" in context.check:
        before, problem = _half(context.paging(context.other_stop("since")))
    taken, added = context.value(context.check["taken"]), tables - len(before or {})
    if problem or taken == added:
        return problem
    return failed(None, f"{taken} frames were taken, and {added} tables were added",
                  rows=[show.row("frames", str(added), str(taken))])


@keys("va reads", "index root mode")
def walk_reads(context):
    """The CPU read so many entries of tables to find `va` (Bochs only), and those that the tables
    at the stop lead over. Keys: va (an expression), reads (0: it remembered), index (which of the
    probes of va, 0 first)."""
    va, due = context.value(context.check["va"]), context.value(context.check["reads"])
    hits = [access for access in context.facts.accesses
            if access["stop"] == context.stop.index and access["va"] == va]
    if len(hits) <= context.get("index", 0):
        return failed("E-NO-CHECKPOINT", f"{show.address(va)} was not touched")
    hit = hits[context.get("index", 0)]
    if hit["outcome"] != "ok":
        return failed("E-NOT-MAPPED", f"{show.address(va)} raised vector {hit['vector']}", va=va)
    read = [int(at, 16) for at in hit["walk"]]
    path = [step.address for step in context.paging().walk(va).steps]
    if len(read) == due and read in ([], path):
        return passed(f"{due} entries read")
    rows = [show.row("entries read", str(due), f"{len(read)}: {' '.join(hit['walk'])}")]
    return failed(None, f"the CPU read {len(read)} entries to find {show.address(va)}", rows=rows,
                  va=va)


KINDS = {"half_bytes": half_bytes, "walk_reads": walk_reads}
