"""What run, debug and tour need of Bochs: CPUs by QEMU's names, what was printed, a window."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from cli import PASS, TROUBLE, Stop, say
from grader.machine import bochs_program, bochs_setup
from grader.machine.elf import Elf

SHN_LORESERVE = 0xFF00                 # from here on a symbol is a plain number, not a place
BOCHS_CPUS = {"pentium3": "p3_katmai", "max": "corei7_icelake_u", "qemu64": "corei7_skylake_x",
              "Nehalem": "corei5_lynnfield_750"}


class Serial:
    """Copies what the guest has printed into Bochs' serial file since the last look."""

    def __init__(self, folder, prefix=""):
        self.path, self.at, self.prefix = Path(folder) / "serial.txt", 0, prefix

    def show(self):
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return
        text = data[self.at:].decode("latin-1").replace("\r", "")
        self.at = len(data)
        for line in text.splitlines():
            say(self.prefix + line)


def bochs_cpu(name):
    """Bochs' name for a CPU model; QEMU's common names are understood too."""
    return BOCHS_CPUS.get(name or "max", name)


def symbol_file(elf, folder):
    """Everything worth a name in the debugger, as a file that it can load."""
    named = {(symbol.name, symbol.value) for symbol in elf.symbols
             if symbol.name in elf and symbol.section < SHN_LORESERVE
             and not symbol.name.startswith(".")}
    path = Path(folder) / "kernel.sym"
    path.write_text("".join(f"{va:x} {name}\n" for name, va in sorted(named)))
    return path


def need_display():
    """Stops with a sentence where no window can be opened."""
    if not os.environ.get("DISPLAY"):
        raise Stop(TROUBLE, "GUI=1 opens a window, and there is no display here (DISPLAY is not "
                            "set). Leave GUI=1 away: everything works in this terminal too.")


def window(lesson, build, options, debugger):
    """Bochs in a window, with its graphical debugger or none; PASS when it was closed."""
    need_display()
    with tempfile.TemporaryDirectory() as folder:
        rc = bochs_setup.configuration(folder, str(build.iso),
                                       options.mem or lesson.memory("bochs"),
                                       bochs_cpu(options.cpu))
        text = rc.read_text()
        program = bochs_program.program()
        style, extra = (program.window_display, program.window) if debugger else ("x", ())
        text = re.sub(r"^display_library:.*$", f"display_library: {style}", text, flags=re.M)
        if not debugger:
            text = text.replace("magic_break: enabled=1", "magic_break: enabled=0")
        symbols = symbol_file(Elf.load(build.elf), folder)
        rc.write_text(text + f"debug_symbols: file={symbols}\n")
        subprocess.run([program.path, "-q", *extra, "-f", str(rc)], cwd=folder, check=False)
    return PASS
