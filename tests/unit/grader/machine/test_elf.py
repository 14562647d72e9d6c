"""machine.elf and machine.lines on small files that the host's compiler makes."""

import subprocess

import pytest

from grader.machine import MachineError
from grader.machine.elf import Elf
from grader.machine.lines import line_at, lines_at, symbol_at

SOURCE = """\
extern int wanted(void);
static int counter;
int table[4] = {1, 2, 3};
int room[2];
int count(void) { return ++counter; }
void _start(void)
{
\tcount();
\troom[0] = table[0] + wanted();
}
"""
SCRIPT = """
ENTRY(_start)
SECTIONS {
  . = 0x200000;
  base = .;
  .low : AT(0x200000) { *(.text*) }
  . = 0x40000000;
  .data : AT(0x300000) { *(.data*) *(.bss*) *(COMMON) }
  top = .;
  /DISCARD/ : { *(.note*) *(.comment) *(.eh_frame*) }
}
"""


@pytest.fixture(scope="module", params=["-m32", "-m64"])
def built(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elf")
    (folder / "a.c").write_text(SOURCE)
    (folder / "a.ld").write_text(SCRIPT)
    common = ["gcc", request.param, "-ffreestanding", "-fno-pic", "-fno-common", "-O0", "-g"]
    subprocess.run([*common, "-fno-asynchronous-unwind-tables", "-c", "a.c"], cwd=folder,
                   check=True)
    emulation = {"-m32": "elf_i386", "-m64": "elf_x86_64"}[request.param]
    subprocess.run(["ld", "-m", emulation, "-T", "a.ld", "--defsym", "wanted=0", "-o", "a.elf",
                    "--no-warn-rwx-segments", "a.o"], cwd=folder, check=True)
    return folder


def test_addresses_of_symbols(built):
    elf = Elf.load(built / "a.elf")
    assert elf.bits in (32, 64)
    assert elf.entry == elf.va("_start")
    assert elf.va("table") == 0x40000000
    assert elf.pa("table") == 0x300000
    assert elf.symbol("table").size == 16
    assert elf.pa_of(0x1000) is None


def test_a_label_behind_the_end_has_a_physical_address(built):
    elf = Elf.load(built / "a.elf")
    assert elf.pa("top") - 0x300000 == elf.va("top") - 0x40000000


def test_bytes_as_the_loader_leaves_them(built):
    elf = Elf.load(built / "a.elf")
    assert elf.bytes_at(elf.va("table"), 16) == bytes.fromhex("01000000020000000300000000000000")
    assert elf.bytes_at(elf.va("room"), 8) == bytes(8)
    with pytest.raises(MachineError):
        elf.bytes_at(0x1000, 4)


def test_undefined_symbols_of_an_object(built):
    assert Elf.load(built / "a.o").undefined() == ["wanted"]


def test_nearest_symbol_and_line(built):
    elf = Elf.load(built / "a.elf")
    at = elf.va("count") + 3
    assert elf.nearest(at) == ("count", 3)
    assert symbol_at(elf, at) == "count+0x3"
    assert symbol_at(elf, elf.va("count")) == "count"
    assert symbol_at(elf, 0x10) is None
    assert line_at(built / "a.elf", at).endswith("a.c:5")
    assert line_at(built / "a.elf", 0x10) is None
    assert not line_at(built / "a.elf", at).startswith("/")


def test_lines_of_several_addresses(built):
    elf = Elf.load(built / "a.elf")
    found = lines_at(built / "a.elf", [elf.va("count"), 0x10, elf.va("_start")])
    assert found[0].endswith("a.c:5") and found[1] is None and found[2].endswith("a.c:7")
    assert lines_at(built / "no.elf", [1, 2]) == [None, None]
    assert lines_at(built / "a.elf", [1], run=lambda command: "") == [None]


def test_a_missing_symbol_is_an_error(built):
    elf = Elf.load(built / "a.elf")
    assert "nothing" not in elf
    with pytest.raises(MachineError, match="no symbol nothing"):
        elf.va("nothing")


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"MZ" + bytes(100),
                                  b"\x7fELF\x03\x01" + bytes(99)])
def test_other_files_are_refused(data):
    with pytest.raises(MachineError):
        Elf(data)


def test_a_cut_file_is_refused(built):
    data = (built / "a.elf").read_bytes()
    with pytest.raises(MachineError):
        Elf(data[:len(data) // 2])
