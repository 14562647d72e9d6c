"""The figures in the lessons are those that the geometry gives, and can be read."""

import re
import shutil
import tomllib
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from figures import Wrong, costs, facts, layout, pages, palette, svg, text

LESSONS = sorted((facts.ROOT / "src" / "lessons").glob("[0-9][0-9]_*"))
NAMES = [folder.name for folder in LESSONS]
FIGURES = [(folder.name, name, figure) for folder in LESSONS
           for name, figure in pages.load(folder).items() if figure]
ROWS = [(f"{lesson[:2]} {name}", figure) for lesson, name, figure in FIGURES
        if isinstance(figure, layout.Figure)]

PICTURES = {f"{folder[:2]} {name}": figure for folder, name, figure in FIGURES}

# Which geometry a lesson brings in: it must show its ruler and its entries.
BRINGS = {1: "flat", 2: "32-bit", 5: "32-bit", 6: "PAE", 7: "4-level", 8: "4-level"}


@pytest.mark.parametrize("folder", LESSONS, ids=NAMES)
def test_every_figure_is_up_to_date(folder):
    assert not pages.stale(folder), "run `make figures`"


@pytest.mark.parametrize("folder", LESSONS, ids=NAMES)
def test_no_ruler_and_no_entry_is_drawn_by_hand(folder):
    found = list(pages.by_hand((folder / "lesson.md").read_text()))
    assert not found, f"describe it in {folder.name}/figures.toml instead"


@pytest.mark.parametrize("number, geometry", BRINGS.items())
def test_a_lesson_that_brings_a_mode_shows_its_ruler_and_its_entries(number, geometry):
    specs = tomllib.loads((LESSONS[number - 1] / "figures.toml").read_text()).values()
    kinds = {spec["kind"] for spec in specs if spec.get("geometry") == geometry}
    assert "entries" in kinds and kinds & {"ruler", "translation"}


HAND_DRAWN = [
    "     31                   22 21                   12 11                    0",
    "     63 62       52 51           12 11  9 8 7 6 5 4 3 2 1 0",
    "    |    frame address, bits 31:12     |  free   |G . D A . . U W P |",
    "    |XD |   free   |  frame  | free|G|PAT|D|A|PCD|PWT|US|RW|P|",
]
NO_DRAWING = [
    "             4 KiB   1048576      4194304       204800000",
    "    8  One table costs 4 MiB; 244 processes cost 1023410176 bytes",
    "    | PTE: frame | bits G D A .. |  --walk->| TLB: page -> frame, rights |",
    "    377 << 39 = 0x0000bc8000000000",
    "| E-P-MISSING | an entry without bit 0 |",
]


@pytest.mark.parametrize("line", HAND_DRAWN)
def test_a_hand_drawn_line_is_noticed(line):
    assert list(pages.by_hand(f"Look:\n\n{line}\n")) == [(3, line)]
    assert not list(pages.by_hand(f"<!-- figure: address\n{line}\n-->\n"))
    assert list(pages.by_hand(f"<!-- figure: address\n-->\n{line}\n")) == [(3, line)]


@pytest.mark.parametrize("line", NO_DRAWING)
def test_other_blocks_are_let_alone(line):
    assert not list(pages.by_hand(line))


@pytest.fixture
def lesson(tmp_path):
    """A copy of lesson 2."""
    folder = tmp_path / LESSONS[1].name
    shutil.copytree(LESSONS[1], folder)
    return folder


def test_a_changed_character_is_noticed(lesson):
    page = lesson / "lesson.md"
    page.write_text(page.read_text().replace("22 21 ", "21 20 ", 1))
    assert pages.stale(lesson) == [page]
    assert pages.write(lesson) == [page]
    assert not pages.stale(lesson)


def test_a_changed_and_a_forgotten_picture_are_noticed(lesson):
    changed, left = lesson / "figures" / "address.svg", lesson / "figures" / "old.svg"
    changed.write_text(changed.read_text().replace("10 bits", "11 bits"))
    left.write_text("<svg/>")
    assert pages.stale(lesson) == [changed, left]
    pages.write(lesson)
    assert not pages.stale(lesson) and not left.exists()


def test_another_geometry_is_noticed(lesson, monkeypatch):
    shape = facts.geometry("32-bit")
    levels = [replace(shape.levels[0], shift=21, bits=11), replace(shape.levels[1], bits=9)]
    monkeypatch.setattr(layout, "geometry", lambda name: replace(shape, levels=levels))
    assert len(pages.stale(lesson)) == 2                  # the page, and the picture of the ruler


def test_what_is_missing_gets_one_sentence(lesson):
    page, original = lesson / "lesson.md", (lesson / "lesson.md").read_text()
    for old, new, said in [("<!-- figure: address\n", "<!-- figure: addres\n", "does not describe"),
                           ("<!-- figure: entries\n", "<!-- \n", "shows no figure entries")]:
        page.write_text(original.replace(old, new))
        with pytest.raises(Wrong, match=said):
            pages.wanted(lesson)
    with pytest.raises(Wrong, match="no geometry"):
        facts.geometry("6-level")
    with pytest.raises(Wrong, match="leave a gap"):
        layout.bits("x", {"alt": "", "fields": [
            {"high": 31, "low": 5, "text": "", "kind": "must"},
            {"high": 3, "low": 0, "text": "", "kind": "flag"}]})
    with pytest.raises(Wrong, match="would end its comment"):
        pages.block(layout.bits("x", {"alt": "", "fields": [
            {"high": 7, "low": 0, "text": "a --> b", "kind": "flag"}]}))


# The figures of the manual (volume 3A, "Paging"), typed from there: (high, low, what stands in it).
LOW = [(5, 5, "A"), (4, 4, "PCD"), (3, 3, "PWT"), (2, 2, "US"), (1, 1, "RW"), (0, 0, "P")]
PAGE_LOW = [(11, 9, "free"), (8, 8, "G"), (7, 7, "PS=1"), (6, 6, "D"), *LOW]
TABLE_LOW = [(11, 8, "free"), (7, 7, "PS=0"), (6, 6, "."), *LOW]
PTE_LOW = [(11, 9, "free"), (8, 8, "G"), (7, 7, "PAT"), (6, 6, "D"), *LOW]
MANUAL = {
    ("32-bit", "PDE:table"): [(31, 12, "address of the PT"), *TABLE_LOW],
    ("32-bit", "PDE:page"): [(31, 22, "31:22 of the frame"), (21, 21, "0"),
                             (20, 13, "39:32 of the frame"), (12, 12, "PAT"), *PAGE_LOW],
    ("32-bit", "PTE"): [(31, 12, "address of the frame"), *PTE_LOW],
    ("PAE", "PDPTE:table"): [(63, 52, "must be 0"), (51, 12, "address of the PD"),
                             (11, 9, "free"), (8, 5, "0"), (4, 4, "PCD"), (3, 3, "PWT"),
                             (2, 1, "0"), (0, 0, "P")],
    ("PAE", "PDE:page"): [(63, 63, "XD"), (62, 52, "must be 0"), (51, 21, "address of the frame"),
                          (20, 13, "must be 0"), (12, 12, "PAT"), *PAGE_LOW],
    ("PAE", "PTE"): [(63, 63, "XD"), (62, 52, "must be 0"), (51, 12, "address of the frame"),
                     *PTE_LOW],
    ("4-level", "PML4E:table"): [(63, 63, "XD"), (62, 52, "free"),
                                 (51, 12, "address of the PDPT"), (11, 8, "free"), (7, 7, "0"),
                                 (6, 6, "."), *LOW],
    ("4-level", "PDPTE:table"): [(63, 63, "XD"), (62, 52, "free"), (51, 12, "address of the PD"),
                                 *TABLE_LOW],
    ("4-level", "PDPTE:page"): [(63, 63, "XD"), (62, 52, "free"),
                                (51, 30, "address of the frame"), (29, 13, "must be 0"),
                                (12, 12, "PAT"), *PAGE_LOW],
    ("4-level", "PDE:page"): [(63, 63, "XD"), (62, 52, "free"), (51, 21, "address of the frame"),
                              (20, 13, "must be 0"), (12, 12, "PAT"), *PAGE_LOW],
    ("4-level", "PTE"): [(63, 63, "XD"), (62, 52, "free"), (51, 12, "address of the frame"),
                         *PTE_LOW],
}


@pytest.mark.parametrize("geometry, entry", MANUAL, ids=lambda value: value)
def test_the_entries_are_those_of_the_manual(geometry, entry):
    row = layout.entry_row(facts.geometry(geometry), entry, {})
    assert [(f.high, f.low, f.text) for f in row.fields] == MANUAL[geometry, entry]


def test_an_example_address_is_cut_as_the_manual_cuts_it():
    figure = layout.ruler("x", {"alt": "", "geometry": "4-level", "address": 0xFFFFC78F6CF15123})
    assert [field.note for field in figure.rows[0].fields] == [
        "0xFFFF", "0x18F (399)", "0x03D (61)", "0x167 (359)", "0x115 (277)", "0x123"]


@pytest.mark.parametrize("name, figure", ROWS, ids=[name for name, _ in ROWS])
def test_the_fields_cover_every_bit_in_characters_too(name, figure):
    lines = text.draw(figure)
    for row in figure.rows:
        bits = [bit for f in row.fields for bit in range(f.high, f.low - 1, -1)]
        assert bits == list(range(row.fields[0].high, -1, -1))
        for field in row.fields:
            assert any(field.text in line for line in lines)
    assert max(map(len, lines)) <= 120


def test_what_tables_cost():
    """As the runs of lessons 2 and 12 print it, and as one counts it by hand."""
    two, four = facts.geometry("32-bit"), facts.geometry("4-level")
    pages = [(two, 1, 2), (two, 32, 33), (two, 1024, 1025), (two, 1 << 20, 1025),
             (four, 1, 4), (four, 2, 7), (four, 512, 1 + 3 * 512), (four, 513, 1 + 512 + 2 * 513)]
    for shape, count, tables in pages:
        assert costs.sparse_tables(shape, count, 4096) == tables
    for shape, mapped, page, tables in [(two, 4 << 20, 4096, 2), (two, 1 << 32, 4096, 1025),
                                        (two, 1 << 32, 4 << 20, 1), (four, 1 << 32, 4096, 2054),
                                        (four, 1 << 32, 2 << 20, 6), (four, 1 << 32, 1 << 30, 2)]:
        assert costs.dense_tables(shape, mapped, page) == tables
    drawn = PICTURES["02 costs"]
    assert [s.values[10] for s in drawn.series] == [4194304, 4198400, 8192]
    assert [s.values[-1] for s in drawn.series] == [4194304, 4198400, 4198400]
    assert [costs.about(n) for n in (4096, 4198400, 1536, 7)] == ["4 KiB", "4 MiB", "1.5 KiB",
                                                                  "7 bytes"]


def _contrast(one, other):
    def light(colour):
        parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_the_contrast_of_wcag_aa(scheme):
    paper, ink, quiet = palette.GROUND[scheme]
    assert min(_contrast(paper, ink), _contrast(paper, quiet)) >= 4.5
    for kind, (fill, edge, letters) in palette.FIELDS[scheme].items():
        assert _contrast(fill, letters) >= 4.5, kind
        assert not kind.startswith("index") or _contrast(paper, edge) >= 3, kind     # a curve


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_figure_is_the_same_file(name):
    assert pages.as_svg(PICTURES[name]) == pages.as_svg(PICTURES[name])


FILES = {f"{path.parts[-3][:2]} {path.stem}": path
         for folder in LESSONS for path in sorted((folder / "figures").glob("*.svg"))}


@pytest.mark.parametrize("name", FILES)
def test_a_picture_is_whole(name):
    """Well-formed, with words for those who listen; no letter leaves its box."""
    drawn = FILES[name].read_text()
    root = ET.fromstring(drawn)
    ns = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{ns}title").text and root.find(f"{ns}desc").text
    assert "prefers-color-scheme:dark" in root.find(f"{ns}style").text
    box = None
    for element in root:
        if element.tag == f"{ns}rect":
            box = element
        if element.tag != f"{ns}text":
            continue
        x, wide = int(element.get("x")), svg.across(element.text, int(element.get("font-size")))
        left = {"start": x, "middle": x - wide // 2, "end": x - wide}[element.get("text-anchor")]
        assert 0 <= left and left + wide <= svg.WIDTH, element.text
        if element.get("class") == box.get("class"):      # written on this box
            edge = int(box.get("x"))
            assert edge <= left and left + wide <= edge + int(box.get("width")), element.text
        assert int(element.get("y")) <= int(root.get("height"))
    assert not re.search(r'(?:x|y|width|height)="[^"]*\.', drawn)
