"""`gdb`: the commands draw what the tables are, in 32-bit mode, in long mode and in between."""

import subprocess

import pytest
from bench import ROOT


def gdb(lesson, *orders):
    """What a session says to these orders, one after the other."""
    done = subprocess.run([str(ROOT / "pagewalk"), "gdb", str(lesson), "--solution"], cwd=ROOT,
                          input="\n".join([*orders, "quit"]) + "\n", text=True, timeout=120,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout
    assert "Python Exception" not in done.stdout
    return done.stdout


def test_walk_and_diff_in_32_bit_mode():
    said = gdb(2, *["continue"] * 4, "pg tables", "pg walk 0x2ff0", "continue", "pg diff")
    assert "PTE[2]      at" in said and "physical 0x00003FF0" in said
    assert "since process_1" not in said, "process 2 has tables of its own: there is a change"
    assert "CR3: was " in said and "a new table" in said


def test_the_switch_to_long_mode_is_followed():
    said = gdb(7, *["continue"] * 3, "pg code", "pg tables", "continue", "pg code", "pg tables")
    before, _, after = said.partition("64-bit code at ")
    assert "32-bit code at " in before and "Paging is off (CR0.PG = 0)" in before
    assert "4-level paging" in after and "together 0x0000000000000000" in after


def test_diff_shows_the_entry_that_changed():
    said = gdb(8, *["continue"] * 2, "pg diff", "continue", "pg diff", "pg walk $rip")
    assert "are remembered" in said and "Nothing has changed since mapped" in said
    assert "execute from ring 0: done" in said


@pytest.mark.parametrize("lesson, line", [(2, "32/entry.asm"), (7, "32/entry.asm"),
                                          (8, "64/entry.asm")])
def test_lines_of_assembly_are_found(lesson, line):
    said = gdb(lesson, "info line _start", "list _start")
    assert line in said and "_start:\n" in said


@pytest.mark.parametrize("order, sentence", [("pg walk", "Which address?"),
                                             ("pg walk nosuch", 'No symbol "nosuch"'),
                                             ("pg tables", "Paging is off")])
def test_bad_input_gets_a_sentence(order, sentence):
    assert sentence in gdb(2, "continue", order)
