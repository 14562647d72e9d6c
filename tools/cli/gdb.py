"""`gdb`: a lesson in QEMU under GDB, with the commands of tools/gdb.

GDB starts QEMU itself and speaks to it through a pipe: nothing listens anywhere, and QEMU ends
with GDB.
"""

import shlex
import subprocess
import tempfile
from pathlib import Path

from cli import PASS, TROUBLE, Stop, say
from cli.build import make, need
from machine.elf import Elf
from machine.qemu import HEADLESS

WELCOME = """\
The machine stands at the kernel's first instruction; c goes on to the next checkpoint.
Beside GDB's own commands:
  pg walk ADDRESS   the walk of an address, and what reading, writing, executing it would do
  pg tables         everything CR3 leads to          pg diff   what has changed since then
  pg code           the next instruction, read as the CPU reads it now
"""


def _machine(lesson, build, options, wide, serial):
    """The command line of a QEMU that waits, with its stub on standard input and output.

    A 32-bit kernel runs on a 32-bit machine, so that GDB and the stub agree about registers."""
    return ["qemu-system-x86_64" if wide else "qemu-system-i386", "-S", "-gdb", "stdio", *HEADLESS,
            "-cpu", options.cpu or "max", "-m", str(options.mem or lesson.memory("qemu")),
            "-serial", f"file:{serial}",
            "-kernel", str(build.kernel32), "-append", f"seed={options.seed or 1}"]


def _symbols(lesson, build, wide, folder):
    """The kernel's symbols in a file of the machine's own width."""
    if not wide or lesson.checks()["width"] == 64:
        return build.elf
    path = Path(folder) / "kernel64.elf"
    tool = make(lesson.root, "print-tools", NAME=lesson.name).strip() + "objcopy"
    done = subprocess.run([tool, "-O", "elf64-x86-64", str(build.elf), str(path)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Stop(TROUBLE, f"The kernel's symbols could not be widened: {done.stderr.strip()}")
    return path


def _stops(build):
    """{address: name} of the checkpoints, and of the end."""
    return {s.value: s.name.removeprefix("checkpoint_") for s in Elf.load(build.elf).symbols
            if s.section and (s.name.startswith("checkpoint_") or s.name == "machine_end")}


def gdb(lesson, build, options):
    """GDB's prompt; it ends with q or the end of input."""
    need("gdb", "qemu-system-i386", "qemu-system-x86_64", "objdump")
    checks = lesson.checks()
    wide = checks["width"] == 64 or checks.get("wants_long_mode", False)
    say(WELCOME)
    with tempfile.TemporaryDirectory() as folder:
        serial = Path(folder) / "serial.txt"
        machine = shlex.join(_machine(lesson, build, options, wide, serial))
        orders = ["set confirm off", "set pagination off", "set stack-cache off",
                  "set code-cache off", f"file {_symbols(lesson, build, wide, folder)}",
                  f"target remote | exec {machine}",
                  f"source {lesson.root / 'tools/gdb/pagewalk.py'}",
                  f"python start({str(serial)!r}, {wide}, {_stops(build)})"]
        subprocess.run(["gdb", "-q", "-nx", *(word for order in orders for word in ("-ex", order))],
                       cwd=lesson.root, check=False)
    return PASS
