"""A whole class: every submission gets what it is worth, whatever the others do; runs go on where
they were; jobs for other machines and the merge of what they leave. Kernels start by boot/rom.asm.
"""

import csv
import json
import os
import re
import shutil
import signal
import subprocess

import jsonschema
import pytest
from bench import ROOT, command, numbered
from corpus import load

NAME = "01_flat_table"
SCHEMAS = ROOT / "grader" / "formats" / "schema"
EXPECTED = {"reference": ("pass", ""), "starter": ("fail", "E-TODO"),
            "mutant": ("fail", "E-FRAME-SHIFT"), "broken": ("build_error", ""),
            "linked": ("build_error", "C-FILE"), "piped": ("build_error", "C-FILE"),
            "reaching": ("build_error", "C-INCLUDE"), "endless": ("fail", "E-HANG"),
            "fallen": ("fail", None), "empty": ("missing", "")}


def hand_in(place):
    """A class in `place`, one student of each kind."""
    lesson, mutants = numbered(1), {m.name: m for m in load("mutants") if m.number == 1}
    reference = lesson.reference()[".c"].read_text()
    shift = next(m for m in mutants.values() if "E-FRAME-SHIFT" in m.expect)
    texts = {"reference": reference, "starter": lesson.starter()[".c"].read_text(),
             "broken": reference.replace("return DONE;", "return DONE", 1),
             "reaching": f'#include "{ROOT}/src/lessons/{NAME}/proof/solution.c"\n'}
    for student in EXPECTED:
        (place / student).mkdir(parents=True)
    for student, mutant in (("mutant", shift), ("endless", mutants["endless"]),
                            ("fallen", mutants["paging-first"])):
        texts[student] = mutant.files(place / student)[".c"].read_text()
    for student, text in texts.items():
        (place / student / f"{NAME}.c").write_text(text)
    (place / "linked" / f"{NAME}.c").symlink_to(lesson.reference()[".c"])
    os.mkfifo(place / "piped" / f"{NAME}.c")
    (place / "reference" / "Makefile").write_text(f"$(shell touch {place}/owned)\n")
    return place


def grade_all(place, *more, **environment):
    return command("grade", "1", "--submissions", str(place), "--seed", "3", "--fast", *more,
                   **environment)


@pytest.fixture(name="graded", scope="module")
def a_graded_class(tmp_path_factory):
    place = hand_in(tmp_path_factory.mktemp("class") / "handed in")
    return place, grade_all(place)


def rows(out):
    with open(out / "results.csv", encoding="utf-8", newline="") as handle:
        return {row["student"]: row for row in csv.DictReader(handle)}


def results(place):
    return place.with_name(f"{place.name}.results")


def test_everyone_gets_what_is_theirs(graded):
    place, done = graded
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (place / "owned").exists()
    table = rows(results(place))
    assert sorted(table) == sorted(EXPECTED)
    for student, (verdict, code) in EXPECTED.items():
        row = table[student]
        assert row["verdict"] == verdict, row
        assert code is None or row["code"] == code, row
        assert row["seed"] == "3"
    assert table["reference"]["points"] == table["reference"]["maximum"] != "0"
    assert table["fallen"]["code"].startswith("E-")
    assert "expected" in table["broken"]["message"]


def test_what_is_left_behind_is_what_the_schemas_say(graded):
    out = results(graded[0])
    schema = {name: json.loads((SCHEMAS / f"{name}.schema.json").read_text())
              for name in ("result", "class", "evidence")}
    jsonschema.validate(json.loads((out / "class.json").read_text()), schema["class"])
    records = sorted(out.glob("students/*/*/grading.json"))
    assert len(records) == len(EXPECTED)
    for path in records:
        record = json.loads(path.read_text())
        jsonschema.validate(record, {**schema["class"], "$ref": "#/$defs/grading", "required": [],
                                     "properties": {}, "additionalProperties": True})
        jsonschema.validate(json.loads(path.with_name("result.json").read_text()),
                            schema["result"])
        if record["evidence"]:
            jsonschema.validate(json.loads((path.parent / record["evidence"]).read_text()),
                                schema["evidence"])


def test_evidence_in_the_table_can_be_judged_again(graded):
    out = results(graded[0])
    done = command("grade", "--from", str(out / rows(out)["mutant"]["evidence"]))
    assert done.returncode == 1
    assert "E-FRAME-SHIFT" in done.stdout


def test_the_summary_names_the_mistakes(graded):
    text = (results(graded[0]) / "summary.txt").read_text()
    assert text.strip() in graded[1].stdout
    for code in ("E-TODO", "E-FRAME-SHIFT", "E-HANG", "C-FILE", "C-INCLUDE"):
        assert code in text


def test_what_is_known_is_not_graded_again_unless_it_changed(graded, tmp_path):
    place = shutil.copytree(graded[0], tmp_path / "class", symlinks=True,
                            ignore=shutil.ignore_patterns("piped"))
    out = shutil.copytree(results(graded[0]), tmp_path / "class.results")
    before = {path: path.stat().st_ino for path in out.glob("students/*/*/grading.json")}
    with open(place / "starter" / f"{NAME}.c", "a", encoding="ascii") as handle:
        handle.write("/* more */\n")
    done = grade_all(place)
    count = len(EXPECTED) - 1
    assert f"{count} submissions, {count - 1} of them graded before." in done.stdout
    changed = [path.parent.parent.name for path, inode in before.items()
               if path.stat().st_ino != inode]
    assert changed == ["starter"]


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_run_that_was_ended_goes_on(tmp_path, number, status):
    place = tmp_path / "class"
    for student in "abc":
        (place / student).mkdir(parents=True)
        text = numbered(1).starter()[".c"].read_text()
        (place / student / f"{NAME}.c").write_text(f"{text}/* {student} */\n")
    arguments = ["grade", "1", "--submissions", str(place), "--seed", "3", "--fast"]
    child = subprocess.Popen([str(ROOT / "pagewalk"), *arguments], cwd=ROOT, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with child:
        first = [child.stdout.readline() for _ in range(2)][1]      # one of them is done
        child.send_signal(number)
        _, said = child.communicate()
    assert child.returncode == status, said
    assert "Traceback" not in said
    assert first.startswith("1/3 ")
    assert not (results(place) / "results.csv").exists()
    done = command(*arguments)                  # waits until the last worker of before is gone
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 submissions, 0 of them" not in done.stdout
    assert not first.split()[1] in [line.split()[1] for line in done.stdout.splitlines()
                                    if line[:1].isdigit() and "/3 " in line]
    assert {row["verdict"] for row in rows(results(place)).values()} == {"fail"}


def test_jobs_for_other_machines_and_their_merge(tmp_path):
    place = hand_in(tmp_path / "class of 1")
    for student in set(EXPECTED) - {"starter", "linked"}:
        shutil.rmtree(place / student)
    printed = grade_all(place, "--jobs", "--out", str(tmp_path / "there"))
    jobs = printed.stdout.splitlines()
    assert len(jobs) == 2 and not (tmp_path / "there").exists()
    for job in jobs:
        assert subprocess.run(["sh", "-c", job], cwd=ROOT, capture_output=True, check=False,
                              timeout=120).returncode == 0
    assert not (tmp_path / "there" / "results.csv").exists()
    done = command("grade", "--merge", str(tmp_path / "there"), "--out", str(tmp_path / "all"))
    assert done.returncode == 0
    table = rows(tmp_path / "all")
    assert {s: (r["verdict"], r["code"]) for s, r in table.items()} == \
        {s: EXPECTED[s] for s in ("starter", "linked")}
    assert (tmp_path / "all" / table["starter"]["evidence"]).is_file()


def test_trouble_of_ours_is_2_and_tried_again(tmp_path):
    """Bochs without its own ROMs: nobody's submission is to blame."""
    place = tmp_path / "class"
    (place / "a").mkdir(parents=True)
    shutil.copy(numbered(1).starter()[".c"], place / "a" / f"{NAME}.c")
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "bochs-bin"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    done = grade_all(place, PATH=f"{tmp_path}/bin:{os.environ['PATH']}")
    assert done.returncode == 2, done.stdout + done.stderr
    assert rows(results(place))["a"]["verdict"] == "error"
    again = grade_all(place)
    assert again.returncode == 0
    assert rows(results(place))["a"]["verdict"] == "fail"


@pytest.mark.parametrize("arguments, word", [
    (["grade", "1", "--submissions", "no/such"], "There is no folder"),
    (["grade", "1", "--submissions", ".", "--out", "build/x"], "among the submissions"),
    (["grade", "1", "--submissions", "tests/browser", "--jobs"], "nothing to grade"),
    (["grade", "--submissions", "tests/browser"], "nothing to grade"),
    (["grade", "1", "--fast"], "--fast goes with"), (["grade", "--merge", "no/such"], "no folder"),
    (["grade", "--merge", "tests/host"], "There is no grading")])
def test_usage(arguments, word):
    done = command(*arguments)
    assert done.returncode == 64, done
    assert word in done.stderr


def test_the_example_of_the_readme_works_as_written(tmp_path):
    section = (ROOT / "README.md").read_text().partition("## For teachers")[2]
    example = [line[4:] for line in section.partition("\n## ")[0].splitlines()
               if line.startswith("    ")]
    commands = [line[2:] for line in example if line.startswith("$ ")]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    for line in commands:
        done = subprocess.run(["sh", "-c", re.sub(r"\bclass\b", f"{tmp_path}/class", line)],
                              cwd=ROOT, env=clean, capture_output=True, text=True, check=True,
                              timeout=120)
    promised = example[example.index("...") + 1:]
    promised = promised[:next(n for n, line in enumerate(promised) if line.startswith("./page"))]
    said = [line for line in done.stdout.replace(f"{tmp_path}/", "").splitlines()
            if not line.startswith("  note     ")]      # that bubblewrap does not work here
    assert [line for line in promised if line] == [line for line in said if line][-len(
        [line for line in promised if line]):]


def test_without_bubblewrap_the_limits_hold_and_results_say_so(tmp_path):
    place = tmp_path / "class"
    for student, text in (("a", numbered(1).starter()[".c"].read_text()),
                          ("b", '#include "/etc/passwd"\n#line 1 "/etc/passwd"\nint x = 1 1;\n')):
        (place / student).mkdir(parents=True)
        (place / student / f"{NAME}.c").write_text(text)
    tools = tmp_path / "bin"
    tools.mkdir()
    for folder in os.environ["PATH"].split(":"):
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if name != "bwrap" and not os.path.lexists(tools / name):
                (tools / name).symlink_to(os.path.join(folder, name))
    done = grade_all(place, PATH=str(tools))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Sandbox: limits only" in done.stdout
    table = rows(results(place))
    assert [row["sandbox"] for row in table.values()] == ["limits only"] * 2
    assert (table["a"]["code"], table["b"]["code"]) == ("E-TODO", "C-INCLUDE")
    for student in "ab":
        left = [path for path in results(place).glob(f"students/{student}/**/*")
                if path.is_file() and path.suffix != ".c"]
        assert "R-NO-SANDBOX" in "".join(path.read_text() for path in left)
        assert not any("root:" in path.read_text() for path in left)
