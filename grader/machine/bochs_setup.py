"""What a Bochs session needs on disk: its configuration, and the shim against open ports.

Used by bochs.py and for the window of GUI=1. It knows no debugger command.
"""
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from . import MachineError
from .bochs_program import program
from .process import undisturbed

# The instructions of virtual time per second are pinned: firmware waits scale with them. time0 is
# any fixed moment, so that no clock of the host is in the machine. Each Bochs finds its own BIOS.
CONFIGURATION = """\
display_library: {display}
cpu: model={cpu}, count=1, ips=5000000, reset_on_triple_fault=1
clock: sync=none, time0=1000000000
memory: guest={memory}, host={memory}
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


def shim(folder):
    """Compile quiet.c into `folder` unless it is there, and return its path."""
    target, source = Path(folder) / "quiet.so", Path(__file__).with_name("quiet.c")
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f"quiet.{os.getpid()}.so")
        with undisturbed():
            done = subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(fresh), str(source)],
                                  capture_output=True, text=True, check=False, timeout=60)
        if done.returncode:
            raise MachineError(f"cannot compile quiet.c: {done.stderr.strip()}")
        fresh.replace(target)           # atomic: several graders may do this at once
    return target


IMAGE_AT = 0x200000                    # where boot/*/kernel.ld begin
ENTRY_AT = 0x8000                      # ENTRY of boot/rom.asm
BLOCK = 128 << 10       # Bochs 2.7 puts a file's bytes behind this into memory of its own
MOST_FILES = 4          # optramimage1 to optramimage4


def vga_rom(path):
    """The line that names the VGA BIOS that came with the program at `path`, or "" where Bochs is
    to look by itself. Debian 13's looks for a name that Debian does not use."""
    own = Path(path).resolve().parent.parent / "share/bochs"
    for folder in filter(None, (os.environ.get("BXSHARE"), own, "/usr/share/bochs")):
        for name in ("VGABIOS-lgpl-latest.bin", "VGABIOS-lgpl-latest"):
            if Path(folder, name).exists():
                return f"vgaromimage: file={Path(folder, name)}\n"
    return ""


class FastBoot(NamedTuple):
    """Instead of an ISO: boot/rom.asm assembled, the kernel as it lies in memory from 2 MiB on, and
    four bytes that hold its entry address. Neither BIOS nor GRUB runs, and there is no VGA text."""
    rom: Path
    image: Path
    entry: Path

    def check(self, read):
        """MachineError unless the kernel lies where it should: a snapshot before 3.1 puts it
        elsewhere, and no submission is to blame for that. read(pa, size) reads memory."""
        begin = self.image.read_bytes()[:64]
        if read(IMAGE_AT, len(begin)) != begin:
            raise MachineError(f"this Bochs has not put {self.image.name} at {IMAGE_AT:#x}: "
                               "leave --fast away")

    def _pieces(self, folder):
        """[(file, address)]: the image in blocks, written into `folder`, and its entry address."""
        data, found = self.image.read_bytes(), []
        for at in range(0, len(data), BLOCK):
            piece = folder / f"image.{at // BLOCK}"
            piece.write_bytes(data[at:at + BLOCK])
            found.append((piece, IMAGE_AT + at))
        if len(found) >= MOST_FILES:
            raise MachineError(f"{self.image.name} has {len(data)} bytes; without GRUB Bochs takes "
                               f"{(MOST_FILES - 1) * BLOCK}: leave --fast away")
        return [*found, (self.entry, ENTRY_AT)]

    def configure(self, text, folder):
        """The configuration with this in place of BIOS, VGA BIOS and CD."""
        kept = [line for line in text.splitlines()
                if not line.startswith(("ata0", "boot"))]
        return "\n".join([*kept, f'romimage: file="{self.rom}", address=0xffff0000',
                          *(f'optramimage{number}: file="{path}", address={at:#x}'
                            for number, (path, at) in enumerate(self._pieces(folder), 1)), ""])


def configuration(folder, iso, memory_mib, cpu):
    """Write `bochsrc` into `folder` and return its path. iso: a path, or a FastBoot."""
    fast = iso if isinstance(iso, FastBoot) else None
    iso = None if fast else os.path.abspath(iso)
    found = program()
    text = vga_rom(found.path) + CONFIGURATION.format(
        display=found.display, cpu=cpu, memory=memory_mib, iso=iso, serial="serial.txt",
        log="bochs.log")
    path = Path(folder) / "bochsrc"
    path.write_text(fast.configure(text, Path(folder)) if fast else text, encoding="utf-8")
    return path
