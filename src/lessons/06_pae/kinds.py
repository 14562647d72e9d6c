"""Check kinds about entries in motion: untorn, agrees.

One looks at every value an entry took while the guest was single-stepped, the other at whether the
CPU knew of a change at once.
"""

from grader.formats.values import Trouble, number
from grader.judge import show
from grader.judge.kinds.base import failed, keys, passed
from grader.judge.paging.walk import P, W, X


def _torn(values, address):
    """The first present value that names another frame than the first and the last one do."""
    due = {value & address for value in (values[0], values[-1]) if value & P}
    return next((value for value in values if value & P and value & address not in due), None)


def _may(walk, kind):
    """Whether the kernel, with CR0.WP set, may do this where a walk ended."""
    needs = W if kind.startswith("write") else X if kind == "fetch" else 0
    return walk.mapped and walk.rights & needs == needs


@keys("va", "root mode")
def untorn(context):
    """Whenever the entry of va was present between the two stops of [collect] step, it named the
    frame it had at first, or the one it had in the end. Keys: va (one of [collect] step watch),
    root and mode (the tables, for the report)."""
    va = context.value(context.check["va"])
    entry = next((entry for entry in context.facts.entries
                  if number(entry["va"]) == va), None)
    if entry is None:
        raise Trouble(f"no values were collected of the entry for {show.address(va)}")
    if "at" not in entry:
        return failed("E-NOT-MAPPED", f"there is no table for {show.address(va)}", va=va)
    values, paging = [number(value) for value in entry["values"]], context.paging()
    if entry.get("cut"):
        return failed("E-HANG", "the functions took more instructions than could be followed")
    torn = _torn(values, paging.address_mask)
    if torn is None:
        return passed(f"{len(values)} values, every one of them whole or not present")
    rows = [show.row(f"{index + 1}. value", "not whole" if value == torn else "",
                     show.entry_hex(paging.mode, value), number(entry["at"]))
            for index, value in enumerate(values)]
    return failed("E-TORN-ENTRY", f"the entry of {show.address(va)} was present while half of it "
                  "was another entry's", rows=rows[:8], va=va)


@keys("va tables_at", "index root mode")
def agrees(context):
    """A change took effect at once: a probe of va after the stop did what the tables say at the
    later stop tables_at. Keys: va, tables_at, index (which of the probes, 0 first). `code` names
    what it means when the CPU still went by what it remembered."""
    va, index = context.value(context.check["va"]), context.get("index", 0)
    seen = [access for access in context.facts.accesses
            if access["stop"] == context.stop.index and access["va"] == va]
    if len(seen) <= index:
        ended = context.facts.end["how"] == "end"
        code = "C-SKIPPED-STAFF" if ended else "E-NO-CHECKPOINT"
        return failed(code, f"{show.address(va)} was not touched", tripwire=code if ended else None)
    walk = context.paging(context.other_stop("tables_at")).walk(va)
    access, may = seen[index], _may(walk, seen[index]["kind"])
    reached = access["outcome"] == "ok"
    hoped = f"reaches {show.address(walk.pa)}" if may else "page fault"
    said = "page fault" if not reached else "reaches " + show.address(access.get("pa", va))
    if reached == may and (not reached or access.get("pa", walk.pa) == walk.pa):
        return passed(said)
    return failed(None, f"{access['kind']} of {show.address(va)}: the CPU went by an older entry",
                  rows=[show.row(f"{access['kind']} {show.address(va)}", hoped, said)], va=va)


KINDS = {"untorn": untorn, "agrees": agrees}
