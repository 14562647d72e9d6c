"""Check kinds about rights and faults: rights, predictions, matrix, repairs.

What an access does is computed here from the two entries, written from the Intel SDM volume 3A,
"Determination of Access Rights" and "Page-Fault Exceptions"; the learner's answers and what the CPU
was seen to do are both held against it.
"""

from typing import NamedTuple

from grader.judge import show
from grader.judge.facts import WP
from grader.judge.kinds.base import failed, keys, passed
from grader.judge.paging.walk import P, PAGE, RW, U, US, W

from . import models
from .models import Access

DONE, NOT_MAPPED = 0, 2
_WRITE, _USER, _WP, _FAULT, _AGAIN = 1 << 32, 1 << 33, 1 << 34, 1 << 32, 1 << 32
_LOW = (1 << 32) - 1


def _entries(paging, va):
    """(PDE, PTE) of a 32-bit address, the PTE also where the PDE is not present."""
    upper, lower = paging.indices(va)
    pde = paging.read(paging.root + 4 * upper) or 0
    return pde, paging.read((pde & paging.address_mask) + 4 * lower) or 0


def _rights_text(result, value):
    """An answer of effective_rights in words."""
    if result == NOT_MAPPED:
        return "no page"
    if result != DONE:
        return f"result {result}"
    return f"0x{value:X}: {show.bits_text(value)}" if value else "0: neither"


@keys("group count")
def rights(context):
    """Answers of a group in pairs: (va, result, PTE_RW | PTE_US) and the same call without a place
    for the rights, for pages of the tables at the stop; count pairs."""
    mine, problem = context.answers(2 * context.check["count"])
    if problem:
        return problem
    paging, wrong, rows, pairs = context.paging(), [], [], set()
    for full, bare in zip(mine[::2], mine[1::2]):
        va, walk = full[0], paging.walk(full[0])
        pde, pte = _entries(paging, va)
        pairs.add((pde & 7, pte & 7))
        mask = (RW if walk.rights & W else 0) | (US if walk.rights & U else 0)
        due = (DONE, mask) if walk.mapped else (NOT_MAPPED, full[2] if full[1] == 2 else 0)
        if full[1:] != due or bare[1] != due[0]:
            wrong.append((full[1:], due, pde, pte, va))
            rows.append(show.row(f"PDE {show.bits_text(pde)}, PTE {show.bits_text(pte)}",
                                 _rights_text(*due), _rights_text(*full[1:])))
    if len(pairs) != context.check["count"]:
        return failed("C-PATCHED-STAFF", "not every pair of entries was asked about",
                      tripwire="C-PATCHED-STAFF")
    if not wrong:
        return passed(f"{len(pairs)} pairs of entries")
    code, why = models.wrong_rights(wrong)
    return failed(code, f"{len(wrong)} of {len(pairs)} answers are wrong: {why}", rows=rows[:4],
                  va=wrong[0][4])


class _Question(NamedTuple):
    """One prediction: the access, and (fault, error) as answered; None where it was not DONE."""
    access: Access
    said: tuple | None


def _predicted(context):
    """{(page, write, user, wp): _Question} of every prediction, or the Outcome why not."""
    stop = context.other_stop("since") if "since" in context.check else context.stop
    count = context.check["count"]
    mine, problem = context.answers(count, stop)
    if problem:
        return None, problem
    paging, found = context.paging(stop), {}
    for ask, result, value in mine:
        va = ask & _LOW
        one = Access(*_entries(paging, va), bool(ask & _WRITE), bool(ask & _USER), bool(ask & _WP))
        said = (bool(value & _FAULT), value & _LOW) if result == DONE else None
        found[va & -PAGE, one.write, one.user, one.wp] = _Question(one, said)
    kinds = {(q.access.pde & 7, q.access.pte & 7, *q.access[2:]) for q in found.values()}
    if len(kinds) != count:
        return None, failed("C-PATCHED-STAFF", "not every access was asked about",
                            tripwire="C-PATCHED-STAFF")
    return found, None


@keys("group count", "user wp")
def predictions(context):
    """The `count` answers of a group: what the CPU will do, for every combination of the entries'
    low three bits with write, user and CR0.WP. Keys: user, wp (true or false: only those)."""
    found, problem = _predicted(context)
    if problem:
        return problem
    chosen = [(va, one) for (va, *_), one in found.items()
              if context.get("user", one.access.user) == one.access.user
              and context.get("wp", one.access.wp) == one.access.wp]
    wrong = [(va, one) for va, one in chosen if one.said != models.outcome(one.access)]
    if not wrong:
        return passed(f"{len(chosen)} accesses predicted")
    code, why = models.explain([one for _, one in chosen])
    rows = [show.row(one.access.words(), models.words(models.outcome(one.access)),
                     models.words(one.said)) for _, one in wrong[:4]]
    return failed(code, f"{len(wrong)} of {len(chosen)} predictions are wrong: {why}", rows=rows,
                  va=wrong[0][0])


def _did(access):
    """(fault, error) of an ACCESS, or None for another exception or a CR2 that is not its own."""
    if access["outcome"] == "ok":
        return False, 0
    ours = access["vector"] == 14 and access["cr2"] == access["va"]
    return (True, access["error"]) if ours else None


@keys("accesses", "group count since")
def matrix(context):
    """The CPU obeyed the entries: every access after the stop, `accesses` of them, by this stop's
    CR0.WP and its own CPL. With group, count and since (see predictions; the stop that has the
    answers) the learner's predictions are what the CPU did, too."""
    seen = [one for one in context.facts.accesses if one["stop"] == context.stop.index]
    if len(seen) < context.check["accesses"]:
        return failed("E-NO-CHECKPOINT", "the run ended before every access was made")
    found, problem = _predicted(context) if "group" in context.check else ({}, None)
    if problem:
        return problem
    paging, wp = context.paging(), bool(context.stop.registers["cr0"] & WP)
    for one in seen:
        va, write, user = one["va"], one["kind"].startswith("write"), one.get("cpl", 0) == 3
        access = Access(*_entries(paging, va), write, user, wp)
        due, did = models.outcome(access), _did(one)
        if did != due:
            row = show.row(access.words(), models.words(due), models.words(did))
            return failed("C-UNDONE-AFTER", "the tables read right at the stop, but the CPU did "
                          "not obey them", rows=[row], va=va)
        said = found[va & -PAGE, write, user, wp].said if found else due
        if said != did:
            row = show.row(access.words(), models.words(did), models.words(said))
            return failed(None, "the CPU did not do what was predicted", rows=[row], va=va)
    faults = sum(one["outcome"] == "fault" for one in seen)
    return passed(f"{len(seen)} accesses, {faults} faults")


class _Fault(NamedTuple):
    """One access that should fault: what was answered, and what the CPU was seen to do."""
    va: int
    result: int
    error: int
    again: bool
    asked: bool
    cr2_read: int
    want: dict
    seen: list


def _faults(context, mine):
    """The _Faults of the check. `seen`: the CPU's first try and, after DONE, the second. A fetch is
    tried again at its target, where nobody watches."""
    since = context.other_stop("since").index
    accesses = iter([one for one in context.facts.accesses if one["stop"] == since])
    found = []
    for (va, result, value), (_, asked, cr2), want in zip(mine[::2], mine[1::2],
                                                          context.check["expect"], strict=True):
        tries = 2 if result == DONE and asked else 1
        seen = []
        for one in accesses:
            if one["va"] == va:
                seen.append(one)
                tries = 1 if one["kind"] == "fetch" else tries
            if len(seen) == tries:
                break
        found.append(_Fault(va, result, value & _LOW, bool(value & _AGAIN), bool(asked), cr2, want,
                            seen))
    return found


def _refault(context, fault):
    """(code, sentence) for a repair after which the same instruction faults again."""
    walk = context.stop.paging().walk(fault.va)
    kind = fault.seen[0]
    write, user = kind["kind"].startswith("write"), kind.get("cpl", 0) == 3
    if walk.mapped:
        for needed, right, bit, code, name in ((user, U, US, "E-US-UPPER", "U"),
                                               (write, W, RW, "E-RW-UPPER", "W")):
            lacking = [step for step in walk.steps if not step.entry & bit]
            if needed and not walk.rights & right:
                upper = lacking[0] is not walk.last
                return code if upper else "E-RIGHTS-LEAF", \
                    f"{lacking[0].name} still says no {name}: the same instruction faults again"
    last = walk.last
    low, high = (context.value(context.check[key]) for key in ("low", "high"))
    if last and last.entry and not last.entry & P and low <= last.entry & -PAGE < high:
        return "E-P-MISSING", f"{last.name} is filled in but its present bit is clear"
    return "E-REFAULT", "the answer was DONE, and the same instruction faults again"


def _mistake(context, fault):
    """(code, sentence) for a fault that was handled wrongly, else None."""
    want, said = fault.want, f"error code {fault.error}, answered {fault.result}"
    if not fault.asked:
        return want.get("code"), "the CPU did not fault: the page was open already"
    wrong = fault.again or fault.result != want["result"] or fault.error != want["error"]
    if wrong and fault.cr2_read not in (0, fault.va):
        return "E-CR2-LATE", (f"CR2 was read when it held {show.address(fault.cr2_read)} already, "
                              "the address of a later fault")
    if fault.result != want["result"]:
        return want.get("code"), f"{want['why']}: {said}, wanted {want['result']}"
    if fault.again:
        return _refault(context, fault)
    if fault.error != want["error"]:
        return want.get("code"), f"error code {fault.error} where {want['error']} was due"
    return None


def _own_frame(context, faults):
    """The Outcome that names a repaired page whose frame is not one of its own, or None."""
    paging, owner = context.paging(), {pa: "a table" for pa in context.stop.tables}
    low, high = (context.value(context.check[key]) for key in ("low", "high"))
    for fault in faults:
        page, pa = show.address(fault.va & -PAGE), paging.walk(fault.va & -PAGE).pa
        if fault.result != DONE or pa is None or owner.get(pa) == page:
            continue
        if pa in owner:
            return failed("E-FRAME-TWICE", f"the page {page} has the frame of {owner[pa]}",
                          va=fault.va)
        if not low <= pa < high:
            return failed("E-WRONG-FRAME", f"the page {page} leads to {show.address(pa)}, which "
                          "nobody handed out", va=fault.va)
        owner[pa] = page
    return None


def _as_written(fault):
    """Whether the CPU did what the staff's answers say: a fault, and none after a repair."""
    did = [_did(one) for one in fault.seen]
    due = [(True, fault.error)] if fault.asked else [(False, 0)]
    fetch = bool(fault.seen) and fault.seen[0]["kind"] == "fetch"
    if fault.asked and fault.result == DONE and not fault.again and not fetch:
        due.append((False, 0))
    return did[:len(due)] == due


@keys("group since expect low high")
def repairs(context):
    """Answers of a group in pairs, one pair per entry of expect = [{result, error, why, code?}, …]:
    (va, the learner's answer, error code | again << 32) and (va, asked, CR2 as last read). After
    the stop `since` the CPU was seen to fault with that error code and, where the answer was 0, to
    succeed at the second try. low and high (expressions): where frames are handed out from."""
    mine, problem = context.answers(2 * len(context.check["expect"]))
    if problem:
        return problem
    faults, wrong = _faults(context, mine), []
    for fault in faults:
        if not _as_written(fault):
            return failed("C-PATCHED-STAFF", f"{show.address(fault.va)}: what the staff wrote down "
                          "is not what the CPU did", tripwire="C-PATCHED-STAFF")
        mistake = _mistake(context, fault)
        if mistake:
            wrong.append((fault, mistake))
    if not wrong:
        return _own_frame(context, faults) or passed(
            f"{sum(f.result == DONE for f in faults)} repaired, "
            f"{sum(f.result != DONE for f in faults)} refused")
    fault, (code, why) = next((one for one in wrong if one[1][0] == "E-CR2-LATE"), wrong[0])
    rows = [show.row(f"fault at {show.address(one.va)}", f"result {one.want['result']}",
                     f"result {one.result}{', faults again' if one.again else ''}")
            for one, _ in wrong[:4]]
    return failed(code, f"{show.address(fault.va)}: {why}", rows=rows, va=fault.va)


KINDS = {"rights": rights, "predictions": predictions, "matrix": matrix, "repairs": repairs}
