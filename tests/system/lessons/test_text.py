"""What lesson.md says is so: it quotes what the run prints, and every number in it comes from
somewhere (tests/prose/README.md). They cannot drift apart."""

import re

import pytest
from bench import LESSONS
from figures import pages
from prose.accounts import HELP, Accounts
from prose.known import folded
from prose.reckon import Reckoner

STEP = re.compile(r"^\d+ +[A-Z]")                       # "7  map_range: 2490 pages from …"
NAMES = [lesson.name for lesson in LESSONS]


def quotes(text):
    """Lines of the indented blocks that begin with a numbered step of the story."""
    for block in re.findall(r"(?:^    .*\n(?:^ *\n(?=    ))?)+", text, re.M):
        lines = [folded(line) for line in block.splitlines() if line.strip()]
        if STEP.match(lines[0]):
            yield from (line for line in lines if line not in ("...", "…"))


def runs(lesson, ran):
    """What the lesson prints on each emulator."""
    return [ran("run", str(lesson.number), "--emu", emulator).stdout
            for emulator in ("qemu", "bochs")]


@pytest.mark.parametrize("lesson", LESSONS, ids=NAMES)
def test_the_text_quotes_what_the_run_prints(lesson, ran):
    quoted = list(quotes((lesson.folder / "lesson.md").read_text()))
    assert quoted, "a lesson shows at least one step of its own run"
    printed = {folded(line) for text in runs(lesson, ran) for line in text.splitlines()}
    wrong = [line for line in quoted if line not in printed]
    assert not wrong, "printed by neither emulator:\n" + "\n".join(wrong)


@pytest.mark.parametrize("lesson", LESSONS, ids=NAMES)
def test_every_number_of_the_text_is_accounted_for(lesson, ran, collected):
    printed, tour = "\n".join(runs(lesson, ran)), ran("tour", str(lesson.number)).stdout
    reckoner = Reckoner(lesson.folder, lesson.checks(), f"{printed}\n{tour}",
                        lambda emulator: collected(lesson, emulator))
    faults = Accounts(lesson.folder, printed, tour, reckoner).check()
    assert not faults, f"{len(faults)} numbers:\n" + "\n".join(faults) + f"\n{HELP}"


DRAWN = [lesson for lesson in LESSONS if pages.needs_run(lesson.folder)]


@pytest.mark.parametrize("lesson", DRAWN, ids=[lesson.name for lesson in DRAWN])
def test_the_tables_drawn_in_the_text_are_those_of_the_run(lesson, collected):
    run = collected(lesson, "bochs"), lesson.checks()
    assert not pages.stale(lesson.folder, run), "run `make figures`"
