"""A lesson in two halves: the first earns its points while the second is not written."""

import re

import pytest
from bench import LESSONS, SEED, first_code, story
from stored import graded_files

BORDER = "/* ---- Second half"
HALVED = [lesson for lesson in LESSONS if BORDER in lesson.starter()[".c"].read_text()]


@pytest.mark.parametrize("emulator", ["bochs", "qemu"])
@pytest.mark.parametrize("lesson", HALVED, ids=lambda lesson: lesson.name)
def test_the_first_half_is_scored_alone(lesson, emulator, tmp_path):
    done = lesson.reference()[".c"].read_text().partition(BORDER)[0]
    left = lesson.starter()[".c"].read_text().partition(BORDER)[2]
    half = tmp_path / f"{lesson.name}.c"
    half.write_text(done + BORDER + left)
    result = graded_files(lesson, {".c": half}, emulator, SEED, out=tmp_path).result
    checks = lesson.checks()
    later = set(re.findall(r"^enum result (\w+)\(", left, re.M))
    due = sum(check["points"] for check in checks["check"]
              if not later & set(check.get("uses", checks["gate"]["defines"]))
              and check.get("emu", emulator) == emulator)
    assert later and first_code(result) == "E-TODO", story(result)
    assert result["points"] == due > 0, story(result)
    assert result["points"] < result["maximum"]
