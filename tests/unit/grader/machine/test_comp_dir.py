"""machine.comp_dir on what NASM writes, and on what it does not write."""

import re
import subprocess

import pytest

from grader.machine import MachineError
from grader.machine.comp_dir import main, without_folder
from grader.machine.lines import lines_at

SOURCE = """\
global _start
section .text
_start:
    mov eax, [value]
.again:
    jmp .again
section .data
value: dd 5
"""
WIDTHS = {"elf32": "elf_i386", "elf64": "elf_x86_64"}


def assembled(folder, width, *debug):
    """boot/a.o of an assembly file in this folder."""
    (folder / "boot").mkdir(parents=True)
    (folder / "boot/a.asm").write_text(SOURCE)
    subprocess.run(["nasm", "-f", width, *debug, "boot/a.asm"], cwd=folder, check=True)
    return folder / "boot/a.o"


def linked(file, width):
    """The program of this object file alone."""
    subprocess.run(["ld", "-m", WIDTHS[width], "-o", "a.elf", file.name], cwd=file.parent,
                   check=True)
    return file.with_name("a.elf")


@pytest.mark.parametrize("width", WIDTHS)
def test_two_folders_give_one_program_and_its_lines_are_found(tmp_path, width):
    files = [assembled(tmp_path / name, width, "-g", "-F", "dwarf")
             for name in ("a", "somewhere/far/away")]
    before = [linked(file, width).read_bytes() for file in files]
    assert before[0] != before[1], "NASM writes its folder"
    assert main(map(str, files)) == 0
    programs = [linked(file, width) for file in files]
    assert programs[0].read_bytes() == programs[1].read_bytes()
    said = subprocess.run(["readelf", "-h", "--debug-dump=info", programs[1]], text=True,
                          capture_output=True, check=True)
    assert not said.stderr
    assert re.search(r"DW_AT_comp_dir +: \.\n", said.stdout)
    assert re.search(r"DW_AT_producer +: NASM", said.stdout), "what follows is still in step"
    entry = int(re.search(r"Entry point address: +(0x\w+)", said.stdout)[1], 16)
    assert lines_at(programs[1], [entry]) == ["boot/a.asm:4"]


def test_once_is_enough(tmp_path):
    data = assembled(tmp_path, "elf32", "-g", "-F", "dwarf").read_bytes()
    assert without_folder(without_folder(data)) == without_folder(data) != data


def test_without_debug_information_nothing_changes(tmp_path):
    data = assembled(tmp_path, "elf64").read_bytes()
    assert without_folder(data) == data


def test_damage_is_refused(tmp_path):
    data = assembled(tmp_path, "elf32", "-g", "-F", "dwarf").read_bytes()
    at = data.index(b"boot/a.asm\0", data.index(b"NASM 2") - 400)
    for wrong in (data[:60], b"plain text", data[:at] + b"x" * (len(data) - at)):
        with pytest.raises(MachineError):
            without_folder(wrong)


@pytest.mark.parametrize("file", ["none.o", "text.o"])
def test_a_file_that_is_none_is_told_in_a_sentence(tmp_path, file, capsys):
    (tmp_path / "text.o").write_text("text")
    assert main([str(tmp_path / file)]) == 1
    assert capsys.readouterr().err.startswith("comp_dir: ")
