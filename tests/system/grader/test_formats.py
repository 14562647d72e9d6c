"""The formats on the command line: `grade --junit FILE`, `-`, several at once, replay."""

import json
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from bench import ROOT, command, numbered
from corpus import load


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """(finished run, folder): a mutant of lesson 1 graded once, in three formats."""
    folder = tmp_path_factory.mktemp("formats")
    mutant = next(one for one in load("mutants") if one.number == 1 and one.emu is None)
    done = command("grade", "1", "--work", str(mutant.files(folder)[".c"]), "--seed=5",
                   f"--out={folder / 'out'}", "--junit=-", f"--tap={folder / 'result.tap'}",
                   f"--json={folder / 'result.json'}")
    return done, folder


def test_several_formats_at_once(graded):
    done, folder = graded
    result = json.loads((folder / "result.json").read_text())
    assert done.returncode == result["status"] == 1
    root = ElementTree.fromstring(done.stdout)          # nothing else is on standard output
    assert int(root.attrib["tests"]) == len(result["checks"])
    assert "FAIL" in done.stderr and "next: make LESSON=1 hint" in done.stderr
    assert (folder / "result.tap").read_text().startswith("TAP version 14\n1..1\n")


def test_replay_needs_no_emulator(graded, tmp_path):
    done, folder = graded
    evidence = folder / "out" / "grade" / "bochs" / "evidence.json"
    (tmp_path / "python3").symlink_to(sys.executable)   # and no other program
    again = command("grade", "--junit", "-", "--from", str(evidence), PATH=str(tmp_path))
    assert (again.returncode, again.stdout) == (done.returncode, done.stdout)
    report = command("grade", "--from", str(evidence))
    assert report.stdout.rstrip() == again.stderr.rstrip()


def test_a_file_that_does_not_compile_is_reported_in_every_format(tmp_path):
    path = tmp_path / "mine.c"
    path.write_text((numbered(1).proof / "solution.c").read_text() + "int x = ;\n")
    done = command("grade", "1", "--work", str(path), f"--out={tmp_path / 'out'}", "--github=-",
                   f"--prairielearn={tmp_path / 'results.json'}")
    assert done.returncode == 3
    assert done.stdout.startswith("::error file=work/01_flat_table.c,line=")
    value = json.loads((tmp_path / "results.json").read_text())
    assert value["gradable"] is False and "expected expression" in value["format_errors"][0]


@pytest.mark.parametrize("arguments, word", [
    (["grade", "1", "--junit", "-", "--tap", "-"], "a file of its own"),
    (["grade", "1", "--junit", "work/01_flat_table.c"], "would overwrite a source file"),
    (["grade", "1", "--junit", "no/such/folder/x.xml"], "no folder no/such/folder"),
    (["grade", "1", "--junit", "tests"], "it is a folder"),
    (["run", "1", "--junit", "-"], "--junit goes with grade, not with run"),
])
def test_bad_targets_are_refused_before_any_work(arguments, word):
    done = command(*arguments)
    assert done.returncode == 64 and word in done.stderr and not done.stdout
    assert not (ROOT / "no").exists()
