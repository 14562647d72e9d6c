"""A sample of the table that tests/machines prints; LONG=1 tries all of it."""

import pytest
from bench import LESSONS, LONG, numbered
from machines import MACHINES, as_it_must, cell

# Each machine once, with a lesson that it is hard for; 512 MiB of garbage take too long here.
SAMPLE = {"pc, 512 MiB": 12, "q35, 512 MiB, 2 CPUs": 10, "pc, 32 MiB": 2, "q35, 5 GiB, 4 CPUs": 6,
          "microvm, no BIOS": 9, "qemu64": 12, "Nehalem, 5 GiB": 5, "pentium3": 11, "qemu32": 7,
          "qemu64 without NX": 8, "max without 1 GiB pages": 12, "32 MiB of garbage": 11,
          "dirty registers": 3, "information at 4 MiB": 8, "information behind the image": 11,
          "information at the end of RAM": 4, "a map full of holes": 11}
CELLS = [(machine, lesson) for machine in MACHINES for lesson in LESSONS
         if LONG or lesson.number == SAMPLE.get(machine.name)]


def name_of(value):
    return getattr(value, "name", None)


@pytest.mark.parametrize("machine, lesson", CELLS, ids=name_of)
def test_a_lesson_ends_or_says_why_not(machine, lesson):
    found = cell(lesson, machine)
    assert as_it_must(lesson, machine, found), f"{found.word}: {found.text}"


def test_the_table_can_fail():
    """A kernel that dies at once neither ends nor refuses."""
    def kill(session, elf):
        session.write(elf.pa("platform_main"), b"\x0f\x0b")      # UD2, and nobody to handle it
    found = cell(numbered(2), MACHINES[0]._replace(spoil=kill))
    assert found.word == "resets", found
