"""Why a run died: the first exception held against the tables in RAM at that moment.

Used by ending.py. A CPU that cannot fetch, push, or read its IDT and GDT cannot even report a
fault; the walk of those addresses says which of them was missing.
"""

from grader.judge import show
from grader.judge.facts import LME, PAE, PG
from grader.judge.paging.walk import P, PAGE, PS

_BEFORE = (("cr4", PAE, "CR4.PAE"), ("efer", LME, "EFER.LME"))
NAMES = {0: "#DE divide error", 1: "#DB debug", 6: "#UD invalid opcode", 8: "#DF double fault",
         10: "#TS invalid TSS", 11: "#NP segment not present", 12: "#SS stack fault",
         13: "#GP general protection", 14: "#PF page fault"}


def exception_text(fault):
    """The first exception in words, with its error code and CR2."""
    vector = fault.get("vector")
    text = NAMES.get(vector, f"vector {vector}")
    if "error" in fault:
        text += f", error 0x{fault['error']:X}"
    if vector == 14:
        error = fault.get("error", 0)
        what = "fetch" if error & 16 else "write" if error & 2 else "read"
        why = "reserved bit" if error & 8 else "right missing" if error & 1 else "not present"
        text += f" ({what}, {why}), CR2 {show.address(fault.get('cr2', 0))}"
    return text


def _places(end, fault, long_mode):
    """(what, address, code when it is unmapped) of everything a fault needs."""
    rip = fault.get("rip")
    gate = (16 if long_mode else 8) * fault.get("vector", 14)
    idt, gdt = (int(str(end.cpu.get(name, {}).get("base", "0")), 0) for name in ("idtr", "gdtr"))
    yield "code (RIP)", rip, "E-NO-IDENTITY"
    rsp = end.registers.get("rsp")
    yield "stack (RSP)", None if rsp is None else rsp - 4, "E-STACK-UNMAPPED"
    yield "IDT", idt + gate if idt else None, "E-STACK-UNMAPPED"
    yield "GDT", gdt + 8 if gdt else None, "E-STACK-UNMAPPED"


def _refusal(paging, walk):
    """A code of its own for a walk that fails for a reason more telling than "not mapped"."""
    last = walk.last
    if walk.end == "reserved":
        return "E-RESERVED", f"{last.name} has a reserved bit set"
    if walk.end == "no_table" and len(walk.steps) == 1:
        return "E-CR3-VIRTUAL", f"CR3 names {show.address(paging.root)}, where no table lies"
    if walk.end == "not_present" and last.entry and last.entry & paging.address_mask \
            and not last.entry & P:
        return "E-P-MISSING", f"{last.name} is filled in but its present bit is clear"
    return None, ""


def _without_pse(paging, walk):
    """A directory's entry that was meant for a large page, while CR4.PSE is clear."""
    first = walk.steps[0].entry if walk.steps else None
    if paging.mode.name == "32bit" and not paging.pse and first and first & P and first & PS:
        return "E-PS-NO-PSE", (f"CR4.PSE is clear, so {walk.steps[0].name}, "
                               f"{show.entry_hex(paging.mode, first)}, names a table")
    return None, ""


def _walks(facts, end, fault):
    """(code, sentence, rows) from walking everything the CPU needed."""
    paging = end.paging()
    rows, code, why = [], None, ""
    for what, va, unmapped in _places(end, fault, paging.mode.name in ("4level", "5level")):
        if va is None:
            continue
        walk = paging.walk(va)
        rows.append(_row(f"{what} {show.address(va)}", walk))
        code, why = (code, why) if code else _without_pse(paging, walk)
        if walk.mapped or code:
            continue
        code, why = _refusal(paging, walk)
        if not code:
            code, why = unmapped, f"the {what} at {show.address(va)} is not mapped"
    cr2 = fault.get("cr2") if fault.get("vector") == 14 else None
    if cr2 not in (None, fault.get("rip")):
        rows.insert(0, _row(f"address (CR2) {show.address(cr2)}", paging.walk(cr2)))
    if not code and cr2 is not None:
        code, why = _from_cr2(facts, paging, cr2)
    return code, why, rows


def _row(what, walk):
    """One address that the CPU needed; the entry where its walk ended when it is not mapped."""
    return show.row(what, "mapped", show.found_text(walk),
                    None if walk.mapped or not walk.last else walk.last.address)


def _from_cr2(facts, paging, cr2):
    """What the faulting address tells when code, stack and descriptor tables are all mapped."""
    walk = paging.walk(cr2)
    code, why = _refusal(paging, walk)
    if code:
        return code, why
    frames = {pa for stop in facts.stops[-1:] for pa in stop.tables}
    if facts.offset and cr2 & ~0xFFF in frames:
        return "E-PA-DEREF", (f"{show.address(cr2)} is the physical address of a table, used as "
                              "a pointer")
    if cr2 < 4096:
        return None, "a null pointer was followed"
    return None, f"{show.address(cr2)}: {show.found_text(walk)}"


def examine(facts, checks):
    """(likely code or None, sentence, rows) of a run that ended in an exception."""
    end = facts.end_place()
    fault = {key: int(str(value), 0) for key, value in facts.end.get("first_fault", {}).items()
             if value is not None}
    where = facts.end.get("symbol", "an unknown place")
    said = f"{exception_text(fault)} in {where}" if fault else f"in {where}"
    taken = facts.steps
    if checks.get("wants_long_mode") and taken and not taken[-1]["cs_l"]:
        short = lacks(taken[-1])
        if short or not taken[-1]["cr0"] & PG:
            what = short or "the jump"
            return "E-ORDER-LM", (f"{said}; on the way into long mode {what}; last instruction: "
                                  f"{facts.end.get('insn', taken[-1]['insn'])}"), step_rows(taken)
    if end.paging_mode() is None:
        code = "E-ORDER-LM" if checks.get("wants_long_mode") and taken else None
        return code, f"{said}, with paging still off", []
    code, why, rows = _walks(facts, end, fault)
    return code, f"{said}; {why}" if why else said, rows


def lacks(step, root=None):
    """What is not ready for long mode in the state of a step; empty when all is."""
    missing = [f"{text} is clear" for name, bit, text in _BEFORE if not step[name] & bit]
    if root is not None and step["cr3"] & -PAGE != root:
        missing.append(f"CR3 is {show.address(step['cr3'])}")
    return ", ".join(missing)


def step_rows(taken):
    """The recorded changes as lines: instruction, then the registers after it."""
    return [show.row(step["insn"], "", f"CR0 {show.address(step['cr0'])}  "
                     f"CR3 {show.address(step['cr3'])}  CR4 {show.address(step['cr4'])}  "
                     f"EFER {show.address(step['efer'])}  CS.L {step['cs_l']}",
                     step["rip"]) for step in taken]
