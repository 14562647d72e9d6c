"""The image of all lessons: its menu, the way into a lesson and back, on text and on pixels."""

import hashlib
import subprocess

import menu
import pytest
from bench import LESSONS, LONG, ROOT, command

from cli.verbs.iso import entry_text

END = "Press a key to go back to the menu.\r\n"       # the line ends when the screen shows it
PAUSE = "-- any key: go on    Esc: to the end --"
ELEVEN = b"\x05\x10\r"                                # to the last entry, one up, Enter
FONT = menu.glyphs((ROOT / "src/show/pixels/font.c").read_text())
MOST_COLUMNS = 74                                     # of an entry, on a text screen of 80
PLACES = ["disk", "cd"] if LONG else ["disk"]


@pytest.fixture(scope="session")
def image(once, tmp_path_factory):
    """An image of the references, and its folder."""
    def made():
        path = tmp_path_factory.mktemp("iso") / "all.iso"
        done = command("iso", "--solution", "--out", str(path))
        assert done.returncode == 0, done.stdout + done.stderr
        return str(path)
    return once(("iso",), made)


def goes_to_lesson_11_and_back(serial, choose, go_on, go_back, until_menu=True):
    """What lesson 11 said on its way: it waits at a checkpoint, at the next, and then no more.
    until_menu: the firmware is waited for once more."""
    serial.until(menu.LAST)
    choose()
    story = serial.until(PAUSE)
    go_on("spc")
    story += serial.until(PAUSE)
    go_on("esc")
    story += serial.until(END)
    assert PAUSE not in story.split(PAUSE, 2)[2]
    assert "Pagewalk, lesson 11: the kernel's map" in story
    assert "9  phys_to_virt and virt_to_phys" in story
    go_back()
    if until_menu:
        serial.until(menu.MENU)
    return story


@pytest.mark.parametrize("where", ["cd", "disk", "usb"] if LONG else ["cd", "disk"])
def test_bios(image, where):
    with menu.QemuMenu(image, where) as machine:
        goes_to_lesson_11_and_back(machine.serial, lambda: machine.serial.send(ELEVEN),
                                   machine.press, lambda: machine.press("spc"))


@pytest.mark.parametrize("where", PLACES)
def test_bochs(image, where, monkeypatch):
    keys = {"spc": b" ", "esc": b"\x1b"}
    with menu.BochsMenu(image, where, monkeypatch) as machine:
        goes_to_lesson_11_and_back(
            machine.serial, lambda: machine.serial.send(ELEVEN),
            lambda key: machine.serial.send(keys[key]), lambda: machine.serial.send(b" "))


@pytest.mark.parametrize("where", ["cd", "disk", "usb"] if LONG else ["cd"])
def test_uefi_draws_the_story_and_the_portrait(image, where):
    shown = []
    with menu.QemuMenu(image, where, uefi=True) as machine:
        goes_to_lesson_11_and_back(
            machine.serial, lambda: machine.press("end", "up", "ret"), machine.press,
            lambda: (shown.extend(menu.read_text(machine.screen(), FONT)), machine.press("spc")),
            until_menu=LONG)            # OVMF's second start once stood still on a full machine
    text = "\n".join(shown)
    assert "\ufffd" not in text, text
    assert shown[0].startswith("PML4 at 0x") and "PT at 0x" in shown[0], text
    assert shown[9].startswith("0xffff8000000b8000 PML4E[256] PDPTE[0] PDE[0] PTE[184]"), text
    assert "9  phys_to_virt and virt_to_phys are asked about 148 addresses." in shown, text
    assert END.strip() in shown, text
    assert not any(PAUSE in row for row in shown), text


def test_the_same_lessons_make_the_same_image(image, tmp_path):
    tree = ROOT / "build/iso/tree"
    digests = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made = tmp_path / name / "all.iso"
        subprocess.run([ROOT / "boot/iso", tree, made], check=True, capture_output=True)
        digests.add(hashlib.sha256(made.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_every_entry_of_the_menu_fits_and_says_what_the_lesson_is_about():
    for lesson in LESSONS:
        text = entry_text(lesson)
        assert lesson.brief() and len(text) <= MOST_COLUMNS, text
        assert not set(text) & set("\"$\\{}"), "GRUB would take that for its own"


if LONG:
    def test_every_lesson_ends_under_uefi(image):
        with menu.QemuMenu(image, "cd", uefi=True, memory=4608, seconds=1200) as machine:
            for i, lesson in enumerate(LESSONS):
                machine.serial.until(menu.LAST)
                for _ in range(i):
                    machine.press("down")
                machine.press("ret")
                story = machine.serial.until(PAUSE)
                assert f"Pagewalk, lesson {lesson.number}: " in story
                machine.press("esc")
                story = machine.serial.until(END)
                assert "panic" not in story and "needs" not in story, story
                machine.press("spc")
