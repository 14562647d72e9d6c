"""Every tour keeps its promises in Bochs, unattended, and `debug` tells it to a person."""

import subprocess

import pytest
from bench import LESSONS, ROOT

IDS = [lesson.name for lesson in LESSONS]


@pytest.mark.parametrize("lesson", LESSONS, ids=IDS)
def test_tour_keeps_its_promises(lesson, ran):
    done = ran("tour", str(lesson.number))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "0 not reached, 0 promises broken." in done.stdout
    assert len(lesson.checks()["tour"]) >= 4


@pytest.mark.parametrize("lesson", LESSONS, ids=IDS)
def test_debug_is_the_ordinary_prompt_with_the_tour(lesson):
    first = lesson.checks()["tour"][0]
    typed = "creg\n" + "c\n" * (lesson.checks()["order"].index(first["stop"]) + 1) + "q\n"
    done = subprocess.run([str(ROOT / "pagewalk"), "debug", str(lesson.number), "--solution"],
                          cwd=ROOT, input=typed, text=True, capture_output=True, timeout=120,
                          check=False)
    assert done.returncode == 0, done.stderr
    assert "CR0=0x" in done.stdout                        # what creg says
    assert f"== {first['stop']} " in done.stdout
    assert first["text"].strip().splitlines()[0].split("{")[0] in done.stdout
