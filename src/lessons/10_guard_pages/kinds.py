"""Check kinds about overflows that were caught: fault_stack, handler and owners.

They read descriptor tables, registers and memory as the collector took them; what
staff code wrote into its notes serves only as the place to look at.
"""

from grader.formats.values import Trouble
from grader.judge import show
from grader.judge.kinds.base import failed, keys, passed
from grader.judge.paging.walk import PAGE

_GATE, _IST_BYTE, _TYPE_BYTE, _PRESENT = 16, 4, 5, 0x80
_TARGET = (0, 1, 2, 3, 6, 7, 8, 9, 10, 11)      # bytes of a 64-bit gate: offset and selector
_FIRST_IST = 0x24                               # byte of IST1 in a 64-bit TSS


def _differing(one, two):
    """Indices of the bytes that differ."""
    return [index for index, (a, b) in enumerate(zip(one, two)) if a != b]


@keys("since vector ist top")
def fault_stack(context):
    """A vector got a stack of its own (64-bit). Keys: since (a stop before), vector, ist (1 to 7),
    top (an expression). The gate names the IST entry, the TSS holds top in it, and nothing else in
    IDT and TSS has changed since."""
    before, vector = context.other_stop("since"), context.check["vector"]
    idt, old_idt, tss, old_tss = (context.facts.blob(stop.raw[name]) for name in ("idt", "tss")
                                  for stop in (context.stop, before))
    at, ist = vector * _GATE, context.check["ist"]
    gate, slot = idt[at:at + _GATE], _FIRST_IST + 8 * (ist - 1)
    top, have = context.value(context.check["top"]), int.from_bytes(tss[slot:slot + 8], "little")
    named = gate[_IST_BYTE] & 7
    rows = [show.row(f"gate {vector}, IST", str(ist), str(named)),
            show.row(f"TSS, IST{ist}", show.address(top), show.address(have))]
    for index in _differing(old_idt, idt):
        if index % _GATE in _TARGET:
            return failed("C-PATCHED-STAFF", f"gate {index // _GATE} leads elsewhere now",
                          rows=rows, tripwire="C-PATCHED-STAFF")
    if not gate[_TYPE_BYTE] & _PRESENT:
        return failed("E-P-MISSING", f"the gate of vector {vector} is not present any more",
                      rows=rows)
    if named == 0:
        return failed("E-IST-MISSING", f"the gate of vector {vector} names no IST entry: its "
                      "handler runs on whatever stack there is", rows=rows)
    if named != ist or have != top:
        return failed("E-IST-MISSING", f"the gate names IST{named}, and IST{ist} holds "
                      f"{show.address(have)}", rows=rows)
    more = [f"byte 0x{i:x} of the IDT" for i in _differing(old_idt, idt) if i != at + _IST_BYTE]
    more += [f"byte 0x{i:x} of the TSS" for i in _differing(old_tss, tss)
             if not slot <= i < slot + 8]
    if more or gate[_IST_BYTE] != ist:
        return failed(None, f"more was changed: {(more or ['the gate'])[0]}", rows=rows)
    return passed(f"IST{ist} = {show.address(top)}, named by gate {vector}")


@keys("top bytes cr2", "until instead")
def handler(context):
    """The stop lies in an exception's handler. Keys: top and bytes (the stack it must run on, which
    ends at top), cr2 and until (CR2 lies in [cr2, until); default: is cr2), instead (the top of
    another stack: running there means E-IST-MISSING)."""
    rsp, cr2 = context.stop.registers["rsp"], context.stop.registers["cr2"]
    top, size = context.value(context.check["top"]), context.check["bytes"]
    low = context.value(context.check["cr2"])
    until = context.value(context.get("until", low + 1))
    rows = [show.row("RSP", f"below {show.address(top)}", show.address(rsp)),
            show.row("CR2", show.address(low), show.address(cr2))]
    if not top - size <= rsp < top:
        other = context.get("instead")
        if other is not None and 0 <= context.value(other) - rsp <= size:
            return failed("E-IST-MISSING", "the page fault could not be delivered and became a "
                          "double fault", rows=rows)
        return failed(None, f"no handler runs here: RSP is {show.address(rsp)}", rows=rows)
    if not low <= cr2 < until:
        return failed(None, f"CR2 is {show.address(cr2)}", rows=rows, va=cr2)
    return passed(f"RSP {show.address(rsp)}, CR2 {show.address(cr2)}")


def _objects(context):
    """[[(start, end), …] of each object] from the memory that the check names."""
    data, stride = context.stop.memory(context.check["memory"]), context.check["stride"]
    if len(data) % stride:
        raise Trouble(f'"{context.check["memory"]}" has {len(data)} bytes, no multiple of {stride}')
    return [[tuple(int.from_bytes(data[at + edge:at + edge + 8], "little") for edge in edges)
             for edges in context.check["spans"]] for at in range(0, len(data), stride)]


def _owner(objects, ask):
    """(index of the object, index of the span) that holds `ask`, or (None, None)."""
    for index, spans in enumerate(objects):
        for number, (start, end) in enumerate(spans):
            if start <= ask < end:
                return index, number
    return None, None


def _blame(objects, asked, wrong):
    """(code, sentence) for wrong answers. asked and wrong: [(ask, owner, span)], see _owner."""
    edges = {name: {edge(span) for spans in objects for span in spans if span[0] < span[1]}
             for name, edge in (("first byte of", lambda s: s[0]),
                                ("last byte of", lambda s: s[1] - 1),
                                ("byte before", lambda s: s[0] - 1),
                                ("byte behind", lambda s: s[1]))}
    for number in range(len(objects[0])):
        if wrong == [one for one in asked if one[2] == number]:
            side = ("lower", "upper")[number] if len(objects[0]) == 2 else f"{number + 1}."
            return "E-GUARD-SIDE", f"the {side} guards are never found"
    for owner, name in ((0, "first"), (len(objects) - 1, "last")):
        if wrong == [one for one in asked if one[1] == owner]:
            return "E-RANGE-LAST", f"the {name} object of the list is never looked at"
    for name, places in edges.items():
        if all(ask in places for ask, _, _ in wrong):
            return "E-GUARD-OFF-BY-ONE", f"the {name} a guard is answered wrongly"
    return None, "the answers are wrong"


@keys("group count memory stride spans", "found none nobody")
def owners(context):
    """The `count` questions of a group: in which object's span does ask lie? Keys: memory (a
    collected symbol: the objects), stride (bytes of one), spans ([[offset of start, of end], …] in
    an object), found and none (results, default 0 and 2), nobody (the value that means
    none, default 0)."""
    count, objects = context.check["count"], _objects(context)
    mine, problem = context.answers(count)
    if problem:
        return problem
    asked, wrong, rows = [], [], []
    yes, no, nobody = context.get("found", 0), context.get("none", 2), context.get("nobody", 0)
    for ask, result, value in mine:
        index, span = _owner(objects, ask)
        asked.append((ask, index, span))
        due = (no, nobody) if index is None else (yes, index)
        if (result, value) != due:
            wrong.append((ask, index, span))
            rows.append(show.row(show.address(ask), f"result {due[0]} value {due[1]}",
                                 f"result {result} value {value}"))
    if not wrong:
        return passed(f"{count} questions, {sum(s is not None for _, _, s in asked)} in a guard")
    code, why = _blame(objects, asked, wrong)
    return failed(code, f"{len(wrong)} of {count} answers: {why}", rows=rows[:4])


@keys("low high", "below above root mode")
def guard(context):
    """[low, high) is mapped and writable, with unmapped pages beside it. Keys: low, high
    (expressions, page aligned), below and above (numbers of guard pages, default 0)."""
    paging = context.paging()
    low, high = context.value(context.check["low"]), context.value(context.check["high"])
    if low >= high or low % PAGE or high % PAGE or high - low >> 30:
        return failed(None, f"[{show.address(low)}, {show.address(high)}) is no range of pages")
    below, above = context.get("below", 0), context.get("above", 0)
    guards = [low - PAGE * (n + 1) for n in range(below)] + [high + PAGE * n for n in range(above)]
    walks = {va: paging.walk(va) for va in range(low - PAGE * 3, high + PAGE * 3, PAGE)}
    walks.update((va, paging.walk(va)) for va in guards)
    hit = [va for va in guards if walks[va].mapped]
    lost = [va for va in range(low, high, PAGE) if not walks[va].mapped]
    if not hit and not lost:
        return passed(f"{len(guards)} guard pages beside [{show.address(low)}, "
                      f"{show.address(high)})")
    code, why = _guard_mistake(walks, low, high, below, above, hit, lost)
    where = (hit or lost)[0]
    rows = [show.row(f"page {show.address(va)}", "not present" if va in guards else "mapped",
                     show.found_text(walks[va])) for va in sorted({*hit[:3], *lost[:3]})]
    return failed(code, why, rows=rows, va=where)


def _guard_mistake(walks, low, high, below, above, hit, lost):
    """(code, sentence) for a guard that is mapped or an object that is not."""
    if hit and walks[hit[0]].size > PAGE and walks[low].size > PAGE:
        return "E-GUARD-LARGE", f"the guard {show.address(hit[0])} lies inside a large page"
    if hit and lost == [high - PAGE if below else low] and not (below and above):
        return "E-GUARD-SIDE", "the guard is on the other side: the object lies one page off"
    if lost:
        edge = "first" if lost[0] == low else "last" if lost[-1] == high - PAGE else "a middle"
        return "E-GUARD-OFF-BY-ONE", f"the {edge} page of the object itself is not mapped"
    other = high if hit[0] < low else low - PAGE
    wanted = above if hit[0] < low else below
    if not wanted and not walks[other].mapped:
        return "E-GUARD-SIDE", "the guard is on the other side"
    beyond, behind = (hit[0] + (-PAGE if hit[0] < low else PAGE) * n for n in (1, 2))
    if behind in walks and not walks[beyond].mapped and walks[behind].mapped:
        return "E-GUARD-OFF-BY-ONE", f"the unmapped page is {show.address(beyond)}, one too far"
    return "E-GUARD-MISSING", f"{show.address(hit[0])} should be a guard and is mapped"


KINDS = {"fault_stack": fault_stack, "handler": handler, "owners": owners, "guard": guard}
