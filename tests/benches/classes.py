"""A class of a hundred graded from the command line: how many submissions a minute.

Copies of lesson 2's reference, each with a difference that keeps it from being known: once started
by GRUB, as counts, and once with --fast. Goal: 1,000 submissions in 10 minutes on two idle cores.
Linux does not tell what ran inside bubblewrap, so the CPU seconds leave out the compiler and the
linker, about 0.1 each.
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from benches.grading import timed

ROOT = Path(__file__).resolve().parents[2]
NAME = "02_two_levels"
COUNT = 100


def hand_in(folder):
    """A class of COUNT students."""
    reference = (ROOT / "src" / "lessons" / NAME / "proof/solution.c").read_text()
    for number in range(COUNT):
        (folder / f"student-{number:04}").mkdir(parents=True)
        (folder / f"student-{number:04}" / f"{NAME}.c").write_text(
            f"{reference}\n/* {number} */\n")


def grade(folder, title, more):
    done = subprocess.run(
        [ROOT / "pagewalk", "grade", "2", "--submissions", f"{folder}/class", "--seed", "1",
         "--out", f"{folder}/{title}", *more], capture_output=True, text=True, check=True)
    assert re.search(rf"submissions: {COUNT} pass$", done.stdout, re.M), done.stdout


def main():
    print(f"{COUNT} submissions of {NAME} on {os.cpu_count()} cores")
    print("                wall s   each   CPU s each   1,000 in   goal")
    with tempfile.TemporaryDirectory() as folder:
        hand_in(Path(folder) / "class")
        for title, more in (("GRUB", []), ("--fast", ["--fast"])):
            wall, cpu = timed(lambda: grade(folder, title, more))
            print(f"{title:12} {wall:9.1f} {wall / COUNT:6.2f} {cpu / COUNT:12.2f} "
                  f"{wall / COUNT * 1000 / 60:6.1f} min   10 min", flush=True)
