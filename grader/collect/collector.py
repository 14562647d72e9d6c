"""Drive one kernel in an emulator and write down what can be seen from outside.

Used by the grade command. The result is the evidence of CONTRACT.md, section 3; nothing here says
whether it is good. The emulators differ in how they stop, step and read: bochs.py and
qemu.py hide that behind the same few methods and the values of state.py. Memory is
read by physical address, and no byte the guest printed is looked at.
"""
import random
import struct
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from grader.collect import (bochs as collect_bochs, qemu as collect_qemu, tables,
                            watch as collect_watch)
from grader.collect.kernel import USER, Kernel, mix
from grader.formats import evidence, exam as layout, frame
from grader.machine import MachineError, MachineExit, MachineTimeout
from grader.machine.bochs_setup import FastBoot
from grader.machine.elf import Elf
from grader.machine.lines import symbol_at

BENCHES = {"bochs": collect_bochs.Bench, "qemu": collect_qemu.Bench}
BOOT_BUDGET = 400_000_000       # instructions from reset to the first stop; GRUB needs 60 million
MOST_EVENTS = 200_000           # stops, a learner's own breaks and accesses of one run together
BREAKPOINT = 3                  # INT3: ring 3's way back
ANSWERS = "exam_answers"        # taken together with the names of their groups


@dataclass(frozen=True)
class Build:
    """A kernel that is ready to run, and what the gate said about the learner's part."""
    elf: Path                   # the linked kernel, with symbols
    kernel32: Path              # the same as ELF32 with a Multiboot1 header, for qemu -kernel
    iso: Path | FastBoot        # GRUB and the kernel, or what takes their place in Bochs
    optimisation: str
    lesson: str
    workdir: Path               # an existing folder for the session's files
    gate: dict = field(default_factory=lambda: {"passed": True, "findings": []})


def collect(build, checks, emulator, seed, progress=None):
    """Run `build` under "bochs" or "qemu" and return the evidence (a dict).

    progress(text) is called at each stop. MachineError: our trouble (emulator, build, contract).
    A wall-clock timeout is evidence that ends with "timeout" and judges nobody.
    """
    if emulator not in BENCHES:
        raise MachineError(f"unknown emulator {emulator!r}")
    kernel = Kernel(Elf.load(build.elf), build.elf)
    run = _Run(build, checks, kernel, emulator, seed, progress or (lambda text: None))
    try:
        with tempfile.TemporaryDirectory(prefix=f"{emulator}.", dir=build.workdir) as folder, \
                BENCHES[emulator](build, kernel, checks, folder) as bench:
            run.everything(bench)
    except MachineTimeout:
        run.end = {"how": "timeout"}
    except MachineExit as gone:
        run.end = {"how": "void"}
        run.tripwire("C-EXIT-PORT", str(gone))
    return run.evidence(emulator)


class _Run:
    """The evidence of one run while it grows."""

    def __init__(self, build, checks, kernel, emulator, seed, progress):
        self.build, self.checks, self.kernel = build, checks, kernel
        self.seed, self.progress = seed, progress
        self.asked = checks.get("collect", {})
        self.memory = tables.ram(tables.size_mib(checks, emulator))
        self.pool = evidence.Pool()
        self.stops, self.accesses, self.steps, self.tripwires = [], [], [], []
        self.entries = []
        self.end, self.extra, self.hits, self.version = None, 0, {}, ""
        self.known_tables = set()
        self.canaries = random.Random(mix(seed, 0))

    def everything(self, bench):
        """From reset to the end."""
        self.version = bench.version
        bench.limit(BOOT_BUDGET)
        for _ in range(MOST_EVENTS):
            event = stopped = bench.go()
            if event.kind == "checkpoint":
                event = self._checkpoint(bench, event)
            elif event.kind == "probe":
                event = self._probe(bench, event)
            elif event.kind == "extra":
                self.extra += 1
                event = None
            elif event.kind == "library":
                if self._library(bench, event):
                    return
                event = None
            if event:
                self._end(bench, event)
                return
        self._end(bench, stopped._replace(kind="budget"))

    def _library(self, bench, event):
        """The project's own mapper was called. From the learner's file: then the run is void, and
        goes no further."""
        if not self.kernel.is_works(bench.caller()):
            return False
        self.tripwire("C-LIBRARY", f"{event.name}() was called from the learner's file")
        self.end = {"how": "void"}
        return True

    # -- a stop --------------------------------------------------------------------------------

    def _checkpoint(self, bench, event):
        """Write down one stop. Returns the ending Event when the machine ended meanwhile."""
        self.progress(f"checkpoint_{event.name}")
        state = bench.state()
        exam = bench.read([(self.kernel.exam, layout.SIZE)], state)[0]
        stop = self._describe(event, state)
        stop["exam"] = self.pool.put(exam)
        stops = struct.unpack_from("<I", exam, layout.STOPS)[0]
        self._check_place(event, stops)
        bench.write(self.kernel.exam + layout.STATE, struct.pack("<Q", mix(self.seed, stops)))
        stop["flush"], problem = bench.prove_flush(state)
        if problem:
            self.tripwire("C-STALE-TEXT", problem)
        self._contents(bench, state, stop, exam)
        self.stops.append(stop)
        bench.limit(self.checks.get("budget", 40_000_000))
        bench.watch_probes(event.name in self.asked.get("probes", []))
        if event.name == self.asked.get("step", {}).get("from"):
            return self._record_steps(bench, self._watch(bench, state, exam))
        return None

    def _describe(self, event, state):
        self.hits[event.name] = self.hits.get(event.name, 0) + 1
        return {"checkpoint": event.name, "hit": self.hits[event.name], "tick": event.tick,
                "cpu": 0, "cpus": [{"mode": state.mode, **state.written(event.rip)}]}

    def _check_place(self, event, stops):
        if event.pa is None or event.pa != self.kernel.elf.pa_of(event.rip):
            led = "nowhere" if event.pa is None else f"to 0x{event.pa:x}"
            self.tripwire("C-STALE-TEXT", f"checkpoint_{event.name}: the tables lead its own "
                           f"address {led}, which is not where the staff's code lies")
        if stops != len(self.stops) + 1:
            self.tripwire("C-SKIPPED-STAFF", f"checkpoint_{event.name}: the staff counted {stops} "
                           f"stops, {len(self.stops) + 1} were seen")

    def tripwire(self, code, what):
        found = {"code": code, "stop": len(self.stops), "what": what}
        if found not in self.tripwires:
            self.tripwires.append(found)

    def _contents(self, bench, state, stop, exam):
        """Staff code, descriptor tables, paging structures and the memory the lesson asks for."""
        wanted = {}
        for name in ("text", "rodata"):
            wanted["staff", name] = self.kernel.span(f"staff_{name}_start", f"staff_{name}_end")
        for name in ("gdt", "idt", "tss"):
            wanted["table", name] = self.kernel.span(name, f"{name}_end")
        for name in self.asked.get("memory", {}).get(stop["checkpoint"], []):
            wanted["memory", name] = self.kernel.symbol_span(name)
        if ("memory", ANSWERS) in wanted:
            wanted["groups", ANSWERS] = self.kernel.symbol_span("exam_groups")
        wanted = {key: span for key, span in wanted.items() if span}
        found = dict(zip(wanted, bench.read(list(wanted.values()), state)))
        stop["staff"], stop["memory"] = [], {}
        for (kind, name), data in found.items():
            if kind == "staff":
                stop["staff"].append({"name": name, "sha256": evidence.sha256(data)})
            elif kind == "table":
                stop[name] = self.pool.put(data)
            elif kind == "groups":
                asked = struct.unpack_from("<I", exam, layout.ASKED)[0]
                stop["groups"] = layout.groups(data, asked)
            else:
                pa, size = wanted[kind, name]
                stop["memory"][name] = {"pa": evidence.number(pa), "size": size,
                                        "sha": self.pool.put(data)}
        roots = self._roots(stop["checkpoint"], exam)
        stop["tables"] = self._tables(bench, state, roots, stop)

    def _roots(self, checkpoint, exam):
        """[(mode, root)] that [collect] names for this stop; mode None: the one the CPU is in."""
        found = []
        mode = self.asked.get("mode", {}).get(checkpoint)
        for text in self.asked.get("roots", {}).get(checkpoint, []):
            kind, _, name = text.partition(":")
            if kind == "symbol":
                found.append((mode, self.kernel.elf.pa(name)))
            else:
                found.append((mode, self._note(exam, text)))
        return found

    def _tables(self, bench, state, roots, into=None):
        """{"0x…": pool key} of every table page that can be reached now."""
        current = tables.mode_of(state.cr0, state.cr4, state.efer)
        if current != "off":
            roots = [(current, state.cr3), *roots]
        pages, complete = {}, True
        for mode, root in roots:
            mode = mode or current
            if mode == "off":
                raise MachineError("checks.toml: [collect] mode must say how to read roots while "
                                   "paging is off")
            found, whole = tables.reachable(
                mode, root, state.cr4, self.memory,
                lambda wanted: bench.read([(pa, tables.PAGE) for pa in wanted], state))
            pages.update(found)
            complete = complete and whole
        if into is not None and not complete:
            into["tables_cut"] = tables.MOST_TABLES
        self.known_tables = set(pages)
        return {evidence.number(pa): self.pool.put(data) for pa, data in pages.items()}

    # -- between stops -------------------------------------------------------------------------

    def _probe(self, bench, event):
        """Watch one probing instruction. Returns the ending Event when it ended the machine."""
        canary = self.canaries.getrandbits(32)
        kind = event.name.removeprefix(USER)
        ring = {} if kind == event.name else {"cpl": 3}
        access, ending = bench.probe(kind, canary, self._canary_place)
        if access is None:
            self.tripwire("C-PATCHED-STAFF", "an exception led elsewhere than to its handler")
            return None
        if ring and access.get("vector") == BREAKPOINT:         # a fetch that came back
            access = {"va": access["va"], "outcome": "ok"}
        if not ending:
            self.accesses.append({"stop": len(self.stops) - 1, "kind": kind, **ring, **access})
        return ending

    def _canary_place(self, pa, size):
        """Whether a random word may lie at `pa` for the time of one instruction."""
        return (tables.inside(self.memory, pa, size) and not 0xA0000 <= pa < 0x100000
                and pa & 4095 <= 4096 - size and pa & ~4095 not in self.known_tables
                and not self.kernel.image[0] - size < pa < sum(self.kernel.image))

    def _watch(self, bench, state, exam):
        """What looks at the entries that [collect] step names, or None."""
        wanted = self.asked["step"]
        if "watch" not in wanted:
            return None
        watch = collect_watch.Watch(bench, state, wanted["mode"], self._note(exam, wanted["root"]),
                                    [self._note(exam, text) for text in wanted["watch"]])
        self.entries = watch.entries
        return watch

    def _note(self, exam, text):
        """The value of "note:NAME"."""
        kind, _, name = text.partition(":")
        if kind != "note" or name not in self.checks.get("notes", []):
            raise MachineError(f"checks.toml: [collect]: {text!r} is no note")
        return struct.unpack_from("<Q", exam,
                                  layout.NOTES + 8 * self.checks["notes"].index(name))[0]

    def _record_steps(self, bench, watch):
        """Single-step from one stop towards another, writing down what changes the CPU's mode."""
        wanted = self.asked["step"]
        target = self.kernel.elf.va(f"checkpoint_{wanted['until']}")
        before, rip = bench.control(), bench.rip()
        for _ in range(wanted["most"]):
            if rip == target:
                return None
            insn, ending = bench.step()
            if ending:
                return ending
            if watch:
                watch.look()
            after = bench.control()
            if after != before:
                self.steps.append({"rip": evidence.number(rip), "insn": insn, **after,
                                   "symbol": symbol_at(self.kernel.elf, rip) or "?"})
            before, rip = after, bench.rip()
        for entry in self.entries:
            entry["cut"] = True
        return None

    # -- the end -------------------------------------------------------------------------------

    def _end(self, bench, event):
        state = bench.end_state(event)
        exam = bench.read([(self.kernel.exam, layout.SIZE)], None)[0]
        status = struct.unpack_from("<I", exam, layout.STATUS)[0]
        end = {"how": event.kind, "tick": event.tick, "cpu": 0,
               "cpus": [state.written(event.rip)], "exam": self.pool.put(exam)}
        if event.kind == "end":
            end["status"] = status
        if event.kind != "end" or status == layout.EXCEPTION:
            fault = bench.first_fault(event)
            end["tables"] = self._tables(bench, state, [], end)
            rip = fault.get("rip", event.rip) if event.kind == "end" else event.rip
            end.update(self.kernel.where(rip))
            if fault:
                end["first_fault"] = {k: v if k == "vector" else evidence.number(v)
                                      for k, v in fault.items()}
        self.end = end

    def evidence(self, emulator):
        """The whole, as CONTRACT.md, section 3, has it."""
        return {"format": frame.FORMAT, "version": frame.VERSION,
                "lesson": self.build.lesson, "seed": self.seed,
                "optimisation": self.build.optimisation,
                "emulator": {"name": emulator, "version": self.version},
                "image": self.kernel.describe(self.asked.get("symbols", []),
                                              self.checks.get("gate", {}).get("defines", [])),
                "gate": self.build.gate, "boots": [self._boot()], "pool": self.pool.stored}

    def _boot(self):
        """What was seen from power on to the end."""
        return {"stops": self.stops, "accesses": self.accesses, "steps": self.steps,
                **({"entries": self.entries} if self.entries else {}),
                "end": self.end, "tripwires": self.tripwires,
                "remarks": [{"code": "R-EXTRA-BREAK", "count": self.extra}] if self.extra else []}
