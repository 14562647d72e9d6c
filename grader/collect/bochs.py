"""The Bochs half of the collector: stops at magic breakpoints, watches accesses under trace-mem.

Used by collector.py. What it calls proved was seen on the CPU: the walk after a CR3 reload, the
line LIN -> PHY of an access. Where it reads memory through linear addresses, for speed, it first
walks the tables itself from bytes read by physical address.
"""
from pathlib import Path

from grader.collect import tables, trace
from grader.collect.state import Event, State
from grader.machine import MachineError, bochs_text
from grader.machine.bochs import Bochs

XCHG_BYTES = 3                  # Bochs stops behind the magic instruction
CODE_L = 1 << 21                # the L bit in the high half of a code descriptor
SMALL = 2048                    # ranges below this are not worth proving a window for
NEAR = 65536                    # bytes between two ranges that are cheaper to read than to skip
BURST = 1000                    # faults this many instructions apart belong to one death
ACCESSED_DIRTY = 0x60

SHARED = Path(__file__).resolve().parents[2] / "build"      # what all sessions use alike


class Bench:
    """One Bochs session seen through the contract's symbols. A context manager."""

    def __init__(self, build, kernel, checks, folder):
        self.kernel = kernel
        self.bochs = Bochs(build.iso, folder, tables.size_mib(checks, "bochs"),
                           shim_folder=SHARED)
        self.version = self.bochs.version
        self.tick, self.last_stop, self.watching, self.armed = 0, 0, False, False
        self.dead, self.current, self.now = None, None, None
        self.probed = set()
        self.mappers = kernel.watched(checks)

    def __enter__(self):
        for va in (self.kernel.elf.va("machine_end"), *self.mappers):
            self.bochs.break_at(va)
        return self

    def __exit__(self, *_):
        self.bochs.close()

    # -- running -------------------------------------------------------------------------------

    def limit(self, instructions):
        """How far the guest may run from here."""
        self.bochs.run_until(self.tick + instructions)

    def go(self):
        """Run to the next Event."""
        while True:
            stop = self.bochs.go()
            event = self._event(stop)
            if event:
                return event

    def _event(self, stop):
        self.current, self.tick = stop, stop.tick
        if stop.reason == "magic":
            name = self.kernel.checkpoints.get((stop.rip or 0) - XCHG_BYTES)
            if name is None:
                return Event("extra", None, stop.rip, stop.pa, stop.tick)
            self.last_stop = stop.tick
            return Event("checkpoint", name, stop.rip, stop.pa, stop.tick)
        if stop.reason == "reset":
            return self._triple_fault(stop)
        if stop.reason in ("time", "halted"):
            tick = stop.tick if stop.reason == "time" else self.last_stop
            return Event("hang", stop.reason, stop.rip or 0, stop.pa, tick)
        if stop.rip == self.kernel.elf.va("machine_end"):
            return Event("end", None, stop.rip, stop.pa, stop.tick)
        if self.watching and stop.rip in self.kernel.probes:
            return Event("probe", self.kernel.probes[stop.rip], stop.rip, stop.pa, stop.tick)
        if stop.rip in self.mappers:
            return Event("library", self.mappers[stop.rip], stop.rip, stop.pa, stop.tick)
        return None

    def _triple_fault(self, stop):
        self.dead = bochs_text.triple_fault(self.bochs.log())
        if self.dead is None or not 0 <= stop.tick - self.dead["tick"] <= 2:
            raise MachineError("Bochs: the machine was reset and its log does not say why")
        return Event("triple_fault", None, self.dead["rip"], None, self.dead["tick"])

    def watch_probes(self, wanted):
        """Whether `go` stops at probing instructions from now on."""
        self.watching = wanted
        if wanted and not self.armed:
            self.armed = True
            for va in self.kernel.probes:
                self.bochs.break_at(va)

    def step(self):
        """Execute one instruction: (its text, the Event that ended the machine or None)."""
        text = self.current.insn or "?"
        self.current, self.now = self.bochs.step_and_look()
        self.tick = self.current.tick
        if self.current.reason == "reset":
            return text, self._triple_fault(self.current)
        if self.current.rip is None:                        # Bochs cannot say where code lies that
            self.current = self.current._replace(rip=self.now[0]["rip"])     # is not mapped
        if self.current.tick > self.bochs.limit:
            return text, Event("hang", "halted", self.now[0]["rip"], None, self.last_stop)
        if self.current.rip == self.kernel.elf.va("machine_end"):
            return text, Event("end", None, self.current.rip, self.current.pa, self.tick)
        return text, None

    def control(self):
        """What a STEP records of the present state."""
        return (_state(*self.now) if self.now else self.state()).control()

    def rip(self):
        """Address of the next instruction."""
        return self.current.rip

    # -- looking -------------------------------------------------------------------------------

    def state(self):
        """The registers now."""
        self.now = self.bochs.everything()
        return _state(*self.now)

    def caller(self):
        """Where the function that has just been entered returns to; None: nowhere."""
        state = self.state()
        mode = tables.mode_of(state.cr0, state.cr4, state.efer)
        at = state.registers["rsp"]
        if mode != "off":
            at = tables.translate(mode, state.cr3, state.cr4, [at], self.bochs.read_many)[0]
        if at is None:
            return None
        return int.from_bytes(self.bochs.read(at, 8 if state.efer & tables.LMA else 4), "little")

    def end_state(self, event):
        """The registers at the end; of a triple fault, as they were before the reset."""
        if event.kind != "triple_fault":
            return self.state()
        return State(self.dead, 0)

    def first_fault(self, _event):
        """The exception that began the end, as far as it is known: {vector, error, cr2, rip}.

        From Bochs's log, so it explains a failure and never grants a point.
        """
        faults = [f for f in bochs_text.exceptions(self.bochs.log(), self.last_stop)
                  if f["tick"] not in self.probed]
        if not faults:
            return {}
        first = faults[-1]
        for fault in reversed(faults):
            if self.dead is None or first["tick"] - fault["tick"] > BURST:
                break
            first = fault
        if first["rip"] is None and self.dead and first["tick"] == self.dead["tick"]:
            first["rip"] = self.dead["rip"]
        return {k: v for k, v in first.items() if k != "tick" and v is not None}

    def read(self, ranges, state):
        """Bytes of each physical (address, size). `state`: the registers now, None: read slowly."""
        ranges = list(ranges)
        large = [r for r in dict.fromkeys(ranges) if r[1] >= SMALL and state is not None]
        found = {}
        for gap in (NEAR, 0):           # first with what lies between, then each alone
            runs = _runs([r for r in large if r not in found], gap)
            for (pa, size, parts), data in zip(runs, self._windows(runs, state)):
                if data is not None:
                    found.update({(at, n): data[at - pa:at - pa + n] for at, n in parts})
        slow = [r for r in dict.fromkeys(ranges) if r not in found]
        found.update(zip(slow, self.bochs.read_many(slow)))
        return [found[r] for r in ranges]

    def _windows(self, runs, state):
        """Large ranges through linear addresses proved to lead exactly there, else None."""
        if not runs:
            return []
        mode = tables.mode_of(state.cr0, state.cr4, state.efer)
        if mode == "off" or self.dead:
            return self.bochs.read_linear([run[:2] for run in runs])
        found = [None] * len(runs)
        for offset in dict.fromkeys((0, self.kernel.offset)):
            open_runs = [i for i, data in enumerate(found) if data is None]
            pages = {i: range(runs[i][0] & -tables.PAGE, runs[i][0] + runs[i][1], tables.PAGE)
                     for i in open_runs}
            every = [pa for i in open_runs for pa in pages[i]]
            leads = dict(zip(every, tables.translate(
                mode, state.cr3, state.cr4, [pa + offset for pa in every], self.bochs.read_many)))
            proved = [i for i in open_runs if all(leads[pa] == pa for pa in pages[i])]
            data = self.bochs.read_linear([(runs[i][0] + offset, runs[i][1]) for i in proved])
            for i, one in zip(proved, data):
                found[i] = one
        return found

    def write(self, pa, data):
        """Write physical memory."""
        self.bochs.write(pa, data)

    # -- proving -------------------------------------------------------------------------------

    def prove_flush(self, state):
        """Step over the staff's CR3 reload and see the CPU fetch through the tables in memory.

        (flush, problem): flush for the stop, problem a sentence when the CPU did otherwise.
        """
        mode = tables.mode_of(state.cr0, state.cr4, state.efer)
        if mode == "off":
            return "off", None
        seen, rip = [], None
        for _ in range(3):
            rip = self.current.rip
            self.current = self.bochs.step(trace=True)
            self.tick = self.current.tick
            if self.current.rip is None or self.current.reason == "reset":
                return "unproved", "the staff's code vanished behind the reload of CR3"
            seen = self.current.trace
        leads, path = tables.walk(mode, state.cr3, state.cr4, rip, self.bochs.read)
        if mode == "pae":
            path = path[1:]             # the PDPTEs are read by MOV CR3, not by the walk
        walked = [(a.pa, a.value & ~ACCESSED_DIRTY) for a in seen if a.level and not a.write]
        wanted = [(at, entry & ~ACCESSED_DIRTY) for at, entry in path]
        if not walked:
            return "unproved", f"after the reload of CR3 the CPU fetched 0x{rip:x} without a walk"
        if walked[:len(wanted)] != wanted or leads != self.kernel.elf.pa_of(rip):
            return "unproved", f"after the reload of CR3 the CPU fetched 0x{rip:x} elsewhere"
        return "proved", None

    def probe(self, kind, canary, may_hold):
        """Watch the probing instruction that is next: (ACCESS, the Event that ended all or None).

        The ACCESS is None when it did not happen and no handler of the staff's was reached.
        may_hold(pa, size) says whether the canary may lie there for one instruction.
        """
        before = self.bochs.registers()
        wide = before["efer"] & tables.LMA
        va = before["rcx"] & (1 << (64 if wide else 32)) - 1
        size = 1 if kind in ("read_1", "write_1", "fetch") else 4
        access = {"va": f"{va:#x}"}
        self.probed.update(range(self.tick, self.tick + 3))
        hidden = self._hide(va, size, canary, may_hold) if kind.startswith("read") else None
        stop = self.bochs.step(trace=True)
        if hidden:
            self.bochs.write(*hidden)
        fetched = stop
        if kind == "fetch" and va == (self.bochs.registers()["rip"] if stop.rip is None
                                      else stop.rip):
            stop = self.bochs.step(trace=True)
        self.current, self.tick = stop, stop.tick
        if stop.reason == "reset":
            return access, self._triple_fault(stop)
        after = self.bochs.registers()
        vector = self.kernel.vectors.get(stop.rip)
        if vector is not None:
            return {**access, **trace.fault(vector, stop.trace, after)}, None
        access["outcome"] = "ok"
        if kind != "fetch" and not any(trace.is_access(line, va, kind) for line in stop.trace):
            return None, None
        if kind == "fetch":
            return {**access, "pa": f"{fetched.pa:#x}"}, None
        return {**access, **self._seen(kind, va, size, stop, after, hidden, canary)}, None

    def _hide(self, va, size, canary, may_hold):
        """Put the canary where `va` seems to lead; returns what write() needs to undo it."""
        frame = self.bochs.page_hint(va)
        if frame is None or not may_hold(frame + va % tables.PAGE, size):
            return None
        pa = frame + va % tables.PAGE
        old = self.bochs.read(pa, size)
        self.bochs.write(pa, canary.to_bytes(4, "little")[:size])
        return pa, old

    def _seen(self, kind, va, size, stop, after, hidden, canary):
        """pa, value and canary of an access that happened."""
        lines = [a for a in stop.trace if trace.is_access(a, va, kind)]
        pa = lines[0].pa
        mask = (1 << 8 * size) - 1
        if kind.startswith("write"):
            value = int.from_bytes(self.bochs.read(pa, lines[0].size), "little")
        else:
            value = after["rax"] & mask
        seen = {"pa": f"{pa:#x}", "value": f"{value:#x}",
                "walk": [f"{at:#x}" for at in trace.walked(stop.trace, lines[0])]}
        if hidden and hidden[0] == pa:
            seen["canary"] = f"{canary & mask:#x}"
        return seen


def _state(registers, segments):
    """State from Bochs.everything()."""
    selector, high, _ = segments["cs"]
    return State({**registers, "cs": selector}, 1 if high & CODE_L else 0, segments["gdtr"],
                 segments["idtr"], (segments["tr"][0], bochs_text.base_of(segments["tr"])))


def _runs(ranges, gap):
    """(address, size) no further apart than `gap` joined: [[address, size, parts]]."""
    runs = []
    for pa, size in sorted(ranges):
        if runs and pa - runs[-1][0] - runs[-1][1] <= gap:
            runs[-1][1] = max(runs[-1][1], pa + size - runs[-1][0])
            runs[-1][2].append((pa, size))
        else:
            runs.append([pa, size, [(pa, size)]])
    return runs
