"""Builds the kernels of tests/guest and runs them in Bochs. For tests/bench_library and the tests.

They are built as lessons are (the Makefile's LESSON_DIR), with no learner's file, and started by
boot/rom.asm: neither BIOS nor GRUB runs.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("tools", "tests")
                if str(ROOT / folder) not in sys.path]

from cli.build import lock, make  # noqa: E402
from machine.bochs import Bochs  # noqa: E402
from machine.bochs_setup import FastBoot  # noqa: E402
from machine.elf import Elf  # noqa: E402

TICKS = 4_000_000_000
STATUS_OFFSET = 36                                      # of exam.status, src/exam.h
FINISHED = (0x10).to_bytes(4, "little")                 # END_FINISHED, src/machine.h
NOBODY = "section .note.GNU-stack noalloc noexec nowrite progbits\n"


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
                  FastBoot(ROOT / "build/rom.bin", out / "kernel.bin", out / "entry.bin"))


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
        status = session.read_linear([(Elf.load(kernel.elf).va("exam") + STATUS_OFFSET, 4)])[0]
        if stop.reason != "breakpoint" or status != FINISHED:
            said = Path(folder, "serial.txt").read_text(errors="replace")
            raise RuntimeError(f"the kernel did not end well ({stop.reason}): {said[-400:]}")
        if at_end:
            at_end(session)
    return ticks
