"""The QEMU half of the collector: hardware breakpoints at the contract's symbols, CR3 from outside.

Used by collector.py. QEMU shows no access as it happens; instead CR3 is rewritten through the stub
before each probing instruction, which drops the TLB, and a random word is laid where the walk of
the bytes in memory leads. QEMU counts no instructions, so it never says that a run hangs.
"""
from grader.collect import tables
from grader.collect.kernel import VECTORS_WITH_ERROR
from grader.collect.state import Event, State
from grader.machine.qemu import Qemu

# A run takes one or two seconds. What exceeds either is repeated in Bochs.
LONGEST, MOST_CPU = 20, 8


class Bench:
    """One QEMU session seen through the contract's symbols. A context manager."""

    def __init__(self, build, kernel, checks, folder):
        self.kernel = kernel
        self.qemu = Qemu(folder, kernel=build.kernel32, memory_mib=tables.size_mib(checks, "qemu"),
                         seconds=LONGEST, cpu_seconds=MOST_CPU)
        self.version = self.qemu.version
        self.watching, self.armed, self.stepped = False, False, False
        self.now, self.fault = None, None
        self.mappers = kernel.watched(checks)
        self.quiet = checks.get("collect", {}).get("quiet", [])
        self.keeps = kernel.elf.pa("probe_keeps_tlb") if "probe_keeps_tlb" in kernel.elf else None

    def __enter__(self):
        vectors = [va for va, number in self.kernel.vectors.items() if number not in self.quiet]
        for va in (*self.kernel.checkpoints, *vectors, *self.mappers,
                   self.kernel.elf.va("machine_end")):
            self.qemu.break_at(va)
        return self

    def __exit__(self, *_):
        self.qemu.close()

    # -- running -------------------------------------------------------------------------------

    def limit(self, instructions):
        """QEMU does not count: the session's wall clock is the only bound, and judges nobody."""

    def go(self):
        """Run to the next Event."""
        if self.stepped:                # step() may have brought us to a symbol of the contract
            self.stepped = False
            event = self._event(True)
            if event:
                return event
        while True:
            on_one = self.qemu.registers()["rip"] in self.qemu.breakpoints  # would stop there again
            event = self._event(self.qemu.step() if on_one else self.qemu.cont())
            if event:
                return event

    def _event(self, alive):
        """The Event at this place, or None where the contract has no symbol."""
        self.now = self.qemu.registers()
        rip = self.now["rip"]
        if not alive:
            return Event("triple_fault", None, rip)
        if rip in self.kernel.checkpoints:
            state = self.state()
            return Event("checkpoint", self.kernel.checkpoints[rip], rip, self._leads(rip, state))
        if rip == self.kernel.elf.va("machine_end"):
            return Event("end", None, rip)
        if self.watching and rip in self.kernel.probes:
            return Event("probe", self.kernel.probes[rip], rip)
        if rip in self.mappers:
            return Event("library", self.mappers[rip], rip)
        if rip in self.kernel.vectors:
            self.fault = self._fault(self.kernel.vectors[rip], with_rip=True)
        return None

    def watch_probes(self, wanted):
        """Whether `go` stops at probing instructions from now on."""
        self.watching = wanted
        if wanted and not self.armed:
            self.armed = True
            for va in self.kernel.probes:
                self.qemu.break_at(va)

    def step(self):
        """Execute one instruction: (its text, the Event that ended the machine or None)."""
        text = self.qemu.instruction(self.now["rip"])
        alive = self.qemu.step()
        self.stepped = True
        self.now = self.qemu.registers()
        if not alive:
            return text, Event("triple_fault", None, self.now["rip"])
        if self.now["rip"] == self.kernel.elf.va("machine_end"):
            return text, Event("end", None, self.now["rip"])
        return text, None

    def control(self):
        """What a STEP records of the present state."""
        return self.state().control()

    def rip(self):
        """Address of the next instruction."""
        return self.now["rip"]

    # -- looking -------------------------------------------------------------------------------

    def state(self):
        """The registers now."""
        self.now = self.qemu.registers()
        more = self.qemu.tables()
        return State({**self.now, "dr7": more["dr7"]}, more["cs_l"], more["gdtr"], more["idtr"],
                     more["tr"])

    def caller(self):
        """Where the function that has just been entered returns to; None: nowhere."""
        at = self._leads(self.now["rsp"], State(self.now, 0))
        if at is None:
            return None
        size = 8 if self.now["efer"] & tables.LMA else 4
        return int.from_bytes(self.qemu.read(at, size), "little")

    def end_state(self, _event):
        """The registers at the end; QEMU keeps them through a triple fault."""
        return self.state()

    def first_fault(self, event):
        """The exception that began the end: {vector, error, cr2, rip}, as far as it is known."""
        found = self.fault
        if event.kind == "triple_fault":
            faults = self.qemu.faults()
            while len(faults) > 1 and faults[-1]["vector"] == 8:
                faults.pop()
            found = faults[-1] if faults else None
        if not found:
            return {}
        return {k: v for k, v in found.items() if v is not None
                and (k != "cr2" or found["vector"] == 14)}

    def read(self, ranges, _state):
        """Bytes of each physical (address, size)."""
        found = {}
        for pa, size, parts in _runs(set(ranges)):
            data = self.qemu.read(pa, size)
            found.update({(at, n): data[at - pa:at - pa + n] for at, n in parts})
        return [found[r] for r in ranges]

    def write(self, pa, data):
        """Write physical memory."""
        self.qemu.write(pa, data)

    def _leads(self, va, registers):
        """Where a linear address leads, by our own walk; None where it leads nowhere."""
        mode = tables.mode_of(registers.cr0, registers.cr4, registers.efer)
        if mode == "off":
            return va
        return tables.walk(mode, registers.cr3, registers.cr4, va, self.qemu.read)[0]

    # -- proving -------------------------------------------------------------------------------

    def prove_flush(self, state):
        """Drop the TLB from outside: (flush, no problem)."""
        if tables.mode_of(state.cr0, state.cr4, state.efer) == "off":
            return "off", None
        self.qemu.write_register("cr3", state.cr3)
        return "written", None

    def probe(self, kind, canary, may_hold):
        """Watch the probing instruction that is next: (ACCESS, the Event that ended all or None).

        may_hold(pa, size) says whether the canary may lie there for one instruction.
        """
        before = State(self.now, 0)
        wide = before.efer & tables.LMA
        va = self.now["rcx"] & (1 << (64 if wide else 32)) - 1
        size = 1 if kind in ("read_1", "write_1", "fetch") else 4
        if before.cr0 & tables.PG and not (self.keeps and self.qemu.read(self.keeps, 1) != b"\0"):
            self.qemu.write_register("cr3", before.cr3)
        pa = self._leads(va, before)
        old = None
        if kind.startswith("read") and pa is not None and may_hold(pa, size):
            old = self.qemu.read(pa, size)
            self.qemu.write(pa, canary.to_bytes(4, "little")[:size])
        alive = self.qemu.step()
        if old is not None:
            self.qemu.write(pa, old)
        self.now = self.qemu.registers()
        if kind == "fetch" and alive and self.now["rip"] == va:
            alive = self.qemu.step()
            self.now = self.qemu.registers()
        access = {"va": f"{va:#x}"}
        if not alive:
            return access, Event("triple_fault", None, self.now["rip"])
        vector = self.kernel.vectors.get(self.now["rip"])
        if vector is not None:
            found = self._fault(vector)
            return {**access, "outcome": "fault", "vector": vector, "error": f"{found['error']:#x}",
                    "cr2": f"{found['cr2']:#x}"}, None
        return {**access, "outcome": "ok", **self._value(kind, size, pa, old, canary)}, None

    def _value(self, kind, size, pa, old, canary):
        """What an access that happened read or left behind."""
        mask = (1 << 8 * size) - 1
        if kind.startswith("read"):
            value = {"value": f"{self.now['rax'] & mask:#x}"}
            return value if old is None else {**value, "canary": f"{canary & mask:#x}"}
        if kind.startswith("write") and pa is not None:
            return {"value": f"{int.from_bytes(self.qemu.read(pa, size), 'little'):#x}"}
        return {}

    def _fault(self, vector, with_rip=False):
        """The exception whose handler begins here: its error code lies on top of the stack."""
        wide = 8 if self.now["efer"] & tables.LMA else 4
        stack = self._leads(self.now["rsp"], State(self.now, 0))
        has_error = vector in VECTORS_WITH_ERROR
        data = self.qemu.read(stack, 2 * wide) if stack is not None else bytes(2 * wide)
        error = int.from_bytes(data[:4], "little") if has_error else 0
        fault = {"vector": vector, "error": error, "cr2": self.now["cr2"]}
        if with_rip:
            at = wide if has_error else 0
            fault["rip"] = int.from_bytes(data[at:at + wide], "little")
        return fault


def _runs(ranges):
    """Neighbouring (address, size) joined: [(address, size, [parts])]."""
    runs = []
    for pa, size in sorted(ranges):
        if runs and runs[-1][0] + runs[-1][1] == pa:
            runs[-1][1] += size
            runs[-1][2].append((pa, size))
        else:
            runs.append([pa, size, [(pa, size)]])
    return runs
