"""A number that C, NASM and Python share is the same in all three.

C is read through its compiler, in both widths; NASM and Python from their own text. What judges
(grader/judge, tests/host/support/oracle.c) keeps numbers of its own from the manual: it is written
apart on purpose, and only the shape of what a kernel writes down for it is compared here.
"""

import importlib
import importlib.util
import re
import subprocess

import pytest
from bench import ROOT
from cli.build import make
from grader.machine.elf import Elf
from picture.geometry import CONTROL

# What a translation unit of ours takes in: headers together, and a C file with numbers of its own
# alone.
HEADERS = ("stddef.h", "core/cpu.h", "core/machine.h", "core/segments.h", "core/frames.h",
           "core/bootinfo.h", "core/traps/traps.h", "stage/exam.h", "offered/result.h",
           "paging/types.h")
ONLY = {32: ("stage/landing.h", "stage/stepping32.h"), 64: ("core/64/stack.h",)}
FILES = {32: ("core/machine.c", "core/print.c", "core/bootinfo.c", "stage/exam.c", "show/menu.c",
              "stage/stepping32.c"), 64: ("core/machine.c", "core/print.c", "stage/exam.c",
                                         "show/menu.c")}

# NASM's name, where C has another or none: the width, and what C says.
IN_C = {
    "LANDING_RETURNED": (32, "LANDING_RETURNED"), "LANDING_NOT_64": (32, "LANDING_NOT_64"),
    "LANDING_64": (32, "LANDING_64"), "LOOK_VALUE": (32, "offsetof(struct landing_look, value)"),
    "EXAM_SEED": (32, "offsetof(struct exam, seed)"),
    "EXAM_STATE": (32, "offsetof(struct exam, state)"),
    "EXAM_STOPS": (32, "offsetof(struct exam, stops)"),
    "TRAP_BYTES": (32, "(sizeof(struct trap) + 15) / 16 * 16"),
    **{f"TRAP_{name.upper()}": (32, f"offsetof(struct trap, {name})") for name in (
        "cr2", "di", "si", "bp", "bx", "dx", "cx", "ax", "vector", "error", "ip", "cs", "flags")},
    "END_REFUSED": (64, "END_REFUSED"), "TODO": (32, "TODO"),
    "KERNEL_OFFSET": (64, "KERNEL_OFFSET"), "WINDOW_PML4_INDEX": (64, "WINDOW >> 39 & 511"),
    "PRESENT_WRITABLE": (64, "PTE_P | PTE_RW"), "LARGE_PAGE": (64, "PTE_P | PTE_RW | PTE_PS"),
    "TABLE_BYTES": (64, "FRAME_BYTES"), "PAGE": (64, "FRAME_BYTES"),
    "CR0_KNOWN": (64, "CR0_PG | CR0_WP | CR0_PE | 1u << 5 | 1u << 4"),     # NE, ET: C has no use
    "EXTENDED_NX": (64, "__builtin_ctz(EDX_NX)"),
    "EXTENDED_LM": (64, "__builtin_ctz(EDX_LONG_MODE)"),
    "EXTENDED_NX_OR_LM": (32, "EDX_NX | EDX_LONG_MODE"),
    "RAM": (32, "MEMORY_AVAILABLE"), "TAG_MAP": (32, "TAG_MEMORY_MAP"),
}
# What only NASM has.
ALONE = {
    "MB2_MAGIC", "MB2_I386", "TAG_OPTIONAL", "MB1_MAGIC", "MB1_FLAGS",            # multiboot.asm
    "DESCRIPTOR_CODE32", "DESCRIPTOR_DATA", "DESCRIPTOR_USER_CODE32", "DESCRIPTOR_USER_DATA",
    "DESCRIPTOR_CODE64", "DESCRIPTOR_USER_CODE64", "SELECTOR_USER_CODE", "SELECTOR_USER_DATA",
    "SELECTOR_CODE32", "SELECTOR_USER_CODE64", "CR0_ET", "CR0_NE", "EFLAGS_FIXED", "SAVED",
    "ERROR_CODE_VECTORS",
    "ENTRY", "INFORMATION", "LOW_MEMORY", "HIGH_MEMORY", "CMOS_INDEX", "CMOS_DATA",  # rom.asm
    "CMOS_ABOVE_16M", "ROM_LINEAR",
    "LINE_STATUS", "VGA_TEXT", "VGA_CELLS", "VGA_ROW", "VGA_WHITE",               # 64/refuse.asm
}
# The same name for two things: multiboot.asm's is a tag of the header, bootinfo.c's of the answer.
ALONE_HERE = {("boot/multiboot.asm", "TAG_FRAMEBUFFER")}

# Python's module and name, the width, and what C says.
EXAM, LANDINGS = "grader.formats.exam", "grader.machine.bochs_setup"
TABLES, PICTURE, SEEDS = "grader.collect.tables", "picture.geometry", "grader.formats.seeds"
IN_PYTHON = [
    (EXAM, "MAGIC", 32, "EXAM_MAGIC"), (EXAM, "SIZE", 32, "sizeof(struct exam)"),
    (EXAM, "_LAYOUT.size", 64, "sizeof(struct exam)"),
    (EXAM, "STATE", 32, "offsetof(struct exam, state)"),
    (EXAM, "STOPS", 32, "offsetof(struct exam, stops)"),
    (EXAM, "STATUS", 64, "offsetof(struct exam, status)"),
    (EXAM, "NOTES", 64, "offsetof(struct exam, note)"),
    *((EXAM, name, 32, f"END_{name}") for name in ("FINISHED", "PANIC", "REFUSED", "TODO",
                                                   "EXCEPTION")),
    (SEEDS, "STEP", 32, "GOLDEN"), (SEEDS, "FACTOR_1", 32, "FACTOR_1"),
    (SEEDS, "FACTOR_2", 32, "FACTOR_2"),
    ("grader.judge.facts", "_ANSWER.size", 32, "sizeof(struct exam_answer)"),
    ("tests.guest.kernels", "KERNEL_OFFSET", 64, "KERNEL_OFFSET"),
    (TABLES, "PAGE", 64, "FRAME_BYTES"), (TABLES, "PG", 64, "CR0_PG"),
    (TABLES, "PSE", 32, "CR4_PSE"), (TABLES, "PAE", 32, "CR4_PAE"),
    (TABLES, "LA57", 64, "CR4_LA57"), (TABLES, "LMA", 64, "EFER_LMA"),
    *((PICTURE, name, 64, f"PTE_{name}") for name in ("P", "RW", "US", "PWT", "PCD", "A", "D", "PS",
                                                      "G", "XD")),
    (PICTURE, "PAT_SMALL", 64, "PTE_PAT"), (PICTURE, "PAT_LARGE", 64, "PTE_PAT_LARGE"),
    (PICTURE, "PAGE", 64, "FRAME_BYTES"),
    ("04_tlb", "_CALL.size", 32, "sizeof(struct step_call)"),
    ("04_tlb", "_EVENTS", 32, "STEP_EVENTS"),
    *(("04_tlb", name, 32, f"STEP_{name}") for name in ("STORE", "INVLPG", "CR3", "CR4")),
    ("08_four_levels", "_ROW.size", 64, "sizeof(struct boot_row)"),
    ("08_four_levels", "_SPAN.size", 64, "sizeof(struct boot_region)"),
    ("08_four_levels", "AVAILABLE", 32, "MEMORY_AVAILABLE"),
]
# A number in the middle of a text: the file, the text around it, the width, and what C says.
IN_TEXT = [
    ("grader/machine/qemu.py", "iobase={:#x},", 32, "QEMU_EXIT"),
    ("tools/cli/verbs/run.py", "iobase={:#x},", 64, "QEMU_EXIT"),
    ("boot/64/kernel.ld", "0x{:X}", 64, "KERNEL_OFFSET"),
]
NUMBER = re.compile(r"^(?:([A-Z]\w+) +equ|%assign +([A-Z]\w+)) +([^;\n$]+?) *(?:;.*)?$", re.M)


@pytest.fixture(name="said", scope="module")
def what_c_says(tmp_path_factory):
    """said(width, name or expression): its values, one for each translation unit that knows it."""
    made = tmp_path_factory.mktemp("constants") / "constants.o"
    prefix, known = make(ROOT, "print-tools").strip(), {}
    for width in (32, 64):
        command = [f"{prefix}gcc", "-std=c11", "-ffreestanding", f"-m{width}", "-w", "-Isrc",
                   f"-Isrc/core/{width}", "-x", "c", "-"]
        units = [_units(width, file) for file in (None, *FILES[width])]
        macros = [set(re.findall(r"^#define (\w+) .", _run([*command, "-dM", "-E"], unit), re.M))
                  for unit in units]
        others = {c for w, c in [*IN_C.values(), *((w, c) for *_, w, c in IN_PYTHON + IN_TEXT)]
                  if w == width} - set().union(*macros)
        for unit, names in zip(units, macros):
            chosen = sorted(names & WANTED | (others if unit is units[0] else set()))
            _run([*command, "-c", "-o", str(made)], unit + "".join(
                f"const unsigned long long constant_{i} = {name};\n"
                for i, name in enumerate(chosen)))
            for i, name in enumerate(chosen):
                known.setdefault((width, name), set()).add(_constant(Elf.load(made), i))
    return lambda width, name: known.get((width, name), set())


def _units(width, file):
    """The source of one translation unit: a C file, or the headers."""
    if file:
        return f'#include "{file}"\n'
    return "#include <stddef.h>\n" + "".join(f'#include "{name}"\n'
                                             for name in (*HEADERS, *ONLY[width]))


def _run(command, source):
    done = subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _constant(elf, i):
    symbol = elf.symbol(f"constant_{i}")
    at = elf.sections[symbol.section].offset + symbol.value
    return int.from_bytes(elf.data[at:at + 8], "little")


def of_nasm():
    """[(file, name, value)] of every number that an assembly file of ours gives a name."""
    found = []
    for path in sorted(path for folder in ("boot", "tests/guest", "src")
                       for path in (ROOT / folder).rglob("*") if path.suffix in (".asm", ".inc")):
        names = {}
        for equ, assign, text in NUMBER.findall(path.read_text()):
            name = equ or assign
            names[name] = eval(text, {"__builtins__": {}}, names)     # the text is ours
            found.append((str(path.relative_to(ROOT)), name, names[name]))
    return found


NASM = of_nasm()
# What is asked for by name.
WANTED = {name for _, name, _ in NASM} | {f"{register.upper()}_{name}"
                                          for register, _, name, _ in CONTROL}
WANTED |= {c for _, c in IN_C.values()} | {c for *_, c in IN_PYTHON + IN_TEXT}


def widths(file):
    """The widths that a file's name allows."""
    return [width for width in (32, 64) if str(width) in file] or [32, 64]


@pytest.mark.parametrize("file, name, value", [one for one in NASM if one[1] not in ALONE
                                               and one[:2] not in ALONE_HERE],
                         ids=lambda one: str(one))
def test_nasm_says_what_c_says(file, name, value, said):
    if name in IN_C:
        values = said(*IN_C[name])
    else:
        values = set().union(*(said(width, name) for width in widths(file)))
    assert values, (f"{file}: nobody in C knows {name}. Say in this test what it is in C (IN_C), "
                    "or that only NASM has it (ALONE).")
    assert {value} == values, f"{file}: {name}"


def test_what_nasm_has_alone_is_there_and_said_once():
    """A name in two files has one value; and none is listed here that is gone."""
    names = {name for _, name, _ in NASM}
    assert ALONE | set(IN_C) <= names
    for name in names - {"PAGE"}:
        assert len({value for _, other, value in NASM if other == name}) == 1, name


@pytest.mark.parametrize("module, name, width, in_c", IN_PYTHON)
def test_python_says_what_c_says(module, name, width, in_c, said):
    found = _lesson(module) if module[0].isdigit() else importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    assert {found} == said(width, in_c)


def _lesson(name):
    """kinds.py of a lesson."""
    path = ROOT / f"src/lessons/{name}/kinds.py"
    spec = importlib.util.spec_from_file_location(f"kinds_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("file, around, width, in_c", IN_TEXT)
def test_a_text_says_what_c_says(file, around, width, in_c, said):
    value, = said(width, in_c)
    assert around.format(value).lower() in (ROOT / file).read_text().lower()


def test_the_pictures_control_bits_are_those_of_c(said):
    known = {f"{register.upper()}_{name}": 1 << bit for register, bit, name, _ in CONTROL}
    both = {name: said(64, name) for name in known if said(64, name)}
    assert len(both) > 4
    assert both == {name: {known[name]} for name in both}


def test_the_boot_rom_and_bochs_agree_where_things_are():
    from grader.machine import bochs_setup
    entry = {value for file, name, value in NASM if (file, name) == ("boot/rom.asm", "ENTRY")}
    assert entry == {bochs_setup.ENTRY_AT}
    for script in ("boot/32/kernel.ld", "boot/64/kernel.ld"):
        assert f". = {bochs_setup.IMAGE_AT:#x}" in (ROOT / script).read_text()
