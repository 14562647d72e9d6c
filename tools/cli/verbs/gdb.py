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
from grader.machine.elf import Elf
from grader.machine.qemu import HEADLESS

WELCOME = """\
The machine stands at the kernel's first instruction; c goes on to the next checkpoint.
Beside GDB's own commands:
  pg walk ADDRESS   the walk of an address, and what reading, writing, executing it would do
  pg tables         everything CR3 leads to          pg diff   what has changed since then
  pg code           the next instruction, read as the CPU reads it now
"""


CALM = ["set confirm off", "set pagination off", "set stack-cache off", "set code-cache off"]


def is_wide(lesson):
    """Whether the lesson comes to long mode: then machine and symbols are 64-bit ones."""
    checks = lesson.checks()
    return checks["width"] == 64 or checks.get("wants_long_mode", False)


def machine(lesson, build, options, serial, stub):
    """The command line of a QEMU that waits for GDB at `stub`, as -gdb has it.

    A 32-bit kernel runs on a 32-bit machine, so that GDB and the stub agree about registers."""
    return ["qemu-system-x86_64" if is_wide(lesson) else "qemu-system-i386", "-S", "-gdb", stub,
            *HEADLESS, "-cpu", options.cpu or "max",
            "-m", str(options.mem or lesson.memory("qemu")), "-serial", f"file:{serial}",
            "-kernel", str(build.kernel32), "-append", f"seed={options.seed or 1}"]


def symbols(lesson, build, folder):
    """The kernel's symbols in a file of the machine's own width."""
    if not is_wide(lesson) or lesson.checks()["width"] == 64:
        return build.elf
    path = Path(folder) / "kernel64.elf"
    tool = make(lesson.root, "print-tools", NAME=lesson.name).strip() + "objcopy"
    done = subprocess.run([tool, "-O", "elf64-x86-64", str(build.elf), str(path)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Stop(TROUBLE, f"The kernel's symbols could not be widened: {done.stderr.strip()}")
    return path


def beginning(lesson, build, serial):
    """GDB's orders once it is connected."""
    return [f"source {lesson.root / 'tools/gdb/pagewalk.py'}",
            f"python start({str(serial)!r}, {is_wide(lesson)}, {_stops(build)})"]


def _stops(build):
    """{address: name} of the checkpoints, and of the end."""
    return {s.value: s.name.removeprefix("checkpoint_") for s in Elf.load(build.elf).symbols
            if s.section and (s.name.startswith("checkpoint_") or s.name == "machine_end")}


def gdb(lesson, build, options):
    """GDB's prompt; it ends with q or the end of input."""
    need("gdb", "qemu-system-i386", "qemu-system-x86_64", "objdump")
    say(WELCOME)
    with tempfile.TemporaryDirectory() as folder:
        serial = Path(folder) / "serial.txt"
        command = shlex.join(machine(lesson, build, options, serial, "stdio"))
        orders = [*CALM, f"file {symbols(lesson, build, folder)}",
                  f"target remote | exec {command}", *beginning(lesson, build, serial)]
        subprocess.run(["gdb", "-q", "-nx", *(word for order in orders for word in ("-ex", order))],
                       cwd=lesson.root, check=False)
    return PASS
