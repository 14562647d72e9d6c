"""The figure for a text: well-formed, the same each time, readable in both colour schemes."""

import re
from pathlib import Path
from xml.etree import ElementTree

import view_examples
from picture import svg

ROOT = Path(__file__).resolve().parents[4]
NAME = "{http://www.w3.org/2000/svg}"
ON = {"ink": ("paper", "card", "walk-soft"), "soft": ("paper", "card", "walk-soft"),
      "table": ("card",), "on-fill": ("kr", "kw", "ur", "uw", "table", "loop")}


def luminance(colour):
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= .04045 else ((c + .055) / 1.055) ** 2.4 for c in parts)
    return .2126 * red + .7152 * green + .0722 * blue


def test_every_text_has_contrast_in_both_schemes():
    light, dark = svg._CSS.read_text().split("@media (prefers-color-scheme: dark)")[:2]
    for text in (light, dark):
        values = svg._variables(text)
        for over, grounds in ON.items():
            for ground in grounds:
                a, b = luminance(values[over]), luminance(values[ground])
                assert (max(a, b) + .05) / (min(a, b) + .05) >= 4.5, (over, ground)


def test_the_same_scene_is_the_same_file_and_says_what_it_shows():
    scene = view_examples.everything()[0].scene()
    drawn = svg.draw(scene, 0x400123)
    assert drawn == svg.draw(view_examples.everything()[0].scene(), 0x400123)
    root = ElementTree.fromstring(drawn)
    said = root.find(f"{NAME}desc").text
    assert "0x00400123" in said and "it ends at 0x00300123" in said
    texts = ["".join(node.itertext()) for node in root.iter(f"{NAME}text")]
    assert "PML4 @ 0x00400000" in texts and "↺ PML4" in texts


def test_nothing_is_drawn_outside():
    for moment in view_examples.picture().moments:
        root = ElementTree.fromstring(svg.draw(moment.scene(), 0x400000))
        width, height = int(root.get("width")), int(root.get("height"))
        for node in root.iter(f"{NAME}rect"):
            assert int(node.get("x")) + int(node.get("width")) <= width
            assert int(node.get("y")) + int(node.get("height")) <= height
        for node in root.iter(f"{NAME}text"):
            assert 0 <= int(node.get("x")) <= width and int(node.get("y")) <= height


def test_the_readme_shows_a_figure_that_the_tool_drew():
    path = re.search(r"\((tools/picture/\w+\.svg)\)", (ROOT / "README.md").read_text())[1]
    root = ElementTree.parse(ROOT / path).getroot()
    assert "32-bit paging, 10|10|12: 4 tables" in root.find(f"{NAME}title").text
