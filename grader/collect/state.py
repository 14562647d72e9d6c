"""The values that the emulator halves hand to collector.py: why it stopped, and the CPU's state.

They are the same for Bochs and QEMU, so that collector.py need not know which one it drives.
"""
from collections import namedtuple

from grader.collect.tables import LMA
from grader.formats import evidence

# Why the emulator stopped. kind: checkpoint | extra | probe | library | end | hang | triple_fault.
# name: of the checkpoint, the probe or the library's function. pa: RIP through the tables, None
# when they do not map it.
Event = namedtuple("Event", "kind name rip pa tick", defaults=(None, 0))

REGISTERS = ("cr0", "cr2", "cr3", "cr4", "efer", "eflags", "dr7", "rsp", "cs")


class State:
    """Registers at one moment. gdtr and idtr are (base, limit), tr is (selector, base), or None."""

    def __init__(self, registers, cs_l, gdtr=None, idtr=None, tr=None):
        self.registers = {name: registers[name] for name in REGISTERS if name in registers}
        self.cr0, self.cr3, self.cr4 = (registers[name] for name in ("cr0", "cr3", "cr4"))
        self.efer, self.rip = registers["efer"], registers["rip"]
        self.cs_l, self.gdtr, self.idtr, self.tr = cs_l, gdtr, idtr, tr

    @property
    def mode(self):
        """How the CPU reads instructions: "32", "compat" or "64"."""
        if not self.efer & LMA:
            return "32"
        return "64" if self.cs_l else "compat"

    def written(self, rip):
        """What the evidence states of this CPU; rip: where it stands, as the Event has it."""
        text = {"rip": evidence.number(rip),
                "registers": {k: evidence.number(v) for k, v in self.registers.items()}}
        for name, table in (("gdtr", self.gdtr), ("idtr", self.idtr)):
            if table:
                text[name] = {"base": evidence.number(table[0]),
                              "limit": evidence.number(table[1])}
        if self.tr:
            text["tr"] = {"selector": evidence.number(self.tr[0]),
                          "base": evidence.number(self.tr[1])}
        return text

    def control(self):
        """What a STEP of the evidence records."""
        return {**{name: evidence.number(getattr(self, name))
                   for name in ("cr0", "cr3", "cr4", "efer")}, "cs_l": self.cs_l}
