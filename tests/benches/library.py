"""What src/paging costs: instructions, table bytes, and both as src/paging/costs.svg.

Instructions are counted by Bochs and are exact (tests/guest/costs.py); table bytes are those that
the library makes, beside the least that the mode's geometry allows. A goal that is missed is shown,
not hidden: its ratio is above 1.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from guest import costs, plot

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/host"))

import building  # noqa: E402

SVG = ROOT / "src/paging/costs.svg"
SHIFTS = {"flat": [12], "32-bit": [12, 22], "PAE": [12, 21, 30], "4-level": [12, 21, 30, 39]}
PAGE_NAMES = {12: "4 KiB", 21: "2 MiB", 22: "4 MiB", 30: "1 GiB"}


def instructions(counts):
    print("instructions, counted by Bochs        mode        figure    goal   ratio")
    for case, (what, goals) in costs.GOALS.items():
        for mode, name in costs.MODES.items():
            if case not in counts[mode]:
                continue
            figure = counts[mode][case] / costs.pages_of(case)
            shown = f"{figure:8.2f}" if costs.pages_of(case) > 1 else f"{figure:8.0f}"
            goal = goals.get(mode)
            ratio = f"{goal:7} {figure / goal:7.2f}" if goal else f"{'':7} {'':7}"
            print(f"{what:37} {name:10} {shown} {ratio}")
    print(f"for comparison, counted alike: {costs.OTHERS}")


def least_bytes(mode, level, mapped):
    """What the geometry asks for: the root, and a table for each part that holds pages."""
    shifts = SHIFTS[mode]
    root = 4 << 20 if mode == "flat" else 4096
    return root + sum(4096 * -(-mapped // (1 << shift)) for shift in shifts[level:])


def table_bytes():
    """[(mode, level, mapped, bytes)] that the library makes."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "tables")
        building.build([*building.FAST, *building.including(), *building.sources(),
                        ROOT / "tests/benches/tables.c", building.SUPPORT / "machine.c",
                        building.SUPPORT / "check.c", "-o", program])
        lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    rows = (line.split() for line in lines.splitlines())
    return [(mode, int(level), int(mapped), int(size)) for mode, level, mapped, size in rows]


def sizes(rows):
    print("\nbytes of tables             pages       mapped        bytes        least   ratio")
    for mode, level, mapped, size in rows:
        least = least_bytes(mode, level, mapped)
        page = PAGE_NAMES[SHIFTS[mode][level - 1]]
        if mapped in (1 << 12, 1 << 22, 1 << 30, 1 << 32):
            print(f"{mode:27} {page} {mapped:12} {size:12} {least:12} {size / least:7.2f}")
    return all(size == least_bytes(mode, level, mapped) for mode, level, mapped, size in rows)


def main():
    counts = {mode: costs.count(mode) for mode in costs.MODES}
    instructions(counts)
    rows = table_bytes()
    print("table bytes are the least there can be" if sizes(rows)
          else "table bytes are NOT the least there can be")
    SVG.write_text(plot.draw(counts, rows))
    print(f"\nhow both grow with the memory mapped: {SVG.relative_to(ROOT)}")
