"""What a Bochs session needs on disk: its configuration, and the shim against open ports.

Used by bochs.py only. It knows which builds of Bochs want what, and no debugger command.
"""
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from . import MachineError

# The instructions of virtual time per second are pinned: firmware waits scale with them. time0 is
# any fixed moment, so that no clock of the host is in the machine.
CONFIGURATION = """\
display_library: {display}
cpu: model={cpu}, count=1, ips=5000000, reset_on_triple_fault=1
clock: sync=none, time0=1000000000
memory: guest={memory}, host={memory}
romimage: file={bios}
vgaromimage: file={vga}
magic_break: enabled=1
port_e9_hack: enabled=0
com1: enabled=1, mode=file, dev={serial}
log: {log}
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path="{iso}", status=inserted
boot: cdrom
panic: action=fatal
error: action=report
info: action=report
debug: action=ignore, cpu0=report
"""
ROMS = ("/usr/share/bochs", "/usr/local/share/bochs", "/opt/homebrew/share/bochs")
PLUGINS = ("usr/lib/bochs/plugins", "usr/lib/*/bochs/plugins", "usr/local/lib/bochs/plugins")


def rom(*names):
    """Path of the first of these ROM files that is installed."""
    for folder in ROMS:
        for name in names:
            if os.path.exists(f"{folder}/{name}"):
                return f"{folder}/{name}"
    raise MachineError(f"Bochs: ROM file {names[0]} not found in {', '.join(ROMS)}")


def program():
    """(path, extra arguments). Debian's `bochs` is a wrapper; bochs-bin is the program.

    Bochs 3 has the debugger in every build and starts it when asked; 2.7 does not know the flag.
    """
    path = shutil.which("bochs-bin") or shutil.which("bochs")
    if path is None:
        raise MachineError("Bochs is not installed (run ./setup)")
    return path, ["-debugger"] if b"\0-debugger\0" in Path(path).read_bytes() else []


def version(banner):
    """The version from what Bochs says when it starts."""
    found = re.search(r"Bochs x86 Emulator (\d+(?:\.\d+)+)", banner)
    if not found:
        raise MachineError(f"Bochs did not say its version: {banner[:300]!r}")
    return found[1]


def shim(folder):
    """Compile quiet.c into `folder` unless it is there, and return its path."""
    target, source = Path(folder) / "quiet.so", Path(__file__).with_name("quiet.c")
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f"quiet.{os.getpid()}.so")
        done = subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(fresh), str(source)],
                              capture_output=True, text=True, check=False, timeout=60)
        if done.returncode:
            raise MachineError(f"cannot compile quiet.c: {done.stderr.strip()}")
        fresh.replace(target)           # atomic: several graders may do this at once
    return target


def display():
    """The quietest display that the installed build has: nogui, or rfb kept off the network."""
    for folder in PLUGINS:
        if list(Path("/").glob(f"{folder}/libbx_nogui_gui.so")):
            return "nogui"
    return 'rfb, options="timeout=0"'


class FastBoot(NamedTuple):
    """Instead of an ISO: boot/rom.asm assembled, the kernel as it lies in memory from 2 MiB on, and
    four bytes that hold its entry address. Neither BIOS nor GRUB runs, and there is no VGA text."""
    rom: Path
    image: Path
    entry: Path

    def configure(self, text):
        """The configuration with this in place of BIOS, VGA BIOS and CD."""
        kept = [line for line in text.splitlines()
                if not line.startswith(("romimage", "vgaromimage", "ata0", "boot"))]
        return "\n".join([*kept, f'romimage: file="{self.rom}", address=0xffff0000',
                          f'optramimage1: file="{self.image}", address=0x200000',
                          f'optramimage2: file="{self.entry}", address=0x8000', ""])


def configuration(folder, iso, memory_mib, cpu):
    """Write `bochsrc` into `folder` and return its path. iso: a path, or a FastBoot."""
    fast = iso if isinstance(iso, FastBoot) else None
    iso = None if fast else os.path.abspath(iso)
    text = CONFIGURATION.format(
        display=display(), cpu=cpu, memory=memory_mib, iso=iso, serial="serial.txt",
        log="bochs.log", bios=rom("BIOS-bochs-latest"),
        vga=rom("VGABIOS-lgpl-latest", "VGABIOS-lgpl-latest.bin"))
    path = Path(folder) / "bochsrc"
    path.write_text(fast.configure(text) if fast else text, encoding="utf-8")
    return path
