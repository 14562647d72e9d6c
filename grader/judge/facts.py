"""A read-only view of one boot of evidence.json: stops, tables, notes and accesses as numbers and
bytes.

Used by judge.py and the check kinds. It knows the evidence format (CONTRACT.md, section 3) and
decides nothing. Evidence that is broken raises Trouble.
"""

import base64
import struct
import zlib

from grader.formats.exam import Exam
from grader.formats.values import PagingOff, Trouble, number
from grader.judge.paging.space import ZERO
from grader.judge.paging.walk import Paging

PG, WP, PSE, PAE, LA57 = 1 << 31, 1 << 16, 1 << 4, 1 << 5, 1 << 12
LME, LMA, NXE = 1 << 8, 1 << 10, 1 << 11
_ANSWER = struct.Struct("<QQQ")


def numbers(values):
    """Every "0x…" string of a flat table as a number; other values as they are."""
    return {key: number(value) if isinstance(value, str) and value.startswith("0x") else value
            for key, value in values.items()}


class Place:
    """The machine at one moment: registers and the table pages that were read.

    A stop of the evidence, or its end. `cpu` is what the CPU that stopped had by itself; `raw` has
    all CPUs, and what they share. `name` is for people."""

    def __init__(self, facts, index, raw, name):
        self.facts = facts
        self.index = index
        self.raw = raw
        self.name = name
        self.cpu = raw["cpus"][raw["cpu"]]
        self.registers = numbers(self.cpu["registers"])
        self.tables = {number(pa): key for pa, key in raw.get("tables", {}).items()}
        self.spaces = {}                    # {(mode, root): Paging} that were asked for

    def page(self, pa):
        """The 4096 bytes at physical `pa`, or None where the collector read none."""
        key = self.tables.get(pa)
        return None if key is None else self.facts.blob(key)

    def paging_mode(self):
        """Name of the mode these registers select, or None with paging off."""
        cr0, cr4 = self.registers.get("cr0", 0), self.registers.get("cr4", 0)
        if not cr0 & PG:
            return None
        if not cr4 & PAE:
            return "32bit"
        if not self.registers.get("efer", 0) & LMA:
            return "pae"
        return "5level" if cr4 & LA57 else "4level"

    def paging(self, root=None, mode=None):
        """The address space at `root` (CR3 when None) read as `mode` (the registers' when None).

        With paging still off a mode must be named; PSE and NXE are then taken as on."""
        current = self.paging_mode()
        mode = mode or current
        if mode is None and root is None:
            raise PagingOff(f"paging is off at {self.name}: CR0.PG is clear")
        if mode is None:
            raise Trouble(f"paging is off at {self.name}: the check must name the mode")
        pse = current is None or bool(self.registers["cr4"] & PSE)
        nxe = current is None or bool(self.registers["efer"] & NXE)
        root = self.registers["cr3"] if root is None else root
        marks = current == "pae" and self.facts.emulator["name"] == "qemu"
        if (mode, root) not in self.spaces:
            self.spaces[mode, root] = Paging(mode, root, self.page, pse, nxe,
                                             self.facts.physical_bits, pdpte_a=marks)
        return self.spaces[mode, root]

    def exam(self):
        """struct exam here, or None where it was not read."""
        key = self.raw.get("exam")
        return Exam(self.facts.blob(key)) if key else None

    def note(self, name):
        """exam.note by its name in checks.toml."""
        exam = self.exam()
        if exam is None or name not in self.facts.notes:
            raise Trouble(f'note "{name}" cannot be read at {self.name}')
        return exam.notes[self.facts.notes.index(name)]

    def answers(self):
        """The answers in memory here: a list of (ask, result, value)."""
        data = self.memory("exam_answers")
        whole = len(data) // _ANSWER.size * _ANSWER.size
        return list(_ANSWER.iter_unpack(data[:whole]))

    def group(self, name):
        """The answers of one group, as many as there are: a list of (ask, result, value)."""
        table = self.answers()
        return [answer for run, first, count in self.raw.get("groups", ()) if run == name
                for answer in table[first:first + max(count, 0)]]

    def memory(self, symbol):
        """Bytes that [collect] memory asked for at this stop."""
        entry = self.raw.get("memory", {}).get(symbol)
        if entry is None:
            raise Trouble(f'the memory of "{symbol}" was not collected at {self.name}')
        return self.facts.blob(entry["sha"], entry.get("size"))


def _boot(evidence):
    """The boot that the checks are about."""
    boots = evidence["boots"]
    if len(boots) != 1:
        raise Trouble(f"the evidence holds {len(boots)} boots, but the checks of this lesson look "
                      "at one: grade the submission again")
    return boots[0]


class Facts:
    """All of one boot. `evidence` is such as frame.check() lets pass. `checks` gives the names of
    the notes and the width of addresses."""

    def __init__(self, evidence, checks):
        self.evidence = evidence
        self.seed = evidence["seed"]
        self.emulator = evidence["emulator"]
        self.image = evidence["image"]
        self.notes = checks.get("notes", [])
        self.physical_bits = checks.get("physical_bits", 40)
        self._blobs = {"zero": ZERO}
        try:
            self._read(_boot(evidence))
        except (AttributeError, KeyError, TypeError, ValueError) as why:
            raise Trouble(f"this evidence is damaged ({why!r}): grade the submission "
                          "again") from why

    def _read(self, boot):
        """The numbers and places of the boot that is judged."""
        self.symbols = {name: number(value) for name, value in self.image["symbols"].items()}
        self.offset = number(self.image.get("offset", "0x0"))
        self.stops = [Place(self, index, raw, f"checkpoint_{raw['checkpoint']}")
                      for index, raw in enumerate(boot["stops"])]
        self.accesses = [numbers(access) for access in boot["accesses"]]
        self.steps = [numbers(step) for step in boot["steps"]]
        self.entries = boot.get("entries", [])
        self.end, self.tripwires, self.remarks = boot["end"], boot["tripwires"], boot["remarks"]

    def blob(self, key, size=None):
        """Bytes of the pool by their key. `size` tells how long a "zero" string is."""
        if key == "zero" and size is not None and size != len(ZERO):
            return bytes(size)
        try:
            if key not in self._blobs:
                packed = self.evidence["pool"][key]
                self._blobs[key] = zlib.decompress(base64.b64decode(packed))
            return self._blobs[key]
        except (KeyError, TypeError, ValueError, zlib.error) as problem:
            raise Trouble(f"pool entry {key!r:.13}… cannot be read: {problem!r}") from problem

    def stop(self, name):
        """The stop "name" (its first hit) or "name#n"; None when it was not reached."""
        name, _, hit = name.partition("#")
        for place in self.stops:
            if place.raw["checkpoint"] == name and place.raw.get("hit", 1) == int(hit or 1):
                return place
        return None

    def end_place(self):
        """The machine at the end. What was not read there is that of the last stop."""
        nothing = {"cpu": 0, "cpus": [{"registers": {}}], **self.end}
        last = self.stops[-1].raw if self.stops else nothing
        raw = {**{key: last[key] for key in ("tables", "exam", "cpu", "cpus") if key in last},
               **self.end}
        raw["cpus"] = [{**before, **now, "registers": {**before["registers"], **now["registers"]}}
                       for before, now in zip(last["cpus"], raw["cpus"])]
        return Place(self, len(self.stops), raw, "the end of the run")
