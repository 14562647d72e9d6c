"""The screen as pixels without UEFI: the boot loader's word for it is made to name RAM above 4 GiB,
in each depth, and what a lesson drew there is read. Nobody's tables hold that place."""

import struct
import tempfile
from pathlib import Path

import pytest
from bench import LESSONS, LONG, ROOT, numbered
from machines import Machine, information, put_information, story
from menu import glyphs, read_text

from cli.build import build
from grader.machine.elf import Elf
from grader.machine.qemu import Qemu

TAG_FRAMEBUFFER, RGB = 8, 1
START = 0x1_2345_6000           # of the first pixel: above 4 GiB, and not at a large page's start
MEMORY = 5120
COLUMNS, ROWS, TOP = 80, 25, 11             # of the screen; the story begins below the portrait
FONT = glyphs((ROOT / "src/show/pixels/font.c").read_text())
# name: width, height, bytes of a row, of a pixel, and (position, bits) of red, green, blue
SCREENS = {"32 bits": (1024, 768, 4096, 4, (16, 8), (8, 8), (0, 8)),
           "24 bits": (800, 600, 2432, 3, (16, 8), (8, 8), (0, 8)),
           "16 bits": (640, 400, 1280, 2, (11, 5), (5, 6), (0, 5)),
           "large": (1920, 1200, 8192, 4, (0, 8), (8, 8), (16, 8)),
           "ten bits each": (1280, 800, 5120, 4, (20, 10), (10, 10), (0, 10))}
CASES = [(lesson.number, name) for lesson in LESSONS for name in SCREENS] if LONG else \
    [(4, "24 bits"), (6, "16 bits"), (7, "32 bits"), (11, "large")]


def tag(screen):
    """The Multiboot2 tag for a screen at START."""
    width, height, row, size, *colours = screen
    body = struct.pack("<QIIIBBH", START, row, width, height, 8 * size, RGB, 0)
    body += bytes(number for colour in colours for number in colour)
    return TAG_FRAMEBUFFER, struct.pack("<II", TAG_FRAMEBUFFER, 8 + len(body)) + body


def pixels(session, screen):
    """(width, height, rows), three bytes a pixel, of which only that they are alike matters."""
    width, height, row, size = screen[:4]
    data = session.read(START, row * height)
    rows = [data[y * row:y * row + width * size] for y in range(height)]
    return width, height, [b"".join((line[x:x + size] + bytes(1))[:3]
                                    for x in range(0, len(line), size)) for line in rows]


def run(lesson, screen):
    """What the lesson drew at its end, and what it said."""
    made = build(lesson, lesson.reference(), quiet=True)
    elf = Elf.load(made.elf)
    with tempfile.TemporaryDirectory(prefix="pw") as folder, \
            Qemu(folder, iso=made.iso, memory_mib=MEMORY, seconds=120) as session:
        session.break_at(elf.pa("_start"))
        assert session.cont()
        at, _, tags = information(session)
        kept = [one for one in tags if one[0] not in (0, TAG_FRAMEBUFFER)]
        put_information(session, at, [*kept, tag(screen), (0, struct.pack("<II", 0, 8))])
        session.unbreak(elf.pa("_start"))
        session.break_at(elf.va("machine_end"))
        assert session.cont()
        assert session.registers()["rip"] == elf.va("machine_end")
        shown = read_text(pixels(session, screen), FONT)
        serial = (Path(folder) / "serial.txt").read_text("latin-1")
    return shown, serial


@pytest.mark.parametrize("number, name", CASES)
def test_what_is_drawn_is_the_end_of_the_story(number, name):
    shown, serial = run(numbered(number), SCREENS[name])
    text = "\n".join(shown)
    assert "\ufffd" not in text, text
    assert shown[0].split(" at ")[0] in ("PD", "PDPT", "PML4"), text
    told = [line[at:at + COLUMNS].rstrip() for line in serial.replace("\r", "").split("\n")
            for at in range(0, max(1, len(line)), COLUMNS)]
    assert shown[TOP:] == told[-(ROWS - TOP):], text


@pytest.mark.parametrize("number", [lesson.number for lesson in LESSONS] if LONG else [4])
def test_drawing_changes_no_fact_of_the_story(number):
    """What the TLB kept, above all: drawing empties it."""
    lesson = numbered(number)
    plain = story(lesson, Machine("a text screen", memory=MEMORY))
    assert run(lesson, SCREENS["32 bits"])[1] == plain
