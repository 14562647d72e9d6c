"""Strict parsers for what the Bochs debugger prints. Text in, values out; no process, no file.

Used by bochs.py. Bochs 2.7 and 3.x differ in a few places: both spellings are understood, and
nothing else. Whatever does not look exactly as expected raises MachineError with the line: a grade
must never rest on a guess. Port 0xE9 is off and the serial line goes to a file, so no text of the
guest reaches this channel.
"""
import re
from collections import namedtuple

from . import MachineError

# Why and where the machine stopped. reason: magic | breakpoint | time | reset | step (none given).
# pa is the address of RIP through the tables in RAM, None when they do not map it.
Stop = namedtuple("Stop", "reason tick pa cs rip insn trace")
# One line of trace-mem. va is None for a page-walk access, whose level is then "PDE", "PTE", …
# A read-modify-write is a read (RW, with va) and a write that has neither va nor level.
Access = namedtuple("Access", "write va pa size value level")

_NEXT = re.compile(r"^Next at t=(\d+)$")
_WHERE = re.compile(r"^\(0\) \[0x([0-9a-f]+)\] ([0-9a-f]+):([0-9a-f]+) \(.*?\): "
                    r"(.*?)\s*; [0-9a-f]+$")
_NOWHERE = re.compile(r"^\(0\)(?:\.\[\d+\])? \?\?\? \(physical address not available\)$")
# Said before _WHERE or _NOWHERE when the bytes to disassemble reach into a page that is not mapped.
_HALF = re.compile(r"^bx_dbg_read_linear: physical address not available for linear 0x[0-9a-f]+$")
_RESET = re.compile(r"^\(0\)\.\[\d+\] ")     # before "Next at": the CPU itself asked to stop
_BREAK = re.compile(r"^\(0\) (?:Breakpoint \d+, (?:0x)?[0-9a-f:]+ in .*"
                    r"|Caught (?:read|write) watch point at 0x[0-9a-f]+.*)$")
# What `show mode` makes the debugger say on the way: a person at the prompt may have typed it.
_SHOWN = re.compile(r"^\d{11}: (?:switched from '[a-z0-9 -]+' to '[a-z0-9 -]+'"
                    r"|address space switched\. CR3: 0x[0-9a-f]+)$")
_TRACE = re.compile(r"^\[CPU0 (RD|WR|RW)\]: (?:LIN 0x([0-9a-f]{16}) )?PHY 0x([0-9a-f]+) "
                    r"\(len=(\d+)(?:, \S+)?\): ([0-9A-Fx ]+?)(?:\t; (\S+))?$")
_REGISTER = re.compile(r"^(r\w\w?) ?: ([0-9a-f]{8})_([0-9a-f]{8})$")
_EFLAGS = re.compile(r"^eflags:? 0x[0-9a-f]{8}: .*$")        # with the colon from 3.0 on
_SEGMENT = re.compile(r"^(\w+):0x([0-9a-f]{4}), dh=0x([0-9a-f]{8}), dl=0x([0-9a-f]{8}), valid=\d+$")
_TABLE = re.compile(r"^(gdtr|idtr):base=0x([0-9a-f]+), limit=0x([0-9a-f]+)$")
_CONTROL = re.compile(r"^(CR0|CR3|CR4|EFER)=0x([0-9a-f]+)(?::.*)?$")
_CR2 = re.compile(r"^CR2=page fault laddr=0x([0-9a-f]+)$")
_OTHER_CONTROL = re.compile(r"^(?: +P(?:CD|WT)=page-level [a-z -]+=[01]|CR8: 0x[0-9a-f]+"
                            r"|XCR0=0x[0-9a-f]{8}: .*|CPL=[0-3])?$")        # CPL from 3.1 on
_DEBUG = re.compile(r"^DR([0-7])=0x([0-9a-f]+)(?::.*)?$")
_MEMORY = re.compile(r"^0x([0-9a-f]{16}) <[^<>\t]*>:((?:\t0x[0-9a-f]+)+)$")
_PAGE = re.compile(r"^linear page 0x([0-9a-f]+) maps to physical page 0x([0-9a-f]+)$")


def _bad(what, line):
    return MachineError(f"Bochs: unexpected {what}: {line!r}")


def access(line):
    """One trace-mem line as Access, or None when the line is something else."""
    found = _TRACE.match(line)
    if not found:
        return None
    way, lin, phy, size, value, level = found.groups()
    number = 0
    for word in value.split():          # 8-byte entries come as two words, the high one first
        number = number << 32 | int(word, 16)
    if lin and level or not lin and not level and way != "WR":
        raise _bad("trace line", line)
    va = int(lin, 16) if lin else None
    return Access(way == "WR", va, int(phy, 16), int(size), number, level)


def stop(text):
    """The report after c or s as a Stop; its `trace` holds the memory accesses on the way."""
    reason, tick, where, trace = "step", None, None, []
    for line in text.splitlines():
        seen = access(line)
        if seen:
            trace.append(seen)
        elif line == "(0) Magic breakpoint":
            reason = "magic"
        elif line == "(0) Caught time breakpoint":
            reason = "time"
        elif _BREAK.match(line):
            reason = "breakpoint"
        elif _RESET.match(line) and tick is None:
            reason = "reset"
        elif _NEXT.match(line):
            tick = int(_NEXT.match(line)[1])
        elif _WHERE.match(line):
            where = _WHERE.match(line).groups()
        elif _NOWHERE.match(line):
            where = (None, None, None, None)
        elif line and not _SHOWN.match(line) and not _HALF.match(line):
            raise _bad("line at a stop", line)
    if tick is None or where is None:
        raise _bad("stop", text[-200:])
    numbers = [int(n, 16) if n is not None else None for n in where[:3]]
    return Stop(reason, tick, *numbers, where[3], trace)


def registers(text):
    """`r`: {"rax": …, "rip": …, "eflags": …}."""
    found = {}
    for line in text.splitlines():
        match = _REGISTER.match(line)
        if match:
            found[match[1]] = int(match[2] + match[3], 16)
        elif _EFLAGS.match(line):
            found["eflags"] = _flags(line)
        elif line != "CPU0:" and line:
            raise _bad("register line", line)
    if len(found) != 18:
        raise _bad("register list", text)
    return found


_FLAG_BITS = {"id": 21, "vip": 20, "vif": 19, "ac": 18, "vm": 17, "rf": 16, "nt": 14, "of": 11,
              "df": 10, "if": 9, "tf": 8, "sf": 7, "zf": 6, "af": 4, "pf": 2, "cf": 0}


def _flags(line):
    """EFLAGS from the names (upper case = set): with lazy flags the hex number can be old."""
    value = 2
    for word in line.rpartition(": ")[2].split():
        if word.startswith("IOPL="):
            value |= int(word[5:]) << 12
        elif word.lower() not in _FLAG_BITS:
            raise _bad("flag", line)
        elif word.isupper():
            value |= 1 << _FLAG_BITS[word.lower()]
    return value


def control(text):
    """`creg`: cr0, cr2, cr3, cr4, efer."""
    found = {}
    for line in text.splitlines():
        match = _CONTROL.match(line)
        if match:
            found[match[1].lower()] = int(match[2], 16)
        elif _CR2.match(line):
            found["cr2"] = int(_CR2.match(line)[1], 16)
        elif not _OTHER_CONTROL.match(line):
            raise _bad("control register line", line)
    if len(found) != 5:
        raise _bad("control registers", text)
    return found


def segments(text):
    """`sreg`: {"cs": (selector, dh, dl), …, "gdtr": (base, limit), "idtr": …}."""
    found = {}
    for line in text.splitlines():
        if _SEGMENT.match(line):
            name, *numbers = _SEGMENT.match(line).groups()
            found[name] = tuple(int(n, 16) for n in numbers)
        elif _TABLE.match(line):
            name, base, limit = _TABLE.match(line).groups()
            found[name] = (int(base, 16), int(limit, 16))
        elif not line.startswith("\t"):
            raise _bad("segment line", line)
    if not {"cs", "ss", "tr", "gdtr", "idtr"} <= set(found):
        raise _bad("segment list", text)
    return found


def dr7(text):
    """`dreg`: the value of DR7."""
    found = {}
    for line in text.splitlines():
        match = _DEBUG.match(line)
        if match:
            found[match[1]] = int(match[2], 16)
        elif line:
            raise _bad("debug register line", line)
    if "7" not in found:
        raise _bad("debug registers", text)
    return found["7"]


def base_of(segment):
    """Base address in a descriptor given as (selector, dh, dl): the 32 bits that sreg shows."""
    _, high, low = segment
    return low >> 16 | (high & 0xFF) << 16 | (high & 0xFF000000)


def memory(text, pa, count, unit):
    """`xp /COUNTgx PA` (unit 8), wx (4) or bx (1): exactly count units as bytes."""
    lines = text.splitlines()
    if not lines or lines[0] != "[bochs]:":
        raise _bad("memory dump", text[:200])
    words, expected = [], pa
    for line in lines[1:]:
        found = _MEMORY.match(line)
        if not found or int(found[1], 16) != expected:
            raise _bad("memory line", line)
        values = found[2].split()
        words += values
        expected += unit * len(values)
    if len(words) != count:
        raise _bad("number of words", f"{len(words)} of {count} at {pa:#x}")
    return b"".join(int(w, 16).to_bytes(unit, "little") for w in words)


def page(text):
    """`page VA`: the frame the debugger's own walk ends in, or None. A hint, never evidence."""
    found = [_PAGE.match(line) for line in text.splitlines()]
    found = [int(m[2], 16) for m in found if m]
    return found[0] if found else None


def spelled_as_before(text):
    """What `page` and a stop say, without what 3.1 adds: an entry's address, and zeros in front of
    the distance from a symbol."""
    text = re.sub(r"^( *(?:PML4|PDPE|PDE|PTE): )0x[0-9a-f]{16} : ", r"\1", text, flags=re.M)
    return re.sub(r"\+0{1,15}([0-9a-f]+\): )", r"+\1", text)


def triple_fault(log):
    """The last "3rd exception with no resolution" in the log: tick and registers, or None."""
    at = log.rfind("exception with no resolution")
    if at < 0:
        return None
    dump = log[log.rfind("CPU is in ", 0, at):at]
    tick = re.findall(r"^(\d{11,})e\[CPU0 +\] exception\(\): 3rd \(\d+\) $", dump + "\n", re.M)
    found = {}
    for name, value in re.findall(r"\b([ER]IP|[ER]SP|CR[0234]|EFER) *= *(?:0x)?([0-9a-f_]+)", dump):
        name = "r" + name[1:].lower() if name[0] in "ER" and name != "EFER" else name.lower()
        found[name] = int(value.replace("_", ""), 16)
    selector = re.search(r"\|  CS:([0-9a-f]{4})", dump)
    if not tick or not selector or not {"rip", "rsp", "cr0", "cr2", "cr3", "cr4"} <= set(found):
        raise _bad("register dump in the log", dump[-300:])
    return {"tick": int(tick[-1]), "cs": int(selector[1], 16), "efer": 0, **found}


def exceptions(log, first_tick):
    """Faults in the debug log from `first_tick` on: [{"tick", "vector", "error", "cr2", "rip"}]."""
    faults, address = [], (None, None)
    for line in re.findall(r"^\d{11,}d\[CPU0 +\] (?:page fault for|exception\().*$", log, re.M):
        tick, text = int(line.split("d", 1)[0]), line.split("] ", 1)[1]
        where = re.match(r"page fault for address ([0-9a-f]+) @ ([0-9a-f]+)$", text)
        if where:
            address = (int(where[1], 16), int(where[2], 16))
            continue
        found = re.match(r"exception\(0x([0-9a-f]+)\): error_code=([0-9a-f]+)$", text)
        if found and tick >= first_tick:
            vector = int(found[1], 16)
            cr2, rip = address if vector == 14 else (None, None)
            faults.append({"tick": tick, "vector": vector, "error": int(found[2], 16),
                           "cr2": cr2, "rip": rip})
    return faults
