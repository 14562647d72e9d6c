"""Machines of many kinds, and each lesson on each of them: what tests/machines prints and
test_machines.py tries.

A cell is what became of the reference: it came to its end, it refused the machine with a sentence
of its own, or something else, which is a fault. QEMU's debug stub only starts the run and, for some
machines, spoils what the firmware left; it judges nothing.
"""

import functools
import random
import struct
import tempfile
from pathlib import Path
from typing import Callable, NamedTuple

from cli.build import build
from grader.formats.exam import FINISHED, REFUSED
from grader.machine import MachineError, MachineExit
from grader.machine.elf import Elf
from grader.machine.qemu import Qemu

SECONDS = 120                   # against a machine that is stuck: that cell is a fault
NO_NX = frozenset({6, 8, 11})
NO_LONG_MODE = frozenset(range(6, 13))
SMALL = frozenset({1, 2, 5})    # they want the frame 0x12345, at 291 MiB, or all from 16 to 424 MiB
TAG_END, TAG_MAP, RAM, RESERVED = 0, 6, 1, 2
MIB = 1 << 20


class Machine(NamedTuple):
    """A row of the table. `refuses`: the lessons that must say that this is no machine for them."""
    name: str
    cpu: str = "max"
    memory: int = 512
    extra: tuple = ()
    refuses: frozenset = frozenset()
    spoil: Callable | None = None       # (session, elf): before the kernel's first instruction
    garbage: bool = False               # RAM is full of it when the machine is switched on
    bare: bool = False                  # no BIOS, no GRUB: QEMU loads the kernel by itself
    alike: bool = False                 # the story must be the first machine's, word for word


class Cell(NamedTuple):
    """What became of a lesson. word: "ends", "refuses", or what is wrong."""
    word: str
    text: str


# ---- What firmware and loader may leave ----------------------------------------------------------

def dirty_registers(session, _elf):
    """What no specification forbids and some firmware does: caches off, FPU traps on, CR4 with a
    dozen bits, EFER.NXE; and flags that C does not expect."""
    write = session.write_register
    write("cr0", 1 << 30 | 1 << 29 | 1 << 18 | 1 << 5 | 1 << 3 | 1 << 2 | 1 << 1 | 1)
    write("cr4", 1 << 21 | 1 << 20 | 0x6FC)
    write("efer", 1 << 11 | 1 << 0)
    write("eflags", 1 << 18 | 1 << 14 | 1 << 10 | 1 << 1)


def information(session):
    """The Multiboot2 information as it lies in memory, and its tags: [(type, bytes)]."""
    at = session.registers()["rbx"]
    data = session.read(at, struct.unpack("<I", session.read(at, 4))[0])
    tags, place = [], 8
    while place < len(data):
        kind, size = struct.unpack_from("<II", data, place)
        tags.append((kind, data[place:place + size]))
        place += (size + 7) & ~7
    return at, len(data), tags


def put_information(session, at, tags):
    """Writes it somewhere, and tells the kernel."""
    body = b"".join(tag.ljust((len(tag) + 7) & ~7, b"\xa5") for _, tag in tags)
    session.write(at, struct.pack("<II", 8 + len(body), 0) + body)
    session.write_register("rbx", at)


def moved_to(where):
    """The information at where(elf), and rubbish where it was."""
    def spoil(session, elf):
        old, size, tags = information(session)
        session.write(old, b"\xa5" * size)
        put_information(session, where(elf), tags)
    return spoil


def holes(session, _elf):
    """The memory map in pieces: out of order, with a hole of four MiB just behind the image, small
    ones every 32 MiB, reserved rows between, and RAM above 4 GiB that is not there."""
    at, _, tags = information(session)
    pieces = [(0x100000, 0x300000, RAM), (0x400000, 0x400000, RESERVED)]
    pieces += [(start, 0x1FFF000, RAM) for start in range(8 * MIB, 488 * MIB, 32 * MIB)]
    pieces += [(start, 0x1000, RESERVED) for start in range(40 * MIB - 0x1000, 489 * MIB, 32 * MIB)]
    pieces += [(0, 0x9F000, RAM), (0x9F000, 0x61000, RESERVED), (1 << 32, 1 << 30, RAM),
               (0xFFFC0000, 0x40000, RESERVED)]
    rows = b"".join(struct.pack("<QQII", *piece, 0) for piece in pieces[::-1])
    made = struct.pack("<IIII", TAG_MAP, 16 + len(rows), 24, 0) + rows
    put_information(session, at, [(kind, made if kind == TAG_MAP else tag) for kind, tag in tags])


def behind_the_image(elf):
    return (elf.pa("image_end") + 7) & ~7


MACHINES = (
    Machine("pc, 512 MiB"),
    Machine("q35, 512 MiB, 2 CPUs", extra=("-machine", "q35", "-smp", "2")),
    Machine("pc, 32 MiB", memory=32, refuses=SMALL),
    Machine("q35, 5 GiB, 4 CPUs", memory=5120, extra=("-machine", "q35", "-smp", "4")),
    Machine("microvm, no BIOS", extra=("-machine", "microvm", "-vga", "none"), bare=True),
    Machine("qemu64", cpu="qemu64"),
    Machine("Nehalem, 5 GiB", cpu="Nehalem", memory=5120),
    Machine("pentium3", cpu="pentium3", refuses=NO_LONG_MODE),
    Machine("qemu32", cpu="qemu32", refuses=NO_LONG_MODE | {5}),        # nor PSE-36
    Machine("qemu64 without NX", cpu="qemu64,-nx", refuses=NO_NX),
    Machine("max without 1 GiB pages", cpu="max,-pdpe1gb"),
    Machine("RAM full of garbage", garbage=True, alike=True),
    Machine("32 MiB of garbage", memory=32, refuses=SMALL, garbage=True),
    Machine("dirty registers", spoil=dirty_registers, alike=True),
    Machine("information at 4 MiB", spoil=moved_to(lambda _: 4 * MIB)),
    Machine("information behind the image", spoil=moved_to(behind_the_image)),
    Machine("information at the end of RAM", spoil=moved_to(lambda _: 510 * MIB)),
    Machine("a map full of holes", refuses=frozenset({5}), spoil=holes),
)


# ---- One cell ------------------------------------------------------------------------------------

def _garbage(folder, mib):
    """A file of RAM that holds no zero byte, the same at every run."""
    path = Path(folder) / "garbage"
    block = bytes(random.Random(mib).choices(range(1, 256), k=MIB))
    with open(path, "wb") as file:
        for _ in range(mib):
            file.write(block)
    return path


def _options(machine, folder):
    extra = list(machine.extra)
    if machine.garbage:
        extra += ["-machine", "pc,memory-backend=ram", "-object",
                  f"memory-backend-file,id=ram,size={machine.memory}M,share=off,"
                  f"mem-path={_garbage(folder, machine.memory)}"]
    return extra


def _ended(session):
    """How the machine ended: exam.status, or words."""
    try:
        going = session.cont()
    except MachineExit:
        return session.child.process.returncode >> 1
    return "stops somewhere" if going else "resets"


def _boot(made, machine, folder):
    """(how it ended, what it said)"""
    elf = Elf.load(made.elf)
    boot = {"kernel": made.kernel32} if machine.bare else {"iso": made.iso}
    try:
        with Qemu(folder, memory_mib=machine.memory, cpu=machine.cpu, seconds=SECONDS,
                  extra=_options(machine, folder), **boot) as session:
            if machine.spoil:
                session.break_at(elf.pa("_start"))
                if not session.cont():
                    return "resets", ""
                machine.spoil(session, elf)
                session.unbreak(elf.pa("_start"))
            how = _ended(session)
    except MachineError as why:
        how = str(why)
    serial = Path(folder) / "serial.txt"
    return how, serial.read_text("latin-1") if serial.exists() else ""


def _run(lesson, machine):
    """_boot() of the lesson's reference."""
    made = build(lesson, lesson.reference(), quiet=True)
    with tempfile.TemporaryDirectory(prefix="pw") as folder:
        return _boot(made, machine, folder)


def story(lesson, machine):
    """All that a lesson's reference says on a machine."""
    return _run(lesson, machine)[1]


@functools.cache
def _plain_story(lesson):
    return _without_rubbish(story(lesson, MACHINES[0]))


def _without_rubbish(said):
    """A story without the line that shows what lies in memory nobody wrote to."""
    return [line for line in said.splitlines() if "the last byte of RAM: " not in line]


def cell(lesson, machine):
    """What becomes of a lesson's reference on a machine."""
    how, said = _run(lesson, machine)
    last = said.strip().replace("\r", "").rpartition("\n\n")[2].replace("\n", " ")
    if how == FINISHED and machine.alike and _without_rubbish(said) != _plain_story(lesson):
        return Cell("ends after another story", last)
    if how == FINISHED:
        return Cell("ends", last)
    if how == REFUSED:
        return Cell("refuses", last) if "this machine" in last or "CPU" in last else \
            Cell("refuses without a reason", last)
    return Cell(f"ends with status {how:#x}" if isinstance(how, int) else how, last)


def as_it_must(lesson, machine, found):
    """Whether a cell is what the table says it must be."""
    return found.word == ("refuses" if lesson.number in machine.refuses else "ends")
