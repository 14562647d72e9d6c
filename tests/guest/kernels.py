"""Builds the kernels of tests/guest and runs them. For tests/benches/library.py and the tests.

They are built as lessons are (the Makefile's LESSON_DIR), with no learner's file, and started with
neither BIOS nor GRUB.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("", "tools", "tests")
                if str(ROOT / folder) not in sys.path]

from cli.build import lock, make  # noqa: E402
from grader.formats import exam  # noqa: E402
from grader.machine.bochs import Bochs  # noqa: E402
from grader.machine.bochs_setup import FastBoot  # noqa: E402
from grader.machine.elf import Elf  # noqa: E402
from grader.machine.qemu import Qemu  # noqa: E402

TICKS = 4_000_000_000
KERNEL_OFFSET = 0xFFFFFFFF80000000                    # src/core/64/arch.h
NOBODY = "section .data\n    db 0\nsection .note.GNU-stack noalloc noexec nowrite progbits\n"


class QuietBoot(FastBoot):
    """Without Bochs' log of every page walk and fault: here there are hundreds of thousands."""

    def configure(self, text, folder):
        kept = [line for line in super().configure(text, folder).splitlines()
                if not line.startswith(("error:", "info:", "debug:"))]
        quiet = [f"{level}: action=ignore" for level in ("error", "info", "debug")]
        return "\n".join([*kept, *quiet, ""])


@dataclass(frozen=True)
class Kernel:
    """One that is ready to run: a folder of tests/guest, in one mode."""
    elf: Path
    kernel32: Path
    boot: FastBoot


def build(name, mode):
    """The kernel of tests/guest/NAME for a mode; Stop with the compiler's words if it fails."""
    out = ROOT / "build" / "guest" / f"{name}_{mode}"
    width = "64" if mode in ("4", "5") else "32"
    with lock(out):
        (out / "nobody.asm").write_text(NOBODY)
        subprocess.run(["nasm", "-f", f"elf{width}", out / "nobody.asm", "-o", out / "gate.o"],
                       check=True)
        for target in ("build/rom.bin", "kernel", "fast"):
            make(ROOT, target, NAME=name, LESSON_DIR=f"tests/guest/{name}", MODE=mode, OUT=str(out),
                 STAFF_DIR=str(out / "staff"))
    return Kernel(out / "kernel.elf", out / "kernel32.elf",
                  QuietBoot(ROOT / "build/rom.bin", out / "kernel.bin", out / "entry.bin"))


def _symbol(elf, name):
    return next(symbol for symbol in elf.symbols if symbol.name == name)


def _status(elf, read):
    """Whether the kernel told its story to the end. read(va, size) gives its bytes."""
    if read(elf.va("exam") + exam.STATUS, 4) != exam.FINISHED.to_bytes(4, "little"):
        raise RuntimeError("the kernel did not end well")


def evidence_from_bochs(kernel, folder, symbol):
    """The bytes of a symbol, as the kernel left them when it ended."""
    elf, found = Elf.load(kernel.elf), []

    def look(session):
        where = _symbol(elf, symbol)
        found.extend(session.read_linear([(where.value, where.size)]))

    run_in_bochs(kernel, folder, look)
    return found[0]


def evidence_from_qemu(kernel, folder, symbol):
    """The same from QEMU, which starts the kernel by its Multiboot1 header."""
    elf = Elf.load(kernel.elf)
    offset = KERNEL_OFFSET if elf.bits == 64 else 0
    with Qemu(folder, kernel=kernel.kernel32, seconds=600) as session:
        session.qmp.monitor("log none")
        session.break_at(elf.va("_start"))
        if session.cont() and session.step():
            session.break_at(elf.va("machine_end"))
            session.cont()
        _status(elf, lambda va, size: session.read(va - offset, size))
        where = _symbol(elf, symbol)
        return session.read(where.value - offset, where.size)


def run_in_bochs(kernel, folder, at_end=None):
    """The ticks of all magic breakpoints until the kernel ends by itself, which it must.
    at_end(session) is called before the machine is let go."""
    ticks = []
    with Bochs(kernel.boot, folder, shim_folder=ROOT / "build", seconds=600) as session:
        session.break_at(Elf.load(kernel.elf).va("machine_end"))
        session.run_until(TICKS)
        stop = session.go()
        while stop.reason == "magic":
            ticks.append(stop.tick)
            stop = session.go()
        if stop.reason != "breakpoint":
            raise RuntimeError(f"the kernel did not end: {stop.reason} at {stop.rip:#x}")
        _status(Elf.load(kernel.elf), lambda va, size: session.read_linear([(va, size)])[0])
        if at_end:
            at_end(session)
    return ticks
