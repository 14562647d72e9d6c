"""Synthetic evidence: page tables built by hand, stops, accesses and answers, without an emulator.

Used by the unit tests of the judge. The builder is deliberately naive: it writes entries one by one
from the indices, so that it shares no code with the judge's walk.
"""

import base64
import hashlib
import struct
import zlib
from itertools import accumulate
from pathlib import Path

from cli.lessons import all_lessons
from grader.formats.checks import Checks

SHIFTS = {"flat": (12,), "32bit": (22, 12), "pae": (30, 21, 12), "4level": (39, 30, 21, 12),
          "5level": (48, 39, 30, 21, 12)}
WIDTH = {"flat": 4, "32bit": 4, "pae": 8, "4level": 8, "5level": 8}
CR0 = 0x80010011
CODE = 0x200000
LESSONS = {lesson.number: lesson for lesson in all_lessons(Path(__file__).resolve().parents[2])}
KINDS = {name: kind for lesson in LESSONS.values() for name, kind in lesson.kinds().items()}


class Memory:
    """Physical memory that holds tables: {frame address: bytearray(4096)}."""

    def __init__(self, free=0x400000):
        self.pages = {}
        self.free = free

    def table(self, at=None):
        """A zeroed table; its physical address."""
        if at is None:
            at, self.free = self.free, self.free + 0x1000
        self.pages[at] = bytearray(4096)
        return at

    def put(self, address, entry, width=4):
        """Store one entry."""
        page = self.pages.setdefault(address & ~0xFFF, bytearray(4096))
        offset = address & 0xFFF
        page[offset:offset + width] = entry.to_bytes(width, "little")

    def get(self, address, width=4):
        """Load one entry."""
        page, offset = self.pages[address & ~0xFFF], address & 0xFFF
        return int.from_bytes(page[offset:offset + width], "little")

    def page(self, address):
        """What the judge's walk calls."""
        found = self.pages.get(address)
        return None if found is None else bytes(found)

    def indices(self, mode, va):
        """Index of each level."""
        bits = {"flat": 20, "32bit": 10}.get(mode, 9)
        return [va >> shift & (1 << bits) - 1 for shift in SHIFTS[mode]]

    def map(self, mode, root, va, pa, leaf=12, flags=3, upper=3, indices=None):
        """Map one page; tables are made on the way."""
        width, at = WIDTH[mode], root
        for shift, index in zip(SHIFTS[mode], indices or self.indices(mode, va)):
            where = at + index * width
            if shift == leaf:
                self.put(where, pa | flags | (0x80 if shift > 12 else 0), width)
                return where
            if where & ~0xFFF not in self.pages or not self.get(where, width) & 1:
                plain = 1 if mode == "pae" and shift == 30 else upper
                self.put(where, self.table() | plain, width)
            at = self.get(where, width) & 0x000FFFFFFFFFF000
        raise AssertionError("no such leaf")


def cpus(rip=CODE, mode="32", **registers):
    """The part of a stop that tells of its CPU, the only one."""
    return {"cpu": 0, "cpus": [{
        "rip": hex(rip), "mode": mode,
        "registers": {key: hex(value) for key, value in registers.items()},
        "gdtr": {"base": "0x201000", "limit": 23}, "idtr": {"base": "0x202000", "limit": 255},
        "tr": {"selector": "0x18", "base": "0x203000"}}]}


class Run:
    """One run under construction; evidence() gives the dict the collector would have written."""

    def __init__(self, lesson="02_two_levels", seed=77, emulator="bochs"):
        self.lesson, self.seed, self.emulator = lesson, seed, emulator
        self.pool, self.stops, self.accesses, self.steps = {}, [], [], []
        self.symbols = {"exam": "0x210000"}
        self.end = {"how": "end", "status": 0x10}
        self.tripwires, self.remarks, self.gate = [], [], {"passed": True, "findings": []}
        self.notes, self.offset, self.todo = [], 0, 0
        self.staff = [{"name": "text", "va": hex(CODE), "size": 0x1000, "sha256": "aa"}]

    def store(self, data):
        """Put bytes into the pool; their key."""
        data = bytes(data)
        if len(data) == 4096 and not any(data):
            return "zero"
        key = hashlib.sha256(data).hexdigest()
        self.pool[key] = base64.b64encode(zlib.compress(data)).decode()
        return key

    def exam(self, asked=0):
        """struct exam at the next stop."""
        notes = [*self.notes, *[0] * (59 - len(self.notes))]
        return struct.pack("<IIQQIIII59Q", 0x4D415845, 1, self.seed, 0, len(self.stops) + 1,
                           asked, self.todo, 0, *notes)

    def stop(self, name, memory=None, cr3=0, mode="32bit", answers=None, **registers):
        """Pass a checkpoint. `mode` None means paging off. The answers are those of the group
        "asked", unless `answers` is a table {group: answers}."""
        groups = answers if isinstance(answers, dict) else {"asked": answers or []}
        answers = None if answers is None else [one for group in groups.values() for one in group]
        hit = 1 + sum(stop["checkpoint"] == name for stop in self.stops)
        base = {"cr0": CR0 if mode else 0x11, "cr2": 0, "cr3": cr3, "cr4": 0x10, "efer": 0,
                "eflags": 2, "dr7": 0x400, "rsp": 0x220000, "cs": 8}
        if mode == "pae":
            base["cr4"] = 0x20
        if mode == "4level":
            base.update(cr4=0x20, efer=0xD00)
        base.update(registers)
        symbol = 0x200100 + 0x20 * len(self.symbols)
        self.symbols.setdefault(f"checkpoint_{name}", hex(symbol))
        tables = {} if memory is None else {
            hex(pa): self.store(page) for pa, page in memory.pages.items()}
        self.stops.append({
            "checkpoint": name, "hit": hit, "tick": 1000 * len(self.stops),
            **cpus(int(self.symbols[f"checkpoint_{name}"], 16) + 3,
                   "64" if mode == "4level" else "32", **base),
            "staff": [{"name": "text", "sha256": "aa"}],
            "gdt": self.store(b"gdt"), "idt": self.store(b"idt"), "tss": self.store(b"tss"),
            "exam": self.store(self.exam(len(answers or []))), "tables": tables,
            "memory": self.answers(answers), "flush": "proved" if mode else "off"})
        if answers is not None:
            ends = list(accumulate(map(len, groups.values())))
            self.stops[-1]["groups"] = [[group, end - len(mine), len(mine)]
                                        for (group, mine), end in zip(groups.items(), ends)]
        return self.stops[-1]

    def answers(self, answers):
        """exam_answers as [collect] memory would hold it."""
        if answers is None:
            return {}
        data = b"".join(struct.pack("<QQQ", *answer) for answer in answers)
        return {"exam_answers": {"pa": "0x211000", "size": len(data), "sha": self.store(data)}}

    def access(self, va, kind="read_1", **more):
        """An access after the last stop: pa=… (ok) or error=… (a page fault)."""
        entry = {"stop": len(self.stops) - 1, "kind": kind, "va": hex(va)}
        if "error" in more:
            entry.update(outcome="fault", vector=more.pop("vector", 14), cr2=hex(va))
        else:
            entry["outcome"] = "ok"
        entry.update({key: hex(value) for key, value in more.items() if value is not None})
        self.accesses.append(entry)

    def evidence(self):
        """The whole document."""
        return {"format": "pagewalk-evidence", "version": 2, "lesson": self.lesson,
                "seed": self.seed, "optimisation": "-O2",
                "emulator": {"name": self.emulator, "version": "2.7"},
                "image": {"sha256": "00", "entry": "0x200000", "symbols": dict(self.symbols),
                          "offset": hex(self.offset), "staff": self.staff,
                          "work": {"va": "0x208000", "size": 4096},
                          "image": {"va": "0x200000", "size": 0x20000}},
                "gate": self.gate, "boots": [self.boot()], "pool": self.pool}

    def boot(self):
        """The one boot of this run."""
        return {"stops": self.stops, "accesses": self.accesses, "steps": self.steps,
                "end": self.end, "tripwires": self.tripwires, "remarks": self.remarks}


def checks(*entries, **more):
    """checks.toml as a dict: two stops, one set "p" of three rows and an absent page."""
    found = {"title": "Two levels", "width": 32, "order": ["start", "process_1"],
             "notes": ["root_1"],
             "groups": list(dict.fromkeys(e["group"] for e in entries if "group" in e)),
             "gate": {"defines": ["walk", "map"]},
             "kernel": {"ranges": [{"name": "image", "from": hex(CODE), "pages": 1}]},
             "set": {"p": {"rows": [{"page": 0, "frame": 1}, {"page": 0x403, "frame": 3},
                                    {"page": 0xFFFFF, "frame": 5}],
                           "absent": [2], "kernel": True}},
             "check": [{"points": 1, "at": "process_1", "title": entry["id"], **entry}
                       for entry in entries]}
    found.update(more)
    return Checks(found, KINDS)


def process(memory=None, rows=((0, 1), (0x403, 3), (0xFFFFF, 5)), **flags):
    """The tables of the set "p", right: (memory, root)."""
    memory = memory or Memory()
    root = memory.table()
    memory.map("32bit", root, CODE, CODE)
    for page, frame in rows:
        memory.map("32bit", root, page << 12, frame << 12, **flags)
    return memory, root


def run(memory, root, **more):
    """A run that passes both stops with these tables loaded."""
    result = Run(**more)
    result.notes = [root]
    result.stop("start", mode=None)
    result.stop("process_1", memory, root)
    return result


def built(pages, offset=0, leaf=12, width=WIDTH["4level"], spoil=None, **flags):
    """A run whose 4-level tables hold pages of (va, pa); spoil(memory, root, entry address)."""
    memory = Memory()
    root = memory.table()
    for va, pa in pages:
        where = memory.map("4level", root, va, pa, leaf=leaf, **flags)
        if spoil:
            memory.put(where, spoil(memory.get(where, width)), width)
    recorded = Run(lesson="08_four_levels")
    recorded.offset = offset
    recorded.staff = []
    recorded.notes = [root]
    recorded.stop("start", memory, root, mode="4level")
    recorded.stop("process_1", memory, root, mode="4level")
    return recorded, memory, root
