"""Check kinds that read tables: maps, nothing_else, unchanged, table_bytes."""

from grader.judge import show
from grader.judge.diagnose import diagnose
from grader.judge.kinds.base import as_read, failed, keys, passed, scan
from grader.judge.paging import space
from grader.judge.paging.walk import A, D, P, PAGE, entry_name

_WORDS = {"missing": "{} is not mapped", "extra": "{} is mapped and should not be",
          "frame": "{} leads to the wrong frame", "rights": "{} has the wrong rights",
          "leaf": "{} has the wrong page size"}


def _judge(context, paging, want, differences, tables):
    """The Outcome of a non-empty list of differences: named by the diagnosis where it can."""
    cases = context.cases(paging, want, differences, tables)
    finding = diagnose.mapping(cases)
    first = next((c for c in cases if finding and c.va == finding.va), cases[0])
    found = show.found_text(first.walk)
    many = f"; {len(differences)} places differ" if len(differences) > 1 else ""
    text = _WORDS[first.diff.kind].format(show.address(first.va))
    if finding:
        return failed(finding.code, f"{text}: {finding.why}{many}", rows=finding.rows, va=first.va)
    code = context.get("code") or _hard_coded(want, differences) \
        or diagnose.PLAIN_CODES[first.diff.kind]
    return failed(code, f"{text}: found {found}{many}", rows=diagnose.rows_of(first), va=first.va)


def _hard_coded(want, differences):
    """C-HARDCODED when every written row is right and every seeded one is missing."""
    drawn = {row for row in want.rows if row.origin == "random"}
    wrong = {diff.want for diff in differences}
    fixed = len(want.rows) > len(drawn)
    return "C-HARDCODED" if drawn and fixed and wrong == drawn else None


def _clip(differences, rows):
    """The parts of `differences` that lie inside `rows`."""
    found = []
    for row in rows:
        for diff in differences:
            low, high = max(row.va, diff.va), min(row.va + row.size, diff.va + diff.size)
            if low < high:
                found.append(diff._replace(va=low, size=high - low))
    return found


@keys("set", "root mode")
def maps(context):
    """Every row of `set` translates as wanted; absent ones do not. Keys: set; root (an
    expression, default "cr3") and mode (flat, 32bit, pae, 4level) where paging is off."""
    paging, want = context.paging(), context.wanted()
    runs, tables, problem = scan(paging)
    if problem:
        return problem
    found = space.difference(want.rows, runs)
    wrong = [diff for diff in found if diff.want is not None]
    wrong += _clip([diff for diff in found if diff.want is None], want.absent)
    if wrong:
        outcome = _judge(context, paging, want, wrong, tables)
    else:
        outcome = passed(f"{len(want.rows)} rows, {len(want.absent)} not present")
    outcome.tables = as_read(context, paging, want)
    return outcome


@keys("set", "besides root mode rows")
def nothing_else(context):
    """The whole space equals `set` and, with kernel = true in the set, the [kernel] ranges: to
    the page, in both directions. Keys as for maps. rows = true judges the rows of `set` first, and
    shows them in the report, as maps does; besides = true leaves what the rows lead to to a check
    that this one needs."""
    shown = maps(context) if context.get("rows") else passed("")
    if not shown.passed:
        return shown
    paging, want = context.paging(), context.wanted()
    runs, tables, problem = scan(paging)
    if problem:
        return problem
    found = space.difference(want.everything(), runs)
    if context.get("besides"):
        found = [diff for diff in found if diff.want not in want.rows]
    found.sort(key=lambda diff: diff.want is not None)
    pages = sum(run.size // run.leaf for run in runs)
    outcome = _judge(context, paging, want, found, tables) if found else \
        passed(f"{pages} pages in {len(runs)} runs, and no other")
    outcome.tables = shown.tables
    return outcome


def _entries(paging, tables):
    """{address: (present entry without A and D, name)} of every table reached."""
    found, width = {}, paging.mode.entry_bytes
    for table, (depth, _) in tables.items():
        level = paging.mode.levels[depth]
        for index, entry in enumerate(paging.entries(table, level)):
            if entry & P:
                found[table + index * width] = entry & ~(A | D), entry_name(level, index)
    return found


@keys("since", "root mode")
def unchanged(context):
    """The tables are as they were at the stop `since`, A and D apart. Keys: since, root, mode;
    code says which mistake a change is."""
    before, after = context.paging(context.other_stop("since")), context.paging()
    _, old_tables, problem = scan(before)
    _, new_tables, other = scan(after)
    if problem or other:
        return problem or other
    old, new = _entries(before, old_tables), _entries(after, new_tables)
    changed = [at for at in sorted({*old, *new}) if old.get(at) != new.get(at)]
    if before.root != after.root:
        return failed(None, f"the root moved from {show.address(before.root)} to "
                      f"{show.address(after.root)}")
    if not changed:
        return passed(f"{len(old)} entries as they were")
    rows = []
    for at in changed[:4]:
        name = (old.get(at) or new.get(at))[1]
        was, now = (show.entry_hex(after.mode, table.get(at, (0, ""))[0]) for table in (old, new))
        rows.append(show.row(name, was, now, at))
    text = f"{len(changed)} entries changed, the first at {show.address(changed[0])}"
    if context.get("code") == "E-REMAP-SILENT" and _only_empty_tables(after, old, new, new_tables):
        return failed("E-LOOKUP-ALLOCATES", f"{text}: each names a new table with nothing in it",
                      rows=rows)
    return failed(None, text, rows=rows)


def _only_empty_tables(paging, old, new, tables):
    """True when all that changed are new tables in which nothing is mapped: no remap does that."""
    filled = {at & -PAGE for at in new}
    added = {at: entry for at, (entry, _) in new.items() if at not in old}
    return all(new.get(at) == entry for at, entry in old.items()) and all(
        entry & paging.address_mask in tables and entry & paging.address_mask not in filled
        for entry in added.values())


@keys("", "set exactly root mode")
def table_bytes(context):
    """The tables take no more bytes than they must. Keys: set (the least the geometry allows for
    it) or exactly (an expression)."""
    paging = context.paging()
    _, tables, problem = scan(paging)
    if problem:
        return problem
    if context.get("set"):
        least = space.smallest(paging, context.wanted().everything())
    else:
        least = context.value(context.check["exactly"])
    have = len(tables) * PAGE
    if len(paging.mode.levels) == 1:
        have = paging.mode.entry_bytes << paging.mode.levels[0].bits
    if have == least:
        return passed(f"{have} bytes, the least possible")
    rows = [show.row("table bytes", str(least), str(have))]
    empty = [at for at in tables if not any(paging.page(at & -PAGE) or b"")]
    for at in empty[:3]:
        depth, va = tables[at]
        rows.append(show.row(f"{paging.mode.levels[depth].name} table", "freed, or never made",
                             f"empty at {show.address(at)}", at, f"for {show.address(va)}"))
    more = "more" if have > least else "fewer"
    return failed(None if context.get("code") else "E-FRAME-LEAK" if have > least else None,
                  f"{have} bytes of tables, {abs(have - least)} {more} than needed", rows=rows)
