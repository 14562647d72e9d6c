"""The accounts of a text's numbers: a right one passes, a wrong one is named with its line."""

import pytest
from prose import extract
from prose.accounts import Accounts
from prose.reckon import Reckoner, Unsound, constants
from prose.shapes import Shapes

RUNS = """\
Pagewalk, lesson 2: two levels

1  Process 1:
     CR3 = 0x00425000: these rows and the kernel take 3 tables and the directory
2  What one page costs:
     one page, at 0x2b812000: 8192 bytes of tables.
     read  0x00003000: #PF, error 0x2, CR2 = 0x3000
     617 075 547 425 -> 0x0000000000462007
"""
TOUR = "   CR0=0x80000011, 77 of something"
TEXT = """\
# Lesson 2: Two levels

    make LESSON=2 run

The PD has 1,024 entries; one covers 4 MiB, and 2^32 bytes are all. Bits 31:22 count, bit 7 is PS.
For 0x2b812000: 0x2b812000 >> 22 = 0xAE (174). It takes 8,192 bytes, `CR3` is 0x00425000, in octal
617 075 547 425. Its table lies at 0x462000. CR0 is 0x80000011. Step 2 and lesson 17: error 2.

    read  0x00003000: #PF, error 0x2, CR2 = 0x3000
"""
NUMBERS = """geometries = ["32-bit"]
"""


@pytest.fixture
def lesson(tmp_path):
    """A lesson of a few lines: lesson(text, numbers) gives its faults."""
    folder = tmp_path / "02_two_levels"
    folder.mkdir()
    (folder / "checks.toml").write_text('title = "17 is a word"\nmemory = 512\norder = ["start"]\n'
                                         '[[tour]]\nstop = "start"\n[[tour.try]]\ntype = "s 33"\n')
    (folder / "work.h").write_text('#define QUESTIONS 2048u /* 4711 */\nchar *a = "%08x 815";\n')

    def faults(text=TEXT, numbers=NUMBERS):
        (folder / "lesson.md").write_text(text)
        (folder / "proof").mkdir(parents=True, exist_ok=True)
        (folder / "proof" / "numbers.toml").write_text(numbers)
        reckoner = Reckoner(folder, {"order": ["start"], "memory": 512}, RUNS, None)
        return Accounts(folder, RUNS, TOUR, reckoner).check()
    return faults


def test_a_true_text_has_no_faults(lesson):
    assert not lesson()


WRONG = [                                                # (right, wrong, the line it stands in)
    ("1,024 entries", "1,025 entries", 5),
    ("4 MiB", "8 MiB", 5),
    ("2^32 bytes", "2^33 bytes", 5),
    ("31:22", "31:21", 5),
    ("bit 7 is PS", "bit 8 is PS", 5),
    ("bit 7 is PS", "bit 40 is free", 5),
    (">> 22 =", ">> 21 =", 6),
    ("0xAE (174)", "0xAE (175)", 6),
    ("8,192", "8,193", 6),
    ("0x00425000,", "0x00426000,", 6),
    ("617 075 547 425", "617 075 547 426", 7),
    ("0x462000", "0x463000", 7),
    ("0x80000011", "0x80000012", 7),
    ("Step 2", "Step 12", 7),
    ("lesson 17", "lesson 23", 7),
    ("error 2", "error 4", 7),
    ("LESSON=2", "LESSON=3", 3),
    ("# Lesson 2:", "# Lesson 3:", 1),
    ("error 0x2,", "error 0x3,", 9),
]


@pytest.mark.parametrize("right, wrong, line", WRONG)
def test_a_wrong_number_is_named_with_its_line(lesson, right, wrong, line):
    assert right in TEXT
    faults = lesson(TEXT.replace(right, wrong))
    assert faults and all(f"lesson.md:{line}: " in fault for fault in faults), faults


@pytest.mark.parametrize("number, sure", [("2048", True), ("512", True), ("77", False),
                                          ("4711", False), ("815", False)])
def test_data_counts_and_words_do_not(lesson, number, sure):
    """Constants and checks.toml are data; comments, strings, the tour's decimals are not."""
    assert bool(lesson(f"# Lesson 2\n\nThere are {number} of them.\n")) != sure


def test_a_command_of_the_tour_counts_as_a_whole(lesson):
    assert not lesson("# Lesson 2\n\nType `s 33`.\n")
    assert lesson("# Lesson 2\n\nType `s 34`.\n") and lesson("# Lesson 2\n\nType s 33.\n")


def test_a_figure_is_not_looked_at_but_its_example_is(lesson, tmp_path):
    drawn = "\n<!-- figure: x\n  99 98 97\n-->\n![0x99](figures/x.svg)\n"
    assert not lesson(TEXT + drawn)
    spec = '[x]\nkind = "ruler"\nalt = "x"\ngeometry = "32-bit"\naddress = 0x12345000\n'
    (tmp_path / "02_two_levels" / "figures.toml").write_text(spec)
    assert "takes 0x12345000 apart" in lesson(TEXT + drawn)[0]


TOLD = [                                                 # (section, what is said of 4,242, a fault)
    ("derived", '"2 * 2121"', None),
    ("derived", "'printed(r\"at (0x[0-9a-f]+): 8192\") - 0x2b812000 + 4242'", None),
    ("derived", '"2 * 2122"', "and that is 4244"),
    ("derived", '"nonsense(1)"', "nonsense"),
    ("derived", '"printed(\'no such line ([0-9]+)\')"', "the run prints nothing like"),
    ("derived", '"().__class__"', "not arithmetic"),
    ("linked", '["4000", "5000"]', None),
    ("linked", '["4000", "4242"]', "lies between 4000 and 4242"),
    ("cited", '"somebody"', None),
    ("chosen", '"as an example"', None),
]


@pytest.mark.parametrize("section, said, fault", TOLD)
def test_what_numbers_toml_says_is_checked(lesson, section, said, fault):
    text = TEXT + "\nIt is 4,242.\n"
    assert "nothing accounts for it" in lesson(text)[0]
    faults = lesson(text, f'{NUMBERS}\n[{section}]\n"4,242" = {said}\n')
    assert (fault is None and not faults) or (len(faults) == 1 and fault in faults[0]), faults


def test_what_numbers_toml_says_of_nothing_is_a_fault(lesson):
    faults = lesson(TEXT, NUMBERS + '\n[cited]\n"4,242" = "somebody"\n')
    assert faults == ["02_two_levels/proof/numbers.toml: 4,242 in [cited] does not stand in the "
                      "text "
                      "(any more)."]


def test_words_before_a_number_tell_it_from_others(lesson):
    numbers = NUMBERS + '\n[cited]\n"vector 14" = "the manual"\n'
    assert not lesson(TEXT + "\nIt is vector 14.\n", numbers)
    assert len(lesson(TEXT + "\nIt is vector 14, of 14.\n", numbers)) == 1


@pytest.mark.parametrize("text, found", [
    ("0x1_0000_0000 and 00001FFF", [("hex", 1 << 32), ("hex", 0x1FFF)]),
    ("0x...1183, ...200fd0", [("part", "1183"), ("part", "200fd0")]),
    ("1,048,576 = 2^20", [("dec", 1048576), ("power", 1 << 20)]),
    ("4,160 MiB, 512\nGiB", [("size", 4160 << 20), ("size", 512 << 30)]),
    ("51:12 is 0617 or 617 075", [("range", (51, 12)), ("octal", "0617"), ("octal", "617 075")]),
    ("CR3, x86, 3A, PML4E, 32-bit, IA-32, QEMU 7.2, user32.asm, [x](a/01.md), uint32_t", []),
    ("PDE[96], PT 5.", [("dec", 96), ("dec", 5)]),
    ("Look.\n\n## Read on\n\nVolume 7, section 12.", []),
])
def test_what_is_a_number(text, found):
    text = text.replace("\nGiB", " GiB")
    assert [(number.kind, number.value) for number in extract.numbers(text)] == found


@pytest.mark.parametrize("text, holds", [
    ("2^12 = 4096", [True]), ("2^12 = 4095", [False]),
    ("0x45000 − 0x43ff0 = 0x1010 = 4,112.", [True]),
    ("(0x12345FF0 >> 12) & 0x3FF =\n0x345 (837)", [True, True]),
    ("0 - 8 = 0xFFFFFFFFFFFFFFF8", [True]),
    ("PDPT 1,024 × 4 = 4,095", [False]),
    ("0617 (399)", [True]), ("0617 (398)", [False]),
    ("P = 1, PS = 0, va <= 5, at 0x1000 = 0x425003", []),
])
def test_equations_are_reckoned(text, holds):
    assert [equation.holds for equation in extract.equations(text)] == holds


def test_constants_are_read_from_c():
    found = constants(["#define A BIT(30)\n#define B (A - 1u) /* C */\n#define F(x) x\n"
                       "#define S \"7\"\n#define W (uint32_t)(BITS(3, 0) | UINT64_C(0x10))\n"])
    assert found == {"A": 1 << 30, "B": (1 << 30) - 1, "W": 0x1F}


@pytest.mark.parametrize("expression, value", [
    ("bit(4) | bits(1, 0)", 0x13), ("log2(PTE_XD)", 63), ("span('4-level', 'PDE')", 2 << 20),
    ("entries('PAE', 'PDPT')", 4), ("index('32-bit', 'PTE', 0x12345FF0)", 0x345),
    ("tables('32-bit', 1 << 32, 'PTE')", 1025), ("tables('4-level', 1 << 32, 'PTE')", 2054),
    ("tables('4-level', 1 << 32, 'PDE')", 6), ("tables('flat', 1 << 32, 'PTE')", 1),
    ("check('memory') - QUESTIONS", 512 - 2048),
])
def test_expressions(lesson, tmp_path, expression, value):
    reckoner = Reckoner(tmp_path / "02_two_levels", {"memory": 512}, RUNS, None)
    assert reckoner.value(expression) == value


@pytest.mark.parametrize("expression", ["1 +", "log2(3)", "x", "__import__('os')", "[1][0]",
                                        "span('6-level', 'PDE')", "check('nothing')"])
def test_what_is_no_expression_gets_a_sentence(lesson, tmp_path, expression):
    with pytest.raises(Unsound):
        Reckoner(tmp_path / "02_two_levels", {}, RUNS, None).value(expression)


def test_the_numbers_of_a_geometry():
    shapes = Shapes(["32-bit"])
    assert {(31, 22), (21, 12), (11, 0), (20, 13), (39, 32)} <= shapes.ranges
    assert (31, 21) not in shapes.ranges and 1025 not in shapes.decimals
    assert shapes.exponents == {64, 32, 22, 20, 12, 10, 0}
