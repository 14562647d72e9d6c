"""The page in a real browser: made-up spaces with every feature, and the lessons' references."""

import re
import subprocess
import sys

import pytest

import browser
from picture import page
from view_examples import picture

pytestmark = pytest.mark.skipif(
    browser.missing() is not None,
    reason=f"browser tests: {browser.missing()}; ./setup --browser installs what they need")


@pytest.fixture(scope="session")
def everything(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "view.html"
    path.write_text(page.html(picture(), "before"), "utf-8")
    return path


def lesson_page(number, folder):
    """view.html of a lesson's reference, as the command makes it."""
    subprocess.run([sys.executable, "pagewalk", "view", str(number), "--solution", "--seed", "7",
                    "--out", str(folder)], cwd=browser.ROOT, check=True, capture_output=True,
                   timeout=300)
    return folder / "view.html"


def test_stepping_with_the_arrow_keys(everything):
    where = ["text", "#where"]
    assert browser.play(everything, [
        where, ["press", "ArrowRight"], where, ["press", "ArrowRight"], where,
        ["press", "ArrowLeft"], where, ["click", "#stops li:last-child button"], where]) == [
            "1 of 5: before", "2 of 5: after", "3 of 5: five", "2 of 5: after",
            "5 of 5: identity"]


def ask(va, access="read", ring="0"):
    return [["choose", "#access", access], ["choose", "#ring", ring], ["fill", "#va", va],
            ["press", "Tab"], ["click", "#ask button"], ["text", "#result"]]


def test_an_address_gives_the_physical_address_or_the_fault(everything):
    answers = browser.play(everything, [
        *ask("0x400123"), *ask("401000", "write", "3"), *ask("401000", "fetch"),
        *ask("0x8000000456", "write"), *ask("0x12345000"), *ask("0x800000000000")])
    assert answers[0].splitlines() == [
        "physical address 0x00300123, in a page of 4 KiB", "effective: writable, user, executable",
        "read from ring 0: done"]
    assert "#PF, error code 0x7 (the page is present, a right was missing, a write, from ring 3): "\
        "the page is read-only" in answers[1]
    assert "error code 0x11" in answers[2] and "XD is set on the way" in answers[2]
    assert "physical address 0x40000456, in a page of 1 GiB" in answers[3]
    assert "error code 0x3" in answers[3]            # the leaf says W, the PML4E above does not
    assert "error code 0x0" in answers[4] and "PDE[145] is not present" in answers[4]
    assert answers[5] == "read from ring 0: #GP(0), or #SS(0) through RSP or RBP: " \
                         "not a canonical address: the tables are never asked"


def test_the_walk_has_labels_and_the_bits_in_words(everything):
    walk, label, fields, role = browser.play(everything, [
        *ask("0x40000000")[:-1], ["all", "#walk li"], ["labels", "#walk"], ["all", "#fields div"],
        ["labels", "#fields"]])
    assert label == ["The walk, level by level"] and role == ["The address, cut into its fields"]
    assert [line.split(" at ")[0] for line in walk] == ["PML4E[0]", "PDPTE[1]", "PDE[0]"]
    assert "PCD is 1: cache disabled" in walk[2] and "PS is 1: maps a large page" in walk[2]
    assert fields[1].split() == ["PML4", "index", "0", "000000000"]


def test_wrong_addresses_get_a_sentence(everything):
    answers = browser.play(everything, [
        ["fill", "#va", "hello"], ["press", "Enter"], ["text", "#complaint"],
        ["click", "#stops li:last-child button"], ["fill", "#va", "100000000"], ["press", "Enter"],
        ["text", "#complaint"]])
    assert answers == ["This is no address: type hexadecimal digits, like 0x00403A10.",
                       "An address has 32 bits here, and this one is longer."]


def test_clicking_any_part_walks_its_address(everything):
    answers = browser.play(everything, [
        ["click", "#virtual button"], ["text", "#result"], ["focused"],
        ["click", "[data-key='p 0x00300000']"], ["text", "#result"],
        ["click", "#tables .rows button.loop"], ["hash"]])
    assert "physical address" in answers[0] and answers[1].startswith("v 0x")
    assert "0x00300000" in answers[2]
    assert "va=0x" in answers[3]


def test_self_map_alias_changes_and_cut_rights_are_shown(everything):
    loop, alias, blocked, changed, new = browser.play(everything, [
        ["labels", ".rows button.loop"], ["text", "[data-key='p 0x00300000']"],
        ["count", ".flags .sb"], ["press", "ArrowRight"], ["labels", ".rows button.changed"],
        ["count", ".rows button.changed"]])
    assert len(loop) == 1 and "PML4 @ 0x00400000 again, as PDPT" in loop[0]
    assert alias.startswith("A=C")
    assert blocked == 1
    assert new == 2 and "was 0x8000000000301005" in changed[0] and "was 0" in changed[1]


def test_every_geometry_is_drawn(everything):
    tables = ["all", ".card h3"]
    five, pae, flat = browser.play(everything, [
        ["click", "#stops li:nth-child(3) button"], tables,
        ["click", "#stops li:nth-child(4) button"], tables,
        ["click", "#stops li:nth-child(5) button"], tables])
    assert [text.split(" @")[0] for text in five] == ["PML5", "PML4", "PDPT", "PD", "PT"]
    assert [text.split(" @")[0] for text in pae] == ["PDPT", "PD", "PT"]
    assert [text.split(" @")[0] for text in flat] == ["PD"]


def test_keyboard_alone(everything):
    answers = browser.play(everything, [
        ["press", "Tab"], ["focused"], ["press", "Tab"], ["focused"],
        *[["press", "Tab"]] * 6, ["focused"], ["press", "4"], ["press", "0"], ["press", "0"],
        ["press", "0"], ["press", "0"], ["press", "0"], ["press", "Enter"], ["text", "#result"]])
    assert answers[:3] == ["slider", "next", "va"]
    assert "physical address 0x00300000" in answers[3]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_overflows_and_text_is_readable(everything, width, scheme):
    steps = []
    for stop in range(1, 6):
        steps += [["click", f"#stops li:nth-child({stop}) button"], ["fill", "#va", "401000"],
                  ["press", "Enter"], ["overflow"], ["contrast"]]
    browser.SHOTS.mkdir(parents=True, exist_ok=True)
    answers = browser.play(everything, [*steps, ["click", "#stops li:nth-child(2) button"], [
        "screenshot", str(browser.SHOTS / f"everything-{width}-{scheme}.png")]], width,
        scheme=scheme)
    assert answers[0:10:2] == [0] * 5
    for ratio, where in answers[1:10:2]:
        assert ratio >= 4.5, where


def test_a_million_entries_open_at_once(tmp_path):
    path = tmp_path / "view.html"
    path.write_text(page.html(picture(), "identity"), "utf-8")
    assert path.stat().st_size < 1_000_000
    rows, result = browser.play(path, [
        ["all", ".rows li"], *ask("0xFFFFF123")])
    assert len(rows) == 1 and "1024 PTs" in rows[0] and "4 GiB" in rows[0]
    assert "physical address 0xFFFFF123" in result


@pytest.mark.parametrize("number", [2, 10, 11, 12])
def test_a_lesson_at_every_checkpoint(number, tmp_path):
    path = lesson_page(number, tmp_path)
    assert path.stat().st_size < 1_000_000
    stops = len(re.findall(r'"switches":', path.read_text()))
    browser.SHOTS.mkdir(parents=True, exist_ok=True)
    for scheme, width in (("light", 1280), ("dark", 390)):
        steps = [["press", "ArrowLeft"]] * stops
        for _ in range(stops):
            steps += [["overflow"], ["contrast"], ["press", "ArrowRight"]]
        answers = browser.play(path, [*steps, ["text", "#where"], ["count", ".card"], [
            "screenshot", str(browser.SHOTS / f"lesson-{number}-{width}-{scheme}.png")]],
            width, scheme=scheme)
        assert answers[0:2 * stops:2] == [0] * stops
        assert all(ratio >= 4.5 for ratio, _ in answers[1:2 * stops:2]), answers[1:2 * stops:2]
        assert answers[-3].startswith(f"{stops} of {stops}") and answers[-2] > 1
