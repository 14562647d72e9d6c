"""tools/view on dumps: registers read from what debuggers print, and every bad input a sentence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fake import Memory, Run
from picture import PictureError, dump, page, run
from picture.scene import Picture

ROOT = Path(__file__).resolve().parents[4]
QEMU = """RIP=000000000000fff0 RFL=00040002
CR0=80010011 CR2=0000000000000000 CR3=0000000000001000 CR4=00000020
EFER=0000000000000d00"""
BOCHS = """CR0=0x80010011: PG cd nw ac WP ne ET ts em MP PE
CR2=page fault laddr=0x000000000000
CR3=0x000000001000
CR4=0x00000010: pks cet PSE
EFER=0x00000000: ffxsr nxe lma lme sce"""


def tool(*arguments):
    return subprocess.run([sys.executable, "tools/view", *map(str, arguments)], cwd=ROOT,
                          capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def dumped(tmp_path):
    """A dump of 64 KiB with two levels from 0x1000 on, and its registers."""
    memory = Memory(0x1000)
    root = memory.table()
    memory.map("32bit", root, 0x403000, 0x5000, flags=7, upper=7)
    raw = b"".join(bytes(memory.pages.get(at, bytes(4096))) for at in range(0, 0x10000, 4096))
    (tmp_path / "memory").write_bytes(raw)
    (tmp_path / "creg").write_text(BOCHS)
    return tmp_path


def test_registers_as_qemu_and_bochs_print_them():
    assert dump.registers(QEMU) == {"cr0": 0x80010011, "cr2": 0, "cr3": 0x1000, "cr4": 0x20,
                                    "efer": 0xD00, "eflags": 0x40002}
    said = dump.registers(BOCHS)
    assert (said["cr0"], said["cr3"], said["cr4"], said["efer"]) == (0x80010011, 0x1000, 0x10, 0)


def test_a_page_and_a_tree_of_a_dump(dumped):
    done = tool(dumped / "memory", "--registers", dumped / "creg")
    assert done.returncode == 0 and (dumped / "memory.html").read_text().startswith("<!DOCTYPE")
    done = tool(dumped / "memory", "--registers", dumped / "creg", "--tree", "--va", "403abc")
    assert "physical 0x00005ABC" in done.stdout and done.returncode == 0
    done = tool(dumped / "memory", "--cr0", "80000001", "--cr3", "0x1000", "--cr4", "0", "--tree")
    assert "0x00403000 → 0x00005000" in done.stdout


def test_a_cut_dump_and_a_root_outside_get_sentences(dumped):
    raw = (dumped / "memory").read_bytes()
    (dumped / "memory").write_bytes(raw[:0x2800])
    done = tool(dumped / "memory", "--registers", dumped / "creg", "--tree")
    assert "ends in the middle of a page" in done.stdout
    assert "where no memory was read" in done.stdout and done.returncode == 0
    done = tool(dumped / "memory", "--registers", dumped / "creg", "--cr3", "7000000", "--tree")
    assert "CR3 names 0x07000000, where no memory was read: no address translates." in done.stdout


@pytest.mark.parametrize("arguments, status, says", [
    (["nowhere", "--cr3", "0"], 2, "cannot be read"),
    (["README.md", "--registers", "nowhere"], 2, "nowhere cannot be read"),
    (["README.md", "--cr3", "0"], 2, "CR0 and CR4 must be known"),
    (["README.md", "--cr3", "xyz"], 64, "no hexadecimal number"),
    (["README.md", "README.md", "--registers", "README.md"], 64, "one --registers for each dump"),
    ([], 64, "--help says more")])
def test_bad_arguments_get_one_sentence(arguments, status, says):
    done = tool(*arguments)
    assert done.returncode == status and says in done.stderr
    assert len(done.stderr.splitlines()) == 1 and done.stdout == ""


def test_paging_off_is_said_and_drawn_as_nothing(dumped):
    done = tool(dumped / "memory", "--cr0", "1", "--cr3", "0", "--cr4", "0", "--tree")
    assert "Paging is off" in done.stdout and done.returncode == 0


def test_a_page_of_what_cannot_translate_holds_the_sentence(dumped):
    values = {"cr0": 0x80000001, "cr3": 0x9999000, "cr4": 0}
    made = dump.moment(dump.Dump(dumped / "memory"), values)
    assert "where no memory was read: no address translates" in page.html(
        Picture("t", "s", [made]))


def test_evidence_of_another_version_gets_a_sentence(tmp_path):
    evidence = Run().evidence()
    path = tmp_path / "evidence.json"
    [boot] = evidence["boots"]
    for change, says in (({"version": 9}, "version 9, written by a newer"),
                         ({"version": 1}, "version 1, written by an older"),
                         ({"format": "x"}, "not Pagewalk"), ({"boots": []}, "no boot"),
                         ({"boots": [boot, boot]}, "2 boots, but"),
                         ({"boots": [{**boot, "stops": 5}]}, "stops is no list"),
                         ({"boots": [boot]}, "no checkpoint")):
        path.write_text(json.dumps({**evidence, **change}))
        done = subprocess.run([sys.executable, "pagewalk", "view", "--from", str(path), "--out",
                               str(tmp_path)], cwd=ROOT, capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == 2 and says in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1 and not (tmp_path / "view.html").exists()


def test_a_run_without_stops_cannot_be_drawn():
    with pytest.raises(PictureError, match="no checkpoint"):
        run.picture(Run().evidence(), {"title": "t"})
