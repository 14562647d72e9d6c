"""`gdb --stub`: a lesson in QEMU that waits for the debugger of an editor (.vscode/launch.json).

The editor starts GDB by itself, so QEMU cannot be its child as with `gdb`: it waits on a socket in
build/gdb, where the symbols and GDB's orders lie as well. Nothing listens on the network.
"""

import os
import shutil
import subprocess

from cli import PASS, TROUBLE, Stop, say
from cli.build import need
from cli.verbs.gdb import CALM, beginning, machine, symbols
from grader.machine.process import Child

READY = b"(qemu) "              # its monitor's prompt: by then the socket is there
KILLED = b"Terminated via GDBstub"      # newer ones say so and only stand still
LONGEST_PATH = 107              # bytes of a socket's name, unix(7)


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
    shutil.copyfile(symbols(lesson, build, folder), folder / "kernel.elf")
    (folder / "start.gdb").write_text(
        "\n".join([*CALM, *beginning(lesson, build, serial)]) + "\n")
    _wait([*machine(lesson, build, options, serial, f"unix:{_quoted(socket)},server=on,wait=off"),
           "-monitor", "stdio"], folder, socket)
    return PASS


def _quoted(path):
    """A name as QEMU's options have it: there a comma ends a value."""
    return str(path).replace(",", ",,")


def _wait(command, folder, socket):
    child = Child(command, folder, stderr=subprocess.STDOUT)
    try:
        text = _until(child, READY)
        if READY not in text:
            said = text.decode("utf-8", "replace").strip()
            raise Stop(TROUBLE, f"QEMU did not start: {said or 'it says nothing'}")
        say(f"QEMU waits for GDB: target remote {socket}")
        _until(child, KILLED)
    finally:
        child.end()
        socket.unlink(missing_ok=True)


def _until(child, words):
    """What the child says until it says `words`, or ends."""
    text = b""
    while words not in text:
        data = child.read_some(3600)
        if data == b"":
            break
        text += data or b""
    return text
