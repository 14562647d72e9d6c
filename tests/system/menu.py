"""The image of all lessons, booted as people boot it: QEMU with SeaBIOS or OVMF, or Bochs.

Used by test_iso.py. It presses keys and reads the serial line and the screen; it knows no debugger.
"""

import os
import pty
import re
import select
import shutil
import socket
import tempfile
import tty
from pathlib import Path

from grader.machine import MachineError, bochs_setup
from grader.machine.bochs import Bochs
from grader.machine.process import Child, Deadline
from grader.machine.qmp import Qmp

SECONDS = 900                   # against a machine that is stuck; never a verdict
MENU, LAST = "GNU GRUB", "Huge pages"
OVMF = ("/usr/share/OVMF/OVMF_{}_4M.fd", "/usr/share/OVMF/OVMF_{}.fd",
        "/usr/share/edk2/ovmf/OVMF_{}.fd", "/usr/share/edk2/x64/OVMF_{}.4m.fd")
SCREEN = (80, 25, 8, 16, 1)     # columns, rows, a cell's width and height, empty rows above a glyph


class Serial:
    """What comes over a serial line (a descriptor), up to a text that is awaited."""

    def __init__(self, descriptor, deadline):
        self.descriptor, self.deadline, self.text = descriptor, deadline, ""

    def until(self, wanted):
        """What came before and with `wanted`; it is behind us then."""
        while wanted not in self.text:
            if select.select([self.descriptor], [], [], self.deadline.left())[0]:
                data = os.read(self.descriptor, 1 << 16)
                if not data:
                    raise MachineError(f"the machine ended, {wanted!r} had not come")
                self.text += data.decode("latin-1")
        at = self.text.index(wanted) + len(wanted)
        before, self.text = self.text[:at], self.text[at:]
        return before

    def send(self, data):
        os.write(self.descriptor, data)


class QemuMenu:
    """A context manager. where: "cd", "disk" or "usb"; uefi: OVMF instead of SeaBIOS."""

    def __init__(self, image, where, uefi=False, memory=512, seconds=SECONDS):
        self.folder = tempfile.TemporaryDirectory(prefix="pw")
        place, self.deadline = Path(self.folder.name), Deadline(seconds)
        command = ["qemu-system-x86_64", "-machine", "q35" if uefi else "pc", "-m", str(memory),
                   "-cpu", "max", "-nic", "none", "-display", "none", "-vga", "std"]
        command += _firmware(place) if uefi else []
        command += _drive(Path(image).resolve(), where)
        listeners = {}
        for name, option in (("serial", ["-serial", "chardev:serial"]),
                             ("mon", ["-mon", "chardev=mon,mode=control"])):
            listeners[name] = socket.socket(socket.AF_UNIX)
            listeners[name].bind(str(place / name))
            listeners[name].listen(1)
            command += ["-chardev", f"socket,id={name},path={place / name}", *option]
        self.child = Child(command, place)
        self.sockets = []
        try:
            for listener in listeners.values():
                listener.settimeout(self.deadline.left())
                self.sockets.append(listener.accept()[0])
                listener.close()
            self.sockets[0].setblocking(True)
            self.serial = Serial(self.sockets[0].fileno(), self.deadline)
            self.qmp = Qmp(self.sockets[1], self.deadline)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.end()
        for one in self.sockets:
            one.close()
        self.folder.cleanup()

    def press(self, *keys):
        """Keys of the PS/2 keyboard, by QEMU's names."""
        for key in keys:
            self.qmp.ask("send-key", keys=[{"type": "qcode", "data": key}])

    def screen(self):
        """The screen's pixels: (width, height, rows of three bytes for each pixel)."""
        path = Path(self.folder.name) / "screen.ppm"
        self.qmp.ask("screendump", filename=str(path))
        data = path.read_bytes()
        head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
        width, height = int(head[1]), int(head[2])
        pixels = data[head.end():]
        return width, height, [pixels[y * width * 3:(y + 1) * width * 3] for y in range(height)]


def _firmware(folder):
    """QEMU's options for OVMF, with variables of our own."""
    code, variables = next(((form.format("CODE"), form.format("VARS")) for form in OVMF
                            if os.path.exists(form.format("CODE"))), (None, None))
    if code is None:
        raise MachineError("OVMF is missing (package ovmf): run ./setup")
    shutil.copyfile(variables, folder / "variables.fd")
    return ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={code}",
            "-drive", f"if=pflash,format=raw,unit=1,file={folder / 'variables.fd'}"]


def _drive(image, where):
    if where == "cd":
        return ["-cdrom", str(image)]
    drive = f"format=raw,file={image},snapshot=on"
    if where == "disk":
        return ["-drive", drive]
    return ["-drive", f"if=none,id=stick,{drive}", "-device", "qemu-xhci",
            "-device", "usb-storage,drive=stick"]


class BochsMenu:
    """A context manager: Bochs with the image as a CD or as a disk, and a serial line that can be
    typed on."""

    def __init__(self, image, where, patch):
        self.folder = tempfile.TemporaryDirectory(prefix="pw")
        master, slave = pty.openpty()
        tty.setraw(slave)
        text = bochs_setup.CONFIGURATION.replace(
            "mode=file, dev={serial}", f"mode=term, dev={os.ttyname(slave)}").replace(
            "magic_break: enabled=1", "magic_break: enabled=0")
        if where == "disk":
            shutil.copyfile(image, Path(self.folder.name) / "disk.img")
            text = text.replace('type=cdrom, path="{iso}", status=inserted',
                                'type=disk, mode=flat, path="disk.img"').replace(
                                    "boot: cdrom", "boot: disk")
        patch.setattr(bochs_setup, "CONFIGURATION", text)
        self.session = Bochs(image, self.folder.name, shim_folder=self.folder.name,
                             seconds=SECONDS)
        self.descriptors = master, slave
        self.serial = Serial(master, self.session.deadline)
        self.session.child.write(b"c\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.session.close()
        for one in self.descriptors:
            os.close(one)
        self.folder.cleanup()


# ---- Reading pixels ------------------------------------------------------------------------------

def glyphs(source):
    """{rows of dots: character} from src/show/pixels/font.c."""
    rows = re.findall(r"^    \{ (.*) \}, /\* ", source, re.M)
    return {tuple(int(byte, 16) for byte in row.split(", ")): chr(0x20 + i)
            for i, row in enumerate(rows)}


def read_text(screen, font):
    """The rows of text that the pixels show; a cell that is no glyph reads as U+FFFD."""
    width, height, pixels = screen
    columns, rows, wide, high, above = SCREEN
    times = min(3, width // (columns * wide), height // (rows * high))
    left = (width - columns * wide * times) // 2
    top = (height - rows * high * times) // 2

    def dot(x, y):
        at = 3 * (left + x * times + times // 2)
        return pixels[top + y * times + times // 2][at:at + 3]

    def cell(column, row):
        x, y = column * wide, row * high
        paper = dot(x, y)                       # above every glyph there is an empty row
        found = tuple(sum(0x80 >> i for i in range(wide) if dot(x + i, y + above + j) != paper)
                      for j in range(len(next(iter(font)))))
        return font.get(found, "\ufffd")

    return ["".join(cell(column, row) for column in range(columns)).rstrip()
            for row in range(rows)]
