"""`gdb --stub`: a lesson in QEMU that waits for the debugger of an editor (.vscode/launch.json).

The editor starts GDB by itself, so QEMU cannot be its child as with `gdb`: it waits on a socket in
build/gdb, where the symbols and GDB's orders lie as well. Nothing listens on the network.
"""

import os
import shutil

from cli import PASS, TROUBLE, Stop, say
from cli.build import need
from cli.gdb import CALM, beginning, is_wide, machine, symbols
from machine.process import Child

READY = b"(qemu) "              # its monitor's prompt: by then the socket is there
LONGEST_PATH = 107              # bytes of a socket's name, unix(7)
LONGEST_START = 60              # seconds, for a machine that is busy with other things


def stub(lesson, build, options):
    """Waits until QEMU ends: when GDB kills it, when the lesson is over, or with Ctrl-C."""
    need("gdb", "qemu-system-i386", "qemu-system-x86_64", "objdump")
    folder = lesson.root / "build" / "gdb"
    folder.mkdir(parents=True, exist_ok=True)
    socket, serial = folder / "stub", folder / "serial.txt"
    if len(os.fsencode(socket)) > LONGEST_PATH:
        raise Stop(TROUBLE, f"{socket} is too long a name for a socket: move this project to a "
                            "folder with a shorter one.")
    serial.unlink(missing_ok=True)
    socket.unlink(missing_ok=True)          # of a machine that was not ended
    wide = is_wide(lesson)
    found = symbols(lesson, build, wide, folder)
    if found == build.elf:
        shutil.copyfile(found, folder / "kernel.elf")
    else:
        found.replace(folder / "kernel.elf")
    (folder / "start.gdb").write_text(
        "\n".join([*CALM, *beginning(lesson, build, wide, serial)]) + "\n")
    _wait([*machine(lesson, build, options, serial, f"unix:{_quoted(socket)},server=on,wait=off"),
           "-monitor", "stdio"], folder, socket)
    return PASS


def _quoted(path):
    """A name as QEMU's options have it: there a comma ends a value."""
    return str(path).replace(",", ",,")


def _wait(command, folder, socket):
    with open(folder / "qemu.txt", "wb") as said:
        child = Child(command, folder, stderr=said)
    try:
        text = b""
        while READY not in text:
            data = child.read_some(LONGEST_START)
            if not data:
                why = (folder / "qemu.txt").read_text("utf-8", "replace").strip()
                raise Stop(TROUBLE, f"QEMU did not start: {why or 'it says nothing'}")
            text += data
        say(f"QEMU waits for GDB: target remote {socket}")
        while child.read_some(LONGEST_START) != b"":
            pass
    finally:
        child.end()
        socket.unlink(missing_ok=True)
