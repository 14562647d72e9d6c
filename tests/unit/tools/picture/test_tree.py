"""The tree in the terminal: columns, colours, ASCII, and one address in words."""

import io

import view_examples
from picture import tree


def text(moment, **more):
    return "\n".join(tree.tree(moment.scene(), **more))


def test_flags_stand_in_one_column_at_every_depth():
    lines = text(view_examples.everything()[1]).splitlines()
    column = lines[0].index("WUXADG")
    flagged = [line for line in lines[1:] if "→" in line and "@" not in line.split("→")[0]]
    assert len(flagged) >= 10
    for line in flagged:
        assert line[column - 1] == " " and line[column] in "WwU·! "


def test_changes_self_map_and_large_pages_are_told():
    said = text(view_examples.everything()[1])
    assert "was 0x8000000000301005" in said and "↺ PML4 @ 0x00400000 again, as PDPT" in said
    assert "0x0000008000000000 → 0x40000000  1 GiB" in said and "PAT" in said
    assert "PCD  PWT" in said or "PCD PWT" in said


def test_without_unicode_it_is_ascii_and_without_a_terminal_no_colour():
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    moment = view_examples.five_levels()
    tree.show(moment, moment.scene(), out=out)
    out.seek(0)
    said = out.read()
    assert "\033" not in said and "`- " in said and "PML5" in said


def test_colour_only_when_asked_for():
    said = text(view_examples.five_levels(), style=tree.Style(colour=True))
    assert "\033[35m" in said


def test_one_address_level_by_level():
    scene = view_examples.everything()[0].scene()
    lines = tree.address(scene, 0x401ABC)
    assert lines[0].startswith("0x0000000000401ABC in CR3 = 0x00400000")
    assert any(line.split() == ["PT", "index", "1", "000000001"] for line in lines)
    assert any("PTE[1]" in line and "P US XD" in line for line in lines)
    assert "  → physical 0x00301ABC, in a page of 4 KiB" in lines
    assert lines[-2].startswith("  write   from ring 3: #PF, error 0x7")
    assert lines[-1].endswith("the page must not be executed: XD is set on the way")


def test_faults_in_words():
    scene = view_examples.everything()[0].scene()
    assert "#GP(0): not a canonical address" in tree.address(scene, 1 << 47)[-1]
    assert "PML4E[2] is not present" in tree.address(scene, 2 << 39)[-1]


def test_the_path_of_an_address_is_marked():
    lines = text(view_examples.everything()[0], va=0x400000).splitlines()
    assert len([line for line in lines if line.endswith("◄")]) == 4
