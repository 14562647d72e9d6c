"""Check kinds that read what the CPU did: registers, accesses, alias, vector."""

from grader.judge import show
from grader.judge.diagnose import diagnose
from grader.judge.facts import NXE, PG, WP
from grader.judge.kinds.base import as_read, failed, keys, passed
from grader.judge.paging.space import Difference, Run, Tangle, compare, scan
from grader.judge.paging.walk import PAGE, U, W, X

_NAMES = ("cr0", "cr4", "efer", "eflags")
_MISSING = (("cr0", PG, "E-PG-OFF"), ("cr0", WP, "E-WP-OFF"), ("efer", NXE, "E-XD-NO-NXE"))
RSVD, FETCH = 1 << 3, 1 << 4


@keys("", "cr3 mode cr0 cr4 efer eflags")
def registers(context):
    """Registers at a stop. Keys: cr3 (an expression: the root wanted), mode ("32", "compat",
    "64"), and for cr0, cr4, efer, eflags a table {set = "0x…", clear = "0x…"}."""
    have, rows = context.stop.registers, []
    for name in _NAMES:
        spec = context.get(name, {})
        must, clear = context.value(spec.get("set", 0)), context.value(spec.get("clear", 0))
        if have[name] & must != must or have[name] & clear:
            rows.append(show.row(name.upper(), show.address(have[name] & ~clear | must),
                                 show.address(have[name])))
    mode = context.get("mode")
    if mode and context.stop.cpu["mode"] != mode:
        rows.append(show.row("mode", mode, context.stop.cpu["mode"]))
    if rows:
        code = next((code for name, bit, code in _MISSING if bit & ~have[name]
                     & context.value(context.get(name, {}).get("set", 0))), None)
        return failed(code, f"{rows[0]['what']} is {rows[0]['have']}", rows=rows)
    if "cr3" in context.check:
        return _root(context, have["cr3"], context.value(context.check["cr3"]))
    shown = [f"{name.upper()} = {show.address(have[name])}" for name in _NAMES
             if name in context.check]
    return passed(", ".join(shown) or f"mode {mode}")


def _root(context, have, want):
    """CR3 against the root wanted, and what a wrong one looks like."""
    low = 0x1F if context.stop.paging_mode() == "pae" else PAGE - 1
    text = f"CR3 = {show.address(have)}"
    rows = [show.row("CR3", show.address(want), show.address(have))]
    if want & low:
        return failed("E-CR3-ALIGN", f"the root {show.address(want)} is not aligned: the CPU drops "
                      "its low bits", rows=rows)
    if have & ~low == want:
        flags = have & low & ~0x18
        remarks = [{"code": "R-CR3-BITS", "what": f"CR3 = {show.address(have)}: its low bits are "
                    "ignored"}] if flags else []
        return passed(text, remarks=remarks)
    offset = context.facts.offset
    if offset and have & ~low == want + offset & (1 << 64) - 1:
        return failed("E-CR3-VIRTUAL", f"{text} is the virtual address of the root", rows=rows)
    if have and have in (want >> 12, want << 12 & (1 << 64) - 1):
        return failed("E-FRAME-SHIFT", f"{text} is the root shifted by 12 bits", rows=rows)
    return failed(context.get("code") or "E-CR3-STALE", f"{text}, the root wanted is "
                  f"{show.address(want)}", rows=rows)


def _seen(context):
    """The accesses after the check's stop and before the next one, of the wanted kinds."""
    kinds = context.get("kinds")
    return [access for access in context.facts.accesses if access["stop"] == context.stop.index
            and (not kinds or access["kind"] in kinds)]


def _predict(context, want, access, nxe):
    """(wanted outcome, physical address or None, error code) of one access."""
    kind, row = access["kind"], want.at(access["va"])
    write, fetch = kind.startswith("write"), kind == "fetch"
    user = access.get("cpl", context.get("cpl", 0)) == 3
    error = (2 if write else 0) | (4 if user else 0) | (FETCH if fetch and nxe else 0)
    if row is None:
        return "fault", None, error
    may = row.must & W or not (context.stop.registers["cr0"] & WP or user)
    refused = write and not may or user and not row.must & U or fetch and row.must_not & X
    if refused:
        return "fault", None, error | 1
    return "ok", None if row.pa is None else row.pa + access["va"] - row.va, 0


def _agrees(access, wanted_outcome, pa, error):
    """None when the CPU did what was predicted, else the name of what differs."""
    if access["outcome"] != wanted_outcome:
        return "outcome"
    if access["outcome"] == "fault":
        seen = access["error"] | (1 if access["error"] & RSVD else 0)
        if access["vector"] != 14:
            return "vector"
        return "error" if seen != error else "cr2" if access["cr2"] != access["va"] else None
    if pa is not None and access.get("pa", pa) != pa:
        return "pa"
    width = {"1": 0xFF, "4": 0xFFFFFFFF}.get(access["kind"][-1], 0)
    if "canary" in access and (access["canary"] ^ access.get("value", 0)) & width:
        return "value"
    return None


def _said(access):
    """What an access did, in words."""
    if access["outcome"] == "ok":
        where = f" {show.address(access['pa'])}" if "pa" in access else ""
        value = f" value {show.address(access['value'])}" if "value" in access else ""
        return f"reaches{where}{value}"
    return (f"vector {access['vector']}, error 0x{access['error']:X}, "
            f"CR2 {show.address(access['cr2'])}")


@keys("set", "addresses rows kinds cpl root mode tlb")
def accesses(context):
    """The probes after the stop did what `set` says: physical address and value, or #PF with its
    error code and CR2. Keys: set; addresses (all must have been probed); rows = true (every row
    and absent page was); kinds (only these); cpl; tlb = true (the tables are not the suspect)."""
    seen, want = _seen(context), context.wanted()
    probed = {access["va"] for access in seen}
    due = [context.value(text) for text in context.get("addresses", [])]
    missing = [va for va in due if va not in probed]
    if context.get("rows"):
        missing += [row.va for row in (*want.rows, *want.absent)
                    if not any(row.va <= va < row.va + row.size for va in probed)]
    if missing or not seen:
        return _not_probed(context, missing)
    outcome = _obeyed(context, seen, want)
    outcome.tables = as_read(context, context.paging(), want)
    return outcome


def _obeyed(context, seen, want):
    """The Outcome of every access against what the set predicts."""
    nxe = bool(context.stop.registers["efer"] & NXE)
    for access in seen:
        predicted = _predict(context, want, access, nxe)
        wrong = _agrees(access, *predicted)
        if wrong:
            return _blame(context, want, access, predicted, wrong)
    faults = sum(access["outcome"] == "fault" for access in seen)
    return passed(f"{len(seen) - faults} reached their frame, {faults} faulted as they must")


def _not_probed(context, missing):
    """Probes the lesson makes that were not seen: the run died, or staff code was skipped."""
    what = show.address(missing[0]) if missing else "any address"
    if context.facts.end["how"] == "end":
        return failed("C-SKIPPED-STAFF", f"the staff's access to {what} never happened",
                      tripwire="C-SKIPPED-STAFF")
    return failed("E-NO-CHECKPOINT", f"the run ended before {what} was touched")


def _blame(context, want, access, predicted, wrong):
    """An access that went wrong: by the tables, or although they are right."""
    outcome, pa, error = predicted
    va = access["va"]
    hoped = (f"reaches {show.address(pa) if pa is not None else 'its frame'}" if outcome == "ok"
             else f"vector 14, error 0x{error:X}, CR2 {show.address(va)}")
    line = show.row(f"{access['kind']} {show.address(va)}", hoped, _said(access))
    finding, departs = _from_tables(context, want, va)
    if departs is None and wrong in ("outcome", "pa", "value"):
        code = context.get("code") or (None if context.get("tlb") else "C-UNDONE-AFTER")
        return failed(code, f"{show.address(va)}: the tables read right at the stop, but the CPU "
                      "did not obey them", rows=[line], va=va)
    code = "E-VECTOR" if wrong == "vector" else \
        context.get("code") or diagnose.PLAIN_CODES.get(departs)
    return failed(finding.code if finding else code, f"{access['kind']} of {show.address(va)}: "
                  f"{_said(access)}{': ' + finding.why if finding else ''}",
                  rows=[line, *(finding.rows if finding else [])], va=va)


def _from_tables(context, want, va):
    """(Finding or None, how the tables depart from the set at `va`: a kind of space, or None)."""
    paging, row, page = context.paging(), want.at(va), va & -PAGE
    walk = paging.walk(page)
    have = Run(page, walk.pa, PAGE, walk.rights, walk.size) if walk.mapped else None
    departs = compare(page, row, have)
    if departs is None:
        return None, None
    try:
        tables = scan(paging)[1]
    except Tangle:
        tables = {}
    diff = Difference(page, PAGE, departs, row, have)
    return diagnose.mapping(context.cases(paging, want, [diff], tables)), departs


@keys("written seen")
def alias(context):
    """Two addresses are one frame: what was written at one is read at the other, in this space or
    in a later stop's. Keys: written, seen (expressions)."""
    to, back = (context.value(context.check[key]) for key in ("written", "seen"))
    wrote = None
    for access in context.facts.accesses:
        if access["outcome"] != "ok" or access["stop"] < context.stop.index:
            continue
        if access["kind"].startswith("write") and access["va"] == to:
            wrote = access
        elif wrote and access["kind"].startswith("read") and access["va"] == back:
            return _same_frame(context, wrote, access)
    if context.facts.end["how"] == "end":
        return failed(None, f"no write to {show.address(to)} with a read of {show.address(back)} "
                      "after it succeeded")
    return failed("E-NO-CHECKPOINT", "the run ended before both addresses were touched")


def _reached(context, access):
    """The physical address an access touched: as seen, or by the tables of its stop (QEMU)."""
    if "pa" in access:
        return access["pa"]
    return context.facts.stops[access["stop"]].paging().walk(access["va"]).pa


def _same_frame(context, wrote, read):
    """Judge the pair of accesses of alias(): by what the CPU touched, else by the tables."""
    rows = [show.row(f"write {show.address(wrote['va'])}", "", _said(wrote)),
            show.row(f"read {show.address(read['va'])}", "the same frame", _said(read))]
    one, two = (_reached(context, access) for access in (wrote, read))
    # A canary replaces what was written; only without one must the value itself come back.
    lost = "canary" not in read and read.get("value") != wrote.get("value")
    if one is None or one != two or lost:
        return failed(None, f"{show.address(wrote['va'])} and {show.address(read['va'])} are not "
                      "one frame", rows=rows, va=read["va"])
    return passed(f"both are frame 0x{one >> 12:X}")


@keys("vector", "va kinds error cr2 index")
def vector(context):
    """Which exception a probe took. Keys: vector (a number or an expression), va (only probes of
    this address), index (which of them, 0 first), error, cr2."""
    va = context.value(context.check["va"]) if "va" in context.check else None
    hits = [access for access in _seen(context) if va is None or access["va"] == va]
    if len(hits) <= context.get("index", 0):
        return _not_probed(context, [va] if va is not None else [])
    hit, want = hits[context.get("index", 0)], context.value(context.check["vector"])
    seen = hit.get("vector")
    if seen != want:
        code = "E-IST-MISSING" if (want, seen) == (14, 8) else "E-VECTOR"
        return failed(context.get("code") or code, f"wanted vector {want}: {_said(hit)}",
                      rows=[show.row("vector", str(want), str(seen))], va=hit["va"])
    for key in ("error", "cr2"):
        if key in context.check and hit.get(key) != context.value(context.check[key]):
            return failed(context.get("code") or "E-ERRCODE", f"{key} differs: {_said(hit)}",
                          va=hit["va"])
    return passed(_said(hit))
