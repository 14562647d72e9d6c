"""GDB commands that know paging: pg walk, pg tables, pg diff. Loaded by `make LESSON=n gdb`.

They draw with tools/picture, like `make LESSON=n tree`: from physical memory and the control
registers as QEMU's stub gives them, so whatever the kernel believes does not matter. Works with any
kernel in QEMU:  gdb -x tools/gdb/pagewalk.py kernel.elf  and  target remote ...
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import gdb

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from picture import tree  # noqa: E402
from picture.entries import summary  # noqa: E402
from picture.geometry import PAGE, hex_text, mode_of  # noqa: E402
from picture.model import Space  # noqa: E402
from picture.scene import Moment, Scene  # noqa: E402

REGISTERS = ("cr0", "cr2", "cr3", "cr4", "efer", "eflags")
QEMU_MAXPHYADDR = 40
CODE_BYTES = 16
MOST_CHANGES = 40
checkpoints = {}                 # address: name; start() fills it
MACHINES = {16: "i8086", 32: "i386", 64: "i386:x86-64"}          # objdump's names


def registers():
    """The control registers as numbers. (They have types of named bits, which do not cast.)"""
    return {name: int(gdb.execute(f"output/x ${name}", to_string=True), 16) for name in REGISTERS}


class Physical:
    """Physical memory through the stub, a page at a time; pages already read are remembered."""

    def __init__(self):
        self.known = {}

    def page(self, pa):
        """The 4096 bytes at physical `pa`, or None where QEMU has no memory."""
        if pa not in self.known:
            gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
            try:
                self.known[pa] = bytes(gdb.selected_inferior().read_memory(pa, PAGE))
            except gdb.MemoryError:
                self.known[pa] = None
            finally:
                gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)
        return self.known[pa]


def scene():
    """(Moment, Scene) of the machine as it stands; gdb.GdbError with paging off."""
    values = registers()
    if not mode_of(values):
        raise gdb.GdbError("Paging is off (CR0.PG = 0): linear addresses are physical ones.")
    at = int(gdb.parse_and_eval("(unsigned long long)$pc"))
    place = checkpoints.get(at) or gdb.selected_frame().name() or hex_text(at)
    found = Scene("CR3", Space.current(values, Physical().page, QEMU_MAXPHYADDR))
    return Moment(place, place, values, [found]), found


class Pg(gdb.Command):
    """The tables that are in force: pg walk ADDRESS, pg tables, pg diff, pg code."""

    def __init__(self):
        super().__init__("pg", gdb.COMMAND_DATA, prefix=True)


class Walk(gdb.Command):
    """pg walk ADDRESS: the walk of one linear address, and what each access would do.

ADDRESS is any expression: 0x403a10, $rip, &exam."""

    def __init__(self):
        super().__init__("pg walk", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, _from_tty):
        if not argument:
            raise gdb.GdbError("Which address? pg walk 0x403a10, or any expression: pg walk $rip")
        try:
            va = int(gdb.parse_and_eval(f"(unsigned long long)({argument})"))
        except gdb.error as why:
            raise gdb.GdbError(f"That is no address: {why}") from why
        _, found = scene()
        if not found.space.mode.signed:
            va &= 0xFFFFFFFF                # GDB extends the sign of a 32-bit pointer
        print("\n".join(tree.address(found, va, tree.Style.of(sys.stdout))))


class Tables(gdb.Command):
    """pg tables: everything that CR3 leads to, as a tree. pg diff compares with it later."""

    remembered = None

    def __init__(self):
        super().__init__("pg tables", gdb.COMMAND_DATA)

    def invoke(self, _argument, _from_tty):
        moment, found = scene()
        tree.show(moment, found)
        Tables.remembered = moment, found


class Diff(gdb.Command):
    """pg diff: what has changed in the tables since the last pg tables or pg diff."""

    def __init__(self):
        super().__init__("pg diff", gdb.COMMAND_DATA)

    def invoke(self, _argument, _from_tty):
        now = scene()
        before, Tables.remembered = Tables.remembered, now
        _tables_of(now)                     # read now, for the next time
        if before is None:
            print("The tables as they are now are remembered. Go on, then ask again: pg diff")
            return
        lines = list(_changes(before[1], now[1]))
        title = f"since {before[0].title}"
        print("\n".join(lines[:MOST_CHANGES]) if lines else f"Nothing has changed {title}.")
        if len(lines) > MOST_CHANGES:
            print(f"... and {len(lines) - MOST_CHANGES} more {title}: pg tables shows all")


def _tables_of(moment_and_scene):
    return moment_and_scene[1].cards.by_frame


def _changes(before, now):
    """One line for each entry, table and root that is another than before."""
    if before.space.root != now.space.root:
        yield f"CR3: was {hex_text(before.space.cr3)}, now {hex_text(now.space.cr3)}"
    mode, old_tables = now.space.mode, before.cards.by_frame
    for frame, card in now.cards.by_frame.items():
        if frame not in old_tables:
            yield f"{mode.levels[card.depth].table} @ {hex_text(frame)}: a new table"
            continue
        old = before.space.words(frame, card.depth) or ()
        new = now.space.words(frame, card.depth) or ()
        for index, (was, entry) in enumerate(zip(old, new)):
            if was != entry:
                yield (f"{mode.name(card.depth, index)} @ {hex_text(frame + index * mode.width)}: "
                       f"was {hex_text(was, 2 * mode.width)}, now {hex_text(entry, 2 * mode.width)}"
                       f"  {summary(now.space, card.depth, entry)}")


class Code(gdb.Command):
    """pg code: the next instruction, read as the CPU reads it now.

GDB takes 64-bit code for granted; before the far jump into long mode it is 32-bit code."""

    def __init__(self):
        super().__init__("pg code", gdb.COMMAND_DATA)

    def invoke(self, _argument, _from_tty):
        print(next_instruction())


def code_bits():
    """16, 32 or 64: how the CPU reads instructions, from CS as QEMU shows it."""
    said = gdb.execute("monitor info registers", to_string=True)
    return int(re.search(r"^CS =.*\bCS(16|32|64)\b", said, re.M)[1])


def next_instruction():
    """The instruction at RIP, in the width that counts now."""
    bits, rip = code_bits(), int(gdb.parse_and_eval("(unsigned long long)$pc"))
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(gdb.selected_inferior().read_memory(rip, CODE_BYTES)))
        file.flush()
        said = subprocess.run(["objdump", "-D", "-b", "binary", "-m", MACHINES[bits],
                               f"--adjust-vma={rip:#x}", file.name], text=True,
                              capture_output=True, check=True).stdout
    first = re.search(rf"^ *{rip:x}:\t[^\t]*\t(.*)$", said, re.M)
    return f"{bits}-bit code at {rip:#x}: {first[1].strip()}"


class Serial:
    """Shows what the guest has printed, at each stop."""

    def __init__(self, path):
        self.path, self.seen = Path(path), 0

    def __call__(self, _event):
        data = self.path.read_bytes() if self.path.exists() else b""
        for line in data[self.seen:].decode("latin-1").replace("\r", "").splitlines():
            print(f"  | {line}")
        self.seen = len(data)


def show_32_bit_code(_event):
    """On a 64-bit machine: the instruction that GDB would show wrongly."""
    if code_bits() != 64:
        print(f"{next_instruction()}   (GDB's own x/i takes it for 64-bit code)")


def end_machine(_event):
    """GDB ends, and QEMU with it. Killed through the stub, newer ones only stand still, since they
    were told to do so after a triple fault."""
    try:
        gdb.execute("monitor quit", to_string=True)
    except gdb.error:
        pass                            # it has gone, before or now


def start(serial, wide, stops):
    """Runs to _start, where the kernel has been loaded; sets a breakpoint at each of `stops`
    ({address: name})."""
    gdb.events.gdb_exiting.connect(end_machine)
    gdb.events.stop.connect(Serial(serial))
    if wide:
        gdb.events.stop.connect(show_32_bit_code)
    gdb.execute("thbreak _start", to_string=True)
    gdb.execute("continue")
    checkpoints.update(stops)
    for va in stops:
        gdb.execute(f"break *{va:#x}", to_string=True)


for command in (Pg, Walk, Tables, Diff, Code):
    command()
