"""One run of a machine in QEMU, held by its debug stub: headless, no network, no port.

Used by the grader's collector. It gives orders and returns what QEMU said; it does not know what a
lesson, a checkpoint or a table is. QEMU counts no instructions, so nothing here can say "hang".
"""
import re
import shutil
import socket
import tempfile
from pathlib import Path

from . import MachineError, MachineExit, MachineTimeout
from .gdbstub import Stub, registers
from .process import Child, Deadline, ended
from .qmp import Qmp

HEADLESS = ("-nodefaults", "-no-user-config", "-display", "none", "-vga", "std", "-nic", "none",
            "-accel", "tcg", "-no-reboot", "-no-shutdown",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=4")       # no window, no network, no port
SHUT_DOWN = 3           # the stub's signal when the machine shut down or fell over
EMPTY_STEPS = 8         # this many in a row are an instruction that leads to itself
PACKET = 2040           # bytes of memory that go in one answer of the stub
SMALL = 4 * PACKET      # up to here packets are quicker than a file
_TABLE = re.compile(r"^(GDT|IDT)=\s+([0-9a-f]+) ([0-9a-f]+)\s*$", re.M)
_TASK = re.compile(r"^TR =([0-9a-f]{4}) ([0-9a-f]+) ", re.M)
_CODE = re.compile(r"^CS =[0-9a-f]{4} [0-9a-f]+ [0-9a-f]{8} ([0-9a-f]{8})", re.M)
_DR7 = re.compile(r"DR7=([0-9a-f]+)")
_FAULT = re.compile(r"^\s*\d+: v=([0-9a-f]{2}) e=([0-9a-f]{4}) i=0 cpl=\d "
                    r"IP=[0-9a-f]{4}:([0-9a-f]+) pc=\S+ SP=\S+ (?:CR2=([0-9a-f]+))?", re.M)


class Qemu:
    """A context manager. One of `kernel` (ELF32 with a Multiboot1 header) and `iso` is given;
    MachineTimeout after so many seconds by the clock, or `cpu_seconds` of QEMU's own; `extra` are
    more of its options."""

    name = "qemu"
    _registers = None       # as last read, while the guest stands still

    def __init__(self, folder, kernel=None, iso=None, memory_mib=512, cpu="max", seconds=60,
                 cpu_seconds=None, extra=()):
        if shutil.which("qemu-system-x86_64") is None:
            raise MachineError("QEMU is not installed (run ./setup)")
        self.folder = Path(folder).resolve()
        self.deadline = Deadline(seconds)
        self.sockets = tempfile.TemporaryDirectory(prefix="pw")   # paths of sockets must be short
        self._file, self.child, self._open = 0, None, []
        self.breakpoints = set()
        boot = ["-kernel", str(Path(kernel).resolve())] if kernel else \
            ["-cdrom", str(Path(iso).resolve()), "-boot", "d"]
        try:
            places = [Path(self.sockets.name) / name for name in ("g", "q")]
            listeners = [self._listen(place) for place in places]
            command = ["qemu-system-x86_64", "-S", *HEADLESS, "-m", str(memory_mib), "-cpu", cpu,
                       "-serial", "file:serial.txt", "-d", "int", "-D", "qemu.log",
                       "-chardev", f"socket,id=g,path={places[0]}", "-gdb", "chardev:g",
                       "-chardev", f"socket,id=q,path={places[1]}", "-mon", "q,mode=control",
                       *boot, *extra]
            with open(self.folder / "stderr.txt", "wb") as errors:
                self.child = Child(command, self.folder, stderr=errors)
            if cpu_seconds:
                self.deadline.bound(self.child, cpu_seconds)
            connected = [self._accept(listener) for listener in listeners]
            self.stub, self.qmp = Stub(connected[0], self.deadline), \
                Qmp(connected[1], self.deadline)
            number = self.qmp.ask("query-version")["qemu"]
            self.version = f"{number['major']}.{number['minor']}.{number['micro']}"
        except BaseException as why:
            self.close()
            if isinstance(why, MachineError) and self._complaint():
                raise MachineError(f"QEMU ended: {self._complaint()}") from why
            raise

    def _complaint(self):
        """What QEMU said on its standard error, or nothing."""
        try:
            return (self.folder / "stderr.txt").read_text("utf-8", "replace").strip()[-300:]
        except OSError:
            return ""

    def _listen(self, place):
        listener = socket.socket(socket.AF_UNIX)
        self._open.append(listener)
        listener.bind(str(place))
        listener.listen(1)
        return listener

    def _accept(self, listener):
        """QEMU connects to us: no waiting for a socket to appear. Polls for an early death."""
        while True:
            listener.settimeout(min(0.5, self.deadline.left()))
            try:
                connected, _ = listener.accept()
            except TimeoutError:
                if self.child.process.poll() is not None:
                    raise MachineError("QEMU ended") from None
                continue
            connected.settimeout(None)
            self._open.append(connected)
            return connected

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """End the process and remove its sockets. Safe to call twice."""
        if self.child:
            self.child.end()
        for thing in self._open:
            thing.close()
        self.sockets.cleanup()

    # -- running -------------------------------------------------------------------------------

    def break_at(self, va):
        """A hardware breakpoint at a linear address: no byte of the guest is changed."""
        self.stub.order(b"Z1,%x,1" % va)
        self.breakpoints.add(va)

    def unbreak(self, va):
        """Take a breakpoint back."""
        self.stub.order(b"z1,%x,1" % va)
        self.breakpoints.discard(va)

    def cont(self):
        """Run to the next stop; False when the machine shut itself down (mostly a triple fault)."""
        return self._resume(b"c") != SHUT_DOWN

    def _resume(self, order):
        self._registers = None
        try:
            return self.stub.resume(order)
        except MachineTimeout:
            raise
        except MachineError:
            if self._left_by_port():
                raise MachineExit("the guest wrote to the port that ends QEMU") from None
            raise

    def _left_by_port(self):
        """isa-debug-exit ends QEMU with an odd status and without a word; trouble has one."""
        process = self.child.process
        return ended(process, 1) and process.returncode % 2 == 1 and not self._complaint()

    def step(self):
        """Execute one instruction; False as above.

        When a device raises an interrupt meanwhile, QEMU reports a step in which nothing was
        executed, even if the guest takes no interrupts: RIP tells. Bounded, since an instruction
        may also lead to itself.
        """
        before = self.registers()["rip"]
        for _ in range(EMPTY_STEPS):
            if self._resume(b"s") == SHUT_DOWN:
                return False
            if self.registers()["rip"] != before:
                break
        return True

    # -- looking and writing -------------------------------------------------------------------

    def registers(self):
        """General, segment and control registers by name."""
        if self._registers is None:
            self._registers = registers(self.stub.ask(b"g"))
        return self._registers

    def write_register(self, name, value):
        """Write one of `registers`. To write CR3 drops every translation that QEMU has cached."""
        self.stub.write_register(name, value)
        self._registers = None

    def tables(self):
        """{"gdtr", "idtr": (base, limit), "tr": (selector, base), "dr7", "cs_l"}."""
        text = self.qmp.monitor("info registers")
        found = {m[1].lower() + "r": (int(m[2], 16), int(m[3], 16)) for m in _TABLE.finditer(text)}
        task, code, dr7 = _TASK.search(text), _CODE.search(text), _DR7.search(text)
        if len(found) != 2 or not (task and code and dr7):
            raise MachineError(f"QEMU: unexpected register list {text[:300]!r}")
        return {**found, "tr": (int(task[1], 16), int(task[2], 16)), "dr7": int(dr7[1], 16),
                "cs_l": int(code[1], 16) >> 21 & 1}

    def instruction(self, va):
        """The instruction at a linear address as QEMU's monitor shows it."""
        text = self.qmp.monitor(f"x/1i {va:#x}").strip().splitlines()
        return re.sub(r"^\S+:\s+(?:[0-9a-f]{2} )+\s*", "", text[0]) if text else "?"

    def read(self, pa, size):
        """Bytes of physical memory."""
        if size <= SMALL:
            data = b"".join(self._packet(at, min(PACKET, pa + size - at))
                            for at in range(pa, pa + size, PACKET))
        else:
            self._file += 1
            path = self.folder / f"memory.{self._file}"
            self.qmp.ask("pmemsave", val=pa, size=size, filename=str(path))
            data = path.read_bytes()
            path.unlink()
        if len(data) != size:
            raise MachineError(f"QEMU: {size} bytes at {pa:#x} cannot be read")
        return data

    def _packet(self, pa, size):
        answer = self.stub.ask(b"m%x,%x" % (pa, size))
        return b"" if answer.startswith(b"E") else bytes.fromhex(answer.decode("ascii"))

    def write(self, pa, data):
        """Write physical memory."""
        self.stub.order(b"M%x,%x:" % (pa, len(data)) + data.hex().encode())

    def faults(self):
        """Exceptions in QEMU's log, oldest first: [{"vector", "error", "cr2", "rip"}]."""
        text = (self.folder / "qemu.log").read_text("latin-1")
        return [{"vector": int(m[1], 16), "error": int(m[2], 16), "rip": int(m[3], 16),
                 "cr2": int(m[4], 16) if m[4] else None} for m in _FAULT.finditer(text)]
