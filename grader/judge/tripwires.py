"""Signs that a submission changed what is not its own. A tripwire voids the run; none gives points.

Used by judge.py. The collector adds those that only it can see.
"""

from grader.formats import exam as layout
from grader.formats.checks import groups_of
from grader.formats.values import Trouble, number
from grader.judge.ending import order_of
from grader.judge.paging.space import PAGE

# TF, IF, DF, NT, VM, AC: staff code runs with all of them clear.
EFLAGS_CLEAR = 0x64700
AFTER_XCHG = (0, 2, 3)          # QEMU stops at the symbol, Bochs behind xchg bx,bx


def _wire(code, stop, what):
    """One finding."""
    return {"code": code, "stop": stop.index, "what": f"{stop.name}: {what}"}


def _descriptors(data):
    """GDT bytes with what the CPU itself changes masked: accessed bits and the busy bit."""
    data = bytearray(data)
    for slot in range(5, len(data), 8):
        kind = data[slot] & 0x1F
        if kind & 0x10:
            data[slot] &= ~1
        elif kind in (0x9, 0xB):
            data[slot] &= ~2
    return bytes(data)


def _baseline(facts, checks, what):
    """The stop whose `what` all later ones must equal ([tripwires] rebase)."""
    base = facts.stops[0]
    for name, parts in checks.get("tripwires", {}).get("rebase", {}).items():
        if what in parts:
            base = facts.stop(name) or facts.stops[-1]
    return base


def _held(stop, what):
    """GDT, IDT or TSS, which lie in memory, or the register of each CPU that leads to one."""
    if what in ("gdt", "idt", "tss"):
        return stop.raw.get(what)
    return [cpu.get(what) for cpu in stop.raw["cpus"]]


def _same_tables(facts, checks):
    """GDT, IDT, TSS and their registers are as they were at the first stop."""
    if not facts.stops:
        return
    for what in ("gdt", "idt", "tss", "gdtr", "idtr", "tr"):
        base = _baseline(facts, checks, what)
        if _held(base, what) is None:
            continue
        for stop in facts.stops[base.index + 1:]:
            one, two = _held(base, what), _held(stop, what)
            if what == "gdt" and one != two and two:
                one, two = (_descriptors(facts.blob(key)) for key in (one, two))
            if one != two:
                yield _wire("C-PATCHED-STAFF", stop, f"{what.upper()} was changed")


def _hashes(facts, _checks):
    """Staff code and constants are the bytes of the image."""
    due = {part["name"]: part["sha256"] for part in facts.image["staff"]}
    for stop in facts.stops:
        for part in stop.raw["staff"]:
            if due.get(part["name"]) != part["sha256"]:
                yield _wire("C-PATCHED-STAFF", stop, f"staff {part['name']} was changed in memory")


def _staff_pages(facts, _checks, stop):
    """Every staff page leads to the frames that were hashed."""
    if stop.paging_mode() is None:
        return
    paging = stop.paging()
    for part in facts.image["staff"]:
        low = number(part["va"])
        for va in range(low & -PAGE, low + number(part["size"]), PAGE):
            walk = paging.walk(va)
            if walk.mapped and walk.pa != va - facts.offset:
                yield _wire("C-STALE-TEXT", stop, f"the staff page 0x{va:x} leads to the frame "
                            f"0x{walk.pa:x}")
                return


def _registers(_facts, checks, stop):
    """DR7, EFLAGS, CR4 and EFER are what the lesson expects at this stop."""
    rules = {**checks.get("tripwires", {}),
             **checks.get("tripwires", {}).get("at", {}).get(stop.raw["checkpoint"], {})}
    have = stop.registers
    if have.get("dr7", 0) & 0xFF:
        yield _wire("C-STATE", stop, f"DR7 is 0x{have['dr7']:x}: a breakpoint is armed")
    if have.get("eflags", 0) & EFLAGS_CLEAR:
        yield _wire("C-STATE", stop, f"EFLAGS is 0x{have['eflags']:x}")
    for name in ("cr4", "efer"):
        if name in rules and have[name] != number(rules[name]):
            yield _wire("C-STATE", stop, f"{name.upper()} is 0x{have[name]:x}, the lesson has "
                        f"{rules[name]}")


def _exam(_facts, _checks, stop):
    """struct exam counts this very stop."""
    exam = stop.exam()
    if exam is None:
        raise Trouble(f"struct exam was not read at {stop.name}")
    if exam.magic != layout.MAGIC:
        yield _wire("C-PATCHED-STAFF", stop, "struct exam was overwritten")
    elif exam.stops != stop.index + 1:
        yield _wire("C-SKIPPED-STAFF", stop, f"the staff counted {exam.stops} stops, "
                    f"{stop.index + 1} were seen")


def _groups(_facts, checks, stop):
    """The groups of answers are opened in the lesson's order, lie one behind the other, and those
    whose number of answers no check demands have the number that the lesson says."""
    runs, due, at = stop.raw.get("groups", []), groups_of(checks), 0
    if [name for name, _, _ in runs] != [name for name, _ in due[:len(runs)]]:
        yield _wire("C-PATCHED-STAFF", stop, "the names of the groups of answers were changed")
        return
    for index, ((name, first, count), (_, wanted)) in enumerate(zip(runs, due)):
        closed = index + 1 < len(runs)
        if first != at or count < 0 or closed and wanted is not None and count != wanted:
            yield _wire("C-PATCHED-STAFF", stop, f"the group of answers {name} was moved")
            return
        at += count


def _places(facts, checks):
    """Stops happen at staff symbols, and none is jumped over."""
    due = order_of(checks)
    for stop in facts.stops:
        symbol = facts.symbols.get(f"checkpoint_{stop.raw['checkpoint']}")
        if symbol is None or number(stop.cpu["rip"]) - symbol not in AFTER_XCHG:
            yield _wire("C-SKIPPED-STAFF", stop, f"stopped at {stop.cpu['rip']}, which is not "
                        "the staff's symbol")
        here = (stop.raw["checkpoint"], stop.raw.get("hit", 1))
        if stop.index < len(due) and here != due[stop.index] and here in due[stop.index:]:
            yield _wire("C-SKIPPED-STAFF", stop, f"checkpoint_{due[stop.index][0]} was skipped")


def _collectors(facts, _checks):
    """What only the collector could see."""
    return facts.tripwires


# Each is needed: tests/corpora/tripwires.toml names a cheat that it alone keeps from points.
OF_A_RUN = {"collector": _collectors, "hashes": _hashes, "tables": _same_tables, "places": _places}
OF_A_STOP = {"staff_pages": _staff_pages, "registers": _registers, "exam": _exam,
             "groups": _groups}


def find(facts, checks):
    """All tripwires of a run, the collector's first."""
    found = [wire for part in OF_A_RUN.values() for wire in part(facts, checks)]
    return found + [wire for stop in facts.stops for part in OF_A_STOP.values()
                    for wire in part(facts, checks, stop)]
