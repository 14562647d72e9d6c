"""One run of a machine in the Bochs debugger: headless, over plain pipes, bounded, deterministic.

Used by the grader's collector and by the guided tour. It gives orders and returns what the debugger
said, parsed; it does not know what a lesson, a checkpoint or a table is.

Time is counted in ticks (one per instruction; a halted CPU skips to its next interrupt). Only `go`
lets the guest run freely, and never past the tick it was given.
"""
import os
import re
from pathlib import Path

from . import MachineError, bochs_program, bochs_setup, bochs_text
from .process import Child, Deadline

RESET = re.compile(r"^\(0\) \[0x0000fffffff0\] f000:fff0 \(unk\. ctxt\): jmp.*$", re.M)
PROMPT = re.compile(rb"<bochs:(\d+)> ")
# CPU seconds without an answer before we stop the machine to see whether it is halted. Far more
# than any lesson runs.
LOOK_AFTER = 6.0
XP_UNITS = 512          # units of one xp command: a page of 8-byte words


class Bochs:
    """A context manager. `folder` is empty and private; `shim_folder` keeps the compiled shim."""

    name = "bochs"

    def __init__(self, iso, folder, memory_mib=512, cpu="corei7_icelake_u", shim_folder=None,
                 seconds=60):
        self.folder = Path(folder)
        program = bochs_program.program()
        self.version = program.version
        rc = bochs_setup.configuration(folder, iso, memory_mib, cpu)
        shim = bochs_setup.shim(shim_folder or folder)
        environment = {**os.environ, "LD_PRELOAD": str(shim), "LC_ALL": "C",
                       "TERM": "dumb", "INPUTRC": os.devnull}
        self.deadline = Deadline(seconds)
        self._buffer = bytearray()
        self._prompts = 0
        self.limit = self.pending = self.tick = 0
        with open(self.folder / "stderr.txt", "wb") as errors:
            self.child = Child([program.path, "-q", *program.debugger, "-f", str(rc.resolve())],
                               folder, environment, stderr=errors)
        try:
            start = self._until_prompt()
            if not RESET.search(start):
                raise MachineError(f"Bochs did not start as expected: {start[-300:]!r}")
            if isinstance(iso, bochs_setup.FastBoot):
                iso.check(self.read)
        except BaseException:
            self.child.end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """End the process. Safe to call twice."""
        self.child.end()

    # -- commands ------------------------------------------------------------------------------

    def commands(self, lines):
        """Send several commands at once; their outputs as a list of the same length."""
        self.child.write("".join(line + "\n" for line in lines).encode("ascii"))
        return [self._answer(line) for line in lines]

    def command(self, line):
        """Send one command and return what it printed."""
        return self.commands([line])[0]

    def _answer(self, line, when_silent=None):
        """What a command printed. A build with readline repeats the command first."""
        text = self._until_prompt(when_silent)
        return text[len(line) + 1:] if text.startswith(line + "\n") else text

    def _until_prompt(self, when_silent=None):
        """Text up to the next prompt, whose number must be the next one."""
        searched, since = 0, self.child.cpu_seconds() if when_silent else 0
        while True:
            found = PROMPT.search(self._buffer, searched)
            if found:
                break
            searched = max(0, len(self._buffer) - 16)
            left = self.deadline.left()
            data = self.child.read_some(min(left, 1.0))
            if data is None and when_silent and self.child.cpu_seconds() - since > LOOK_AFTER:
                when_silent()
                since = self.child.cpu_seconds()
            elif data == b"":
                raise MachineError("Bochs ended: " + self._last_words())
            elif data:
                self._buffer += data
        self._prompts += 1
        if int(found[1]) != self._prompts:
            raise MachineError(f"Bochs: prompt {int(found[1])} where {self._prompts} was due")
        text = bytes(self._buffer[:found.start()]).decode("latin-1")
        del self._buffer[:found.end()]
        return text

    def _last_words(self):
        panics = re.findall(r"^\d+p(\[.*)$", self.log(), re.M)
        return panics[-1] if panics else repr(bytes(self._buffer[-300:]).decode("latin-1"))

    # -- running -------------------------------------------------------------------------------

    def run_until(self, limit):
        """Set the tick at which `go` gives up.

        Bochs has room for few time breakpoints and cannot take one back, so one is pending at a
        time: an older, earlier one stays, and `go` sets the next when that has passed."""
        self.limit = limit
        if limit < self.pending:
            self._arm(limit)

    def _arm(self, tick):
        said = self.command(f"sba {tick}").strip()
        if not re.fullmatch(r"Time breakpoint inserted\. Delta = \d+", said):
            raise MachineError(f"Bochs: unexpected answer to sba: {said!r}")
        self.pending = tick

    def go(self):
        """Run to the next stop: a Stop with reason magic, breakpoint, time, reset or halted.

        "halted": the CPU waits with interrupts off. Nothing can wake it, and Bochs does not honour
        the limit there, so a tick beyond the limit proves it.
        """
        while True:
            if self.pending <= self.tick < self.limit:
                self._arm(self.limit)
            self.child.write(b"c\n")
            stop = self._stopped(self._answer("c", self.child.interrupt))
            if stop.reason in ("magic", "breakpoint", "reset"):
                return stop
            if stop.tick > self.limit:
                return stop._replace(reason="halted")
            if stop.reason == "time" and stop.tick >= self.limit:
                return stop

    def _stopped(self, text):
        stop = bochs_text.stop(text)
        self.tick = stop.tick
        return stop

    def step(self, trace=False):
        """Execute one instruction; with `trace` its memory accesses are in the Stop."""
        if not trace:
            return self._stopped(self.command("s"))
        _, text, _ = self.commands(["trace-mem on", "s", "trace-mem off"])
        return self._stopped(text)

    def step_and_look(self):
        """Execute one instruction: (Stop, what everything() returns), in one exchange."""
        orders = ["s", "r", "creg", "sreg", "dreg"]
        self.child.write("".join(f"{line}\n" for line in orders).encode("ascii"))
        said = [self._answer(orders[0], self.child.interrupt)]
        said += [self._answer(line) for line in orders[1:]]
        return self._stopped(said[0]), _everything(*said[1:])

    def break_at(self, va):
        """Insert a breakpoint at a linear address."""
        self._silent(f"lb {va:#x}")

    def _silent(self, line):
        said = self.command(line)
        if said.strip():
            raise MachineError(f"Bochs: unexpected answer to {line!r}: {said.strip()!r}")

    # -- looking -------------------------------------------------------------------------------

    def registers(self):
        """General registers, rip and eflags, then cr0 cr2 cr3 cr4 efer, in one dict."""
        general, control = self.commands(["r", "creg"])
        return {**bochs_text.registers(general), **bochs_text.control(control)}

    def everything(self):
        """(registers as above plus dr7, segments as bochs_text.segments)."""
        return _everything(*self.commands(["r", "creg", "sreg", "dreg"]))

    def page_hint(self, va):
        """Where the debugger thinks `va` leads, or None. Never evidence."""
        return bochs_text.page(self.command(f"page {va:#x}"))

    def read(self, pa, size):
        """Bytes of physical memory, by xp."""
        return self.read_many([(pa, size)])[0]

    def read_many(self, ranges):
        """read() for many (pa, size), as one batch of commands."""
        orders, plan = [], []
        for pa, size in ranges:
            pieces = list(_pieces(pa, size))
            plan.append(len(pieces))
            orders += pieces
        texts = self.commands([f"xp /{n}{'gwb'[(8, 4, 1).index(unit)]}x {at:#x}"
                               for at, n, unit in orders])
        data = [bochs_text.memory(text, *order) for text, order in zip(texts, orders)]
        result, at = [], 0
        for count in plan:
            result.append(b"".join(data[at:at + count]))
            at += count
        return result

    def read_linear(self, ranges):
        """Bytes of each linear (address, size) through the tables in RAM, None where they end.

        Fast for megabytes. The caller must have proved where these addresses lead.
        """
        paths = [self.folder / f"memory.{i}" for i in range(len(ranges))]
        self.commands([f'writemem "{path.name}" {va:#x} {size}'
                       for path, (va, size) in zip(paths, ranges)])
        found = []
        for path, (_, size) in zip(paths, ranges):
            data = path.read_bytes() if path.exists() else b""
            path.unlink(missing_ok=True)
            found.append(data if len(data) == size else None)
        return found

    def write(self, pa, data):
        """Write bytes to physical memory."""
        at = 0
        orders = []
        while at < len(data):
            unit = 4 if len(data) - at >= 4 else 1
            value = int.from_bytes(data[at:at + unit], "little")
            orders.append(f"setpmem {pa + at:#x} {unit} {value:#x}")
            at += unit
        for order, said in zip(orders, self.commands(orders)):
            if said.strip():
                raise MachineError(f"Bochs: unexpected answer to {order!r}: {said.strip()!r}")

    def log(self):
        """Bochs's own log. The guest can write text into it, but no line that looks a CPU's."""
        try:
            return (self.folder / "bochs.log").read_text("latin-1")
        except OSError:
            return ""


def _everything(general, control, segments, debug):
    """(registers with dr7, segments) from the texts of r, creg, sreg and dreg."""
    return ({**bochs_text.registers(general), **bochs_text.control(control),
             "dr7": bochs_text.dr7(debug)}, bochs_text.segments(segments))


def _pieces(pa, size):
    """Cut a range into xp commands: (address, count, unit), units aligned where they can be."""
    while size:
        unit = next(u for u in (8, 4, 1) if size >= u)
        count = min(size // unit, XP_UNITS)
        yield pa, count, unit
        pa += count * unit
        size -= count * unit
