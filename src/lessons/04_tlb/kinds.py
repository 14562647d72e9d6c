"""Check kinds about what the CPU remembers: seen, entry, referenced.

A walk of the tables cannot show a stale translation; only an access can. So what earns points are
the accesses the collector watched. The log of a stepped call (src/stage/stepping32.h) lies in the
guest's memory: it names a mistake and grants nothing.
"""

import struct
from typing import NamedTuple

from grader.judge import show
from grader.judge.kinds.base import failed, keys, passed
from grader.judge.paging.walk import A, D, PAGE

G = 1 << 8
STORE, INVLPG, CR3, CR4 = 1, 2, 3, 4
_EVENTS = 8
_CALL = struct.Struct(f"<5I{5 * _EVENTS}I")


class Event(NamedTuple):
    """One line of a stepped call's log: what it did, and what the CPU saw right after it."""
    kind: int
    step: int
    value: int
    faulted: int
    seen: int


class Call(NamedTuple):
    """One stepped call: the page watched, its entry before and after, and the log."""
    page: int
    before: int
    after: int
    steps: int
    events: list


def calls(data):
    """The stepped calls in the bytes of step_calls."""
    found = []
    for page, before, after, steps, count, *rest in _CALL.iter_unpack(data):
        events = [Event(*rest[i:i + 5]) for i in range(0, 5 * min(count, _EVENTS), 5)]
        found.append(Call(page, before, after, steps, events))
    return found


def mistake(call):
    """(code, sentence) of a call after which the CPU still obeys the old entry."""
    stores = [i for i, event in enumerate(call.events) if event.kind == STORE]
    drops = [(i, event) for i, event in enumerate(call.events) if event.kind != STORE]
    last = stores[-1] if stores else -1
    after = [event for i, event in drops if i > last]
    if not drops:
        return "E-FLUSH-NONE", "the entry was changed and nothing was invalidated"
    if not after:
        return "E-FLUSH-EARLY", (f"instruction {drops[-1][1].step} invalidates, instruction "
                                 f"{call.events[last].step} changes the entry: in between the CPU "
                                 "remembered the old one again")
    if (call.before | call.after) & G and any(event.kind == CR3 for event in after):
        return "E-FLUSH-GLOBAL", "CR3 was loaded, which leaves global pages as they are"
    event = after[-1]
    if event.kind == INVLPG and event.value // PAGE != call.page // PAGE:
        return "E-FLUSH-WRONG", (f"INVLPG was given {show.address(event.value)}, the page is "
                                 f"{show.address(call.page)}")
    return "E-FLUSH-NONE", "what was invalidated after the change did not reach this page"


def _after(context):
    """The accesses between the check's stop and the next one."""
    return [one for one in context.facts.accesses if one["stop"] == context.stop.index]


def _said(access):
    """What an access did, in words."""
    if access["outcome"] == "fault":
        return f"vector {access['vector']}, error 0x{access['error']:X}"
    if "pa" in access:
        return f"reaches {show.address(access['pa'])}"
    return f"finds {show.address(access['value'])}" if "value" in access else "succeeds"


def _hoped(context, want):
    """What the lesson expects of an access, in words."""
    if "error" in want:
        return f"vector 14, error 0x{want['error']:X}"
    return f"reaches {show.address(context.value(want['pa']))}"


def _did(context, access, want):
    """Whether an access did what is wanted. Where the emulator does not show its physical address
    a read tells by the word it found: the canary where the tables lead, or, where they no longer
    lead there (`stale`), the frame's own address, which the lesson keeps in its first word."""
    if "error" in want:
        return access["outcome"] == "fault" and (access["vector"], access["error"], access["cr2"]) \
            == (14, want["error"], access["va"])
    if access["outcome"] != "ok":
        return False
    pa = context.value(want["pa"])
    if "pa" in access:
        return access["pa"] == pa
    if access["kind"].startswith("write"):
        return True
    return access["value"] == pa if want.get("stale") else access["value"] == access.get("canary")


@keys("expect", "call tables_at")
def seen(context):
    """The accesses after the stop, in order, were these. Keys: expect = [{kind, va, pa | error,
    stale?, remark?}]: stale = the tables lead elsewhere; with a remark (a code) a different
    outcome is one and no failure. call (which of step_calls, read at the stop tables_at) names
    the mistake of a stepped call."""
    due, have = context.check["expect"], _after(context)
    rows, remarks, wrong = [], [], None
    for index, want in enumerate(due):
        va = context.value(want["va"])
        access = have[index] if index < len(have) else None
        if access is None or (access["kind"], access["va"]) != (want["kind"], va):
            return _not_made(context, want["kind"], va)
        if _did(context, access, want):
            continue
        if "remark" in want:
            remarks.append({"code": want["remark"], "what": f"{context.stop.name}: the page "
                            f"{show.address(va)}, which had nothing to do with it, was forgotten"})
            continue
        wrong = wrong or access
        rows.append(show.row(f"{want['kind']} {show.address(va)}", _hoped(context, want),
                             _said(access)))
    if wrong is None:
        return passed(f"{len(due)} accesses as expected", remarks=remarks)
    code, why = None, "the CPU does not do what the entry says"
    if "call" in context.check:
        log = calls(context.other_stop("tables_at").memory("step_calls"))
        code, why = mistake(log[context.check["call"]])
    return failed(code, f"{show.address(wrong['va'])}: {why}", rows=rows, va=wrong["va"])


def _not_made(context, kind, va):
    """An access of the staff's that was not seen."""
    if context.facts.end["how"] == "end":
        return failed("C-SKIPPED-STAFF", f"the staff's {kind} of {show.address(va)} never happened",
                      tripwire="C-SKIPPED-STAFF")
    return failed("E-NO-CHECKPOINT", f"the run ended before {show.address(va)} was touched")


@keys("va", "ones zeros root mode")
def entry(context):
    """Bits of the last entry on the way to va. Keys: va, ones and zeros (masks)."""
    va = context.value(context.check["va"])
    walk = context.paging().walk(va)
    must, clear = context.value(context.get("ones", 0)), context.value(context.get("zeros", 0))
    last = walk.last
    have = last.entry or 0
    if have & must == must and not have & clear:
        return passed(f"{last.name} = {show.address(have)}")
    wrong = [f"{show.flag_names(bits)} {state}" for bits, state in
             ((must & ~have, "missing"), (have & clear, "still set")) if bits]
    return failed(None, f"{last.name} of {show.address(va)}: {', '.join(wrong)}", va=va,
                  rows=[show.row(last.name, show.address(have & ~clear | must), show.address(have),
                                 last.address)])


@keys("group page pages rounds judged tables_at")
def referenced(context):
    """Answers that say which of `pages` pages from `page` on were used. Keys: group (an answer a
    round), rounds (per round the kind of the accesses it is about, "" for none), judged (which
    rounds), tables_at (where answers and tables were read)."""
    later, start = context.other_stop("tables_at"), context.value(context.check["page"])
    truth = [_used(context, start, kind) for kind in context.check["rounds"]]
    answers, problem = context.answers(len(truth), later)
    if problem:
        return problem
    for index in context.check["judged"]:
        _, result, value = answers[index]
        if (result, value) != (0, truth[index]):
            code, why = _misjudged(truth, index, result, value)
            return failed(code, f"call {index + 1}: {why}", va=start, rows=[show.row(
                f"call {index + 1}", f"result 0 map {show.address(truth[index])}",
                f"result {result} map {show.address(value)}")])
    return _bits_left(context, later, start) or passed(
        ", ".join(show.address(truth[index]) for index in context.check["judged"]))


def _used(context, start, kind):
    """Bit i set: page i saw an access of this kind."""
    pages = {(one["va"] - start) // PAGE for one in _after(context)
             if one["kind"] == kind and one["outcome"] == "ok"}
    return sum(1 << page for page in pages if 0 <= page < context.check["pages"])


def _misjudged(truth, index, result, value):
    """(code, sentence) of a wrong answer."""
    before = truth[index - 1] if index else 0
    missing, extra = truth[index] & ~value, value & ~truth[index]
    if result:
        return None, f"the result is {result}"
    if before and missing and not missing & ~before and not extra:
        return "E-AD-CLEAR", ("pages were used again and their A stayed clear: the CPU remembers "
                              "them as accessed")
    if before and extra and not extra & ~before:
        return "E-A-KEPT", "A was found set and is still set from the time before"
    return None, "the answer is not what was used"


def _bits_left(context, later, start):
    """After the last round: A is clear everywhere, D is where something was written. Or None."""
    if len(context.check["rounds"]) - 1 not in context.check["judged"]:
        return None
    written = sum(_used(context, start, kind) for kind in set(context.check["rounds"])
                  if kind.startswith("write"))
    for index in range(context.check["pages"]):
        walk = later.paging().walk(start + index * PAGE)
        if not walk.mapped:
            continue
        have, va = walk.last.entry, walk.va
        if written >> index & 1 and not have & D:
            return failed("E-DIRTY-LOST", f"{show.address(va)} was written, and its D is gone",
                          rows=[show.row(walk.last.name, "D set", show.address(have),
                                         walk.last.address)], va=va)
        if have & A:
            return failed("E-A-KEPT", f"{show.address(va)} still has its A", va=va)
    return None


KINDS = {"seen": seen, "entry": entry, "referenced": referenced}
