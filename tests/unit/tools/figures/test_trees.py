"""The tree of a run's tables, drawn from hand-made evidence."""

import fake
import pytest
from figures import Wrong, pages, trees

SPEC = {"alt": "The tables", "stop": "process_1"}


def drawn(memory, root, mode="32bit", **spec):
    run = fake.Run()
    run.stop("start", mode=None)
    run.stop("process_1", memory, root, mode)
    return trees.tree("tables", {**SPEC, **spec}, (run.evidence(), fake.checks()))


def test_a_small_space():
    figure = drawn(*fake.process())
    assert figure.text() == [
        "    CR3 → PD @ 0x00400000                         WUXG",
        "      0         → PT @ 0x00401000                 W·",
        "        0         0x00000000 → 0x00001000  4 KiB  W· ·",
        "      1         → PT @ 0x00402000                 W·",
        "        3         0x00403000 → 0x00003000  4 KiB  W· ·",
        "      1023      → PT @ 0x00403000                 W·",
        "        1023      0xFFFFF000 → 0x00005000  4 KiB  W· ·"]


def test_the_image_is_left_out_and_what_is_not_asked_for():
    memory, root = fake.process()
    assert "0x00200000" not in "".join(drawn(memory, root).text())
    assert len(drawn(memory, root, only=[1, 1023]).items) == 4


def test_four_levels_rights_and_large_pages():
    memory = fake.Memory()
    root = memory.table()
    memory.map("4level", root, 0xFFFF900000000000, 0x5000, flags=7, upper=7)
    memory.map("4level", root, 0xFFFF900000200000, 0x600000, leaf=21, flags=0x101, upper=7)
    figure = drawn(memory, root, "4level")
    assert [(item.indent, item.numbers, item.left, item.flags) for item in figure.items] == [
        (0, "288", "→ PDPT @ 0x00401000", "WUX "),
        (1, "0", "→ PD @ 0x00402000", "WUX "),
        (2, "0", "→ PT @ 0x00403000", "WUX "),
        (3, "0", "0xFFFF900000000000", "WUX·"),
        (2, "1", "0xFFFF900000200000", "··XG")]
    assert [item.right for item in figure.items[-2:]] == ["→ 0x00005000  4 KiB",
                                                          "→ 0x00600000  2 MiB"]
    assert [item.last for item in figure.items] == [1, 4, 3, 0, 0]
    assert [item.kind for item in figure.items[-2:]] == ["index3", "address"]
    svg = pages.as_svg(figure)
    assert svg.count('class="table"') and "0xFFFF900000200000" in svg


def test_a_stop_without_tables_gets_one_sentence():
    memory, root = fake.process()
    for spec in ({"stop": "start"}, {"stop": "nowhere"}, {"space": "another"}):
        with pytest.raises(Wrong, match="has no tables at"):
            drawn(memory, root, **spec)


def test_without_a_run_the_picture_is_let_alone(tmp_path):
    (tmp_path / "figures.toml").write_text('[t]\nkind = "tree"\nalt = "x"\nstop = "process_1"\n')
    (tmp_path / "lesson.md").write_text("<!-- figure: t\n    old\n-->\n![x](figures/t.svg)\n")
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "t.svg").write_text("<svg/>")
    assert pages.needs_run(tmp_path) and not pages.stale(tmp_path)
    memory, root = fake.process()
    run = fake.run(memory, root)
    assert len(pages.write(tmp_path, (run.evidence(), fake.checks()))) == 2
    assert not pages.stale(tmp_path, (run.evidence(), fake.checks()))
