"""What lesson.md quotes from the run is what the run prints: they cannot drift apart."""

import re

import pytest
from bench import LESSONS, command

STEP = re.compile(r"^\d+ +[A-Z]")                       # "7  map_range: 2490 pages from …"


def folded(line):
    return " ".join(line.split())


def quotes(text):
    """Lines of the indented blocks that begin with a numbered step of the story."""
    for block in re.findall(r"(?:^    .*\n(?:^ *\n(?=    ))?)+", text, re.M):
        lines = [folded(line) for line in block.splitlines() if line.strip()]
        if STEP.match(lines[0]):
            yield from (line for line in lines if line not in ("...", "…"))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_the_text_quotes_what_the_run_prints(lesson):
    quoted = list(quotes((lesson.folder / "lesson.md").read_text()))
    assert quoted, "a lesson shows at least one step of its own run"
    for emulator in ("qemu", "bochs"):                  # where they differ, the text says so
        done = command("run", str(lesson.number), "--solution", "--emu", emulator)
        printed = {folded(line) for line in done.stdout.splitlines()}
        quoted = [line for line in quoted if line not in printed]
        if not quoted:
            return
    pytest.fail("printed by neither emulator:\n" + "\n".join(quoted))
