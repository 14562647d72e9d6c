"""Every reference graded: three seeds, both emulators, -O2 and -O0, two at a time.

The goal of lessons 1 to 12 together is two minutes on two cores.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from cli.grading import grade_files
from cli.lessons import all_lessons

ROOT = Path(__file__).resolve().parents[2]
SEEDS, GOAL = (1, 2, 3), 120


def one(case):
    lesson, optimisation, emulator, seed = case
    out = ROOT / "build" / lesson.name / f"bench{optimisation}"
    result = grade_files(lesson, lesson.reference(), [emulator], seed, optimisation=optimisation,
                         out=out).result
    return (*case, result)


def main():
    cases = list(product(all_lessons(ROOT), ("-O2", "-O0"), ("bochs", "qemu"), SEEDS))
    begun = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(one, cases))
    for lesson, optimisation, emulator, seed, result in done:
        if result["verdict"] != "pass" or result["points"] != result["maximum"]:
            print(f"{lesson.name} {optimisation} {emulator} seed {seed}: {result['verdict']} "
                  f"{result['points']}/{result['maximum']}")
    passed = sum(result["verdict"] == "pass" for *_, result in done)
    print(f"{passed} of {len(cases)} gradings pass, in {time.perf_counter() - begun:.0f} s "
          f"(goal {GOAL})")
