"""`grade` when the machine fails: the learner is not blamed, and the other lessons go on."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

from cli.grading import Graded
from cli.options import parser
from cli.verbs import grade as verb
from fake import checks
from grader.judge import judge
from grader.machine import MachineError

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "src").symlink_to(ROOT / "src")
    (tmp_path / "work").mkdir()
    for name in ("01_flat_table", "02_two_levels"):
        (tmp_path / "work" / f"{name}.c").write_text("/* mine */\n")
    return tmp_path


def options(*arguments):
    return Namespace(**vars(parser().parse_args(["grade", *arguments])))


def test_an_emulator_that_dies_is_an_error_of_ours(root, monkeypatch, capsys):
    def files(lesson, *_, **__):
        if lesson.number == 1:
            raise MachineError("Bochs went away")
        gate = {"findings": [{"code": "C-WEAK", "what": "weak"}]}
        return Graded(judge.build_error(lesson.name, checks(), "no", gate))
    monkeypatch.setattr(verb, "grade_files", files)
    out = root / "all.json"
    assert verb.grade(root, options("--json", str(out), "--junit", "-")) == 3
    said = capsys.readouterr()
    assert "<error" in said.out and "Bochs went away" in said.out and "Bochs" in said.err
    first, second = json.loads(out.read_text())
    assert (first["verdict"], first["status"], second["status"]) == ("error", 2, 3)
    kept = json.loads((root / "build" / "01_flat_table" / "grade" / "mine.json").read_text())
    assert kept["result"] == first
