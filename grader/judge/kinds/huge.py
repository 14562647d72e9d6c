"""Check kinds about pages of several sizes in one space: half_bytes, leaf_flags, walk_reads."""

from grader.judge import show
from grader.judge.kinds.base import failed, keys, passed, scan
from grader.judge.paging import space
from grader.judge.paging.walk import A, D, PAGE, bits

PAT, PAT_LARGE = 1 << 7, 1 << 12
KEPT = bits(4, 3) | bits(11, 8) | bits(62, 52)  # PWT PCD G free: at one place whatever the size
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


def _flags(step):
    """The flags of a leaf as a PTE holds them, PAT in bit 7; rights, A and D apart."""
    pat = PAT if step.level.leaf == "always" else PAT_LARGE
    return step.entry & KEPT | (PAT if step.entry & pat else 0)


def _lost(walk, due, used):
    """(code or None, sentence) of a leaf whose flags are not `due`, or () when they are."""
    last, wrong = walk.last, _flags(walk.last) ^ due
    if wrong & PAT:
        place = 7 if last.level.leaf == "always" else 12
        state = "clear" if due & PAT else "set"
        return "E-PAT-MOVE", f"PAT, bit {place} of {last.name}, is {state}"
    if wrong:
        return None, f"bits 0x{wrong:X} of {last.name} are not as they were"
    if used & ~last.entry:
        return "E-DIRTY-LOST", f"A or D of {last.name} is clear"
    return ()


def _due(context):
    """Function of an address: the flags due there, by `bits` or by the tables at `since`."""
    if "bits" in context.check:
        bits_due = context.value(context.check["bits"]) & (KEPT | PAT)
        return lambda va: bits_due
    before = context.paging(context.other_stop("since"))
    return lambda va: _flags(before.walk(va).last)


@keys("set", "bits since used root mode")
def leaf_flags(context):
    """Every page of `set` has its flags besides the rights, which are maps' business. Keys: set;
    bits (as a PTE has them: PWT PCD PAT G and the free ones) or since (a stop: as they were then);
    used (of A and D: must be set)."""
    paging, due_at = context.paging(), _due(context)
    used, pages = context.value(context.get("used", 0)) & (A | D), 0
    for row in context.wanted().rows:
        va = row.va
        while va < row.va + row.size:
            walk, due = paging.walk(va), due_at(va)
            wrong = _lost(walk, due, used) if walk.mapped else (None, "it is not mapped")
            if wrong:
                return _not_kept(paging, walk, wrong, due, used)
            va, pages = va + walk.size, pages + 1
    return passed(f"{pages} pages have theirs")


def _not_kept(paging, walk, wrong, due, used):
    """The failing Outcome of a page with other flags than due."""
    have = show.entry_hex(paging.mode, walk.last.entry or 0)
    if walk.mapped:
        have = f"0x{_flags(walk.last) | walk.last.entry & used:X} in {have}"
    entry = show.row(walk.last.name, f"flags 0x{due | used:X}", have, walk.last.address)
    return failed(wrong[0], f"{show.address(walk.va)}: {wrong[1]}", rows=[entry], va=walk.va)


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
