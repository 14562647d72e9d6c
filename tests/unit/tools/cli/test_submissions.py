"""cli: what a class handed in, workers that cannot hurt each other, CSV, summary, merge."""

import csv
import io
import json
import os
import signal
from types import SimpleNamespace

import pytest
from bench import ROOT, numbered
from cli import Stop
from cli.classes import grading as classes, pool
from cli.classes import report as reports
from cli.classes.submissions import Submission, label, read_class

NAME = "02_two_levels"


@pytest.fixture(name="folder")
def a_class(tmp_path):
    """Students a to h, each with a way of their own."""
    place = tmp_path / "class"
    for student in "abcdefgh":
        (place / student).mkdir(parents=True)
    file = f"{NAME}.c"
    (place / "a" / file).write_text("int a;\n")
    (place / "a" / "Makefile").write_text("all:\n\ttouch /tmp/owned\n")
    (place / "b" / file).symlink_to(place / "a" / file)
    os.mkfifo(place / "c" / file)
    os.link(place / "a" / "Makefile", place / "d" / file)
    (place / "e" / "inner").mkdir()
    (place / "e" / "inner" / file).write_text("int e;\n")
    (place / "f" / file).mkdir()
    (place / "g" / file).write_bytes(b" " * 300_000)
    (place / "h" / "01_flat_table.c").write_text("int h;\n")
    (place / "linked").symlink_to("/etc")
    (place / "loose.c").write_text("int loose;\n")
    (place / ".git").mkdir()
    return place


def test_only_the_right_plain_files_are_taken(folder):
    found, remarks = read_class(folder, [numbered(2)], every=True)
    by = {one.student: one for one in found}
    assert sorted(by) == [*"abcdefgh", "linked"]
    assert by["a"].files == {".c": b"int a;\n"}
    assert [name for name, one in by.items() if one.files] == ["a"]
    for student, word in {"b": "is a link", "c": "a pipe", "d": "hard links", "f": "a folder",
                          "g": "larger than", "linked": "is a link"}.items():
        assert word in by[student].refused, student
    assert not by["e"].refused and not by["h"].refused
    assert remarks == ["loose.c is no folder, so it was left out."]


def test_without_a_lesson_there_is_one_submission_for_each_file(folder):
    found, remarks = read_class(folder, [numbered(1), numbered(2)])
    assert [(one.student, one.lesson.number) for one in found] == \
        [(student, 2) for student in "abcdfg"] + [("h", 1)]
    assert any("linked is a link" in remark for remark in remarks)


def test_a_folder_that_is_none(tmp_path):
    with pytest.raises(Stop, match="cannot be read"):
        read_class(tmp_path / "none", [numbered(1)])


def test_labels_are_plain_and_differ():
    names = ["Ann Lee", "Žofie", "a\nb", "a%0Ab", os.fsdecode(b"\xff"), "\x1b[2J", "\u202ex"]
    labels = [label(name) for name in names]
    assert labels[:2] == names[:2]
    assert len(set(labels)) == len(names)
    assert all(text.isprintable() and "/" not in text for text in labels)


# ---- workers -------------------------------------------------------------------------------------

def test_each_job_is_a_process_and_only_a_few_run(tmp_path):
    def work(job):
        (tmp_path / f"{job}.pid").write_text(str(os.getpid()))
    assert sorted(pool.each(list(range(7)), work, 2)) == [(job, None) for job in range(7)]
    assert len({path.read_text() for path in tmp_path.glob("*.pid")} | {str(os.getpid())}) == 8


def test_a_worker_that_breaks_hurts_no_other(monkeypatch):
    monkeypatch.setattr(pool, "SECONDS", 1)

    def work(job):
        if job == "raises":
            raise ValueError("no")
        if job == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if job == "waits":
            signal.pause()
        if job == "prints":
            os.write(1, b"forged\n")
    jobs = ["raises", "dies", "waits", "prints", "works"]
    assert dict(pool.each(jobs, work, 2)) == {
        "raises": "the grading broke off with status 70",
        "dies": "the grading was ended by SIGKILL", "works": None, "prints": None,
        "waits": "the grading did not end within 1 s"}


def test_who_stops_early_leaves_no_worker(tmp_path):
    read, write = os.pipe()

    def work(job):
        if job:
            os.write(write, b"%d\n" % os.getpid())
            signal.pause()
    running = pool.each([1, 0], work, 2)
    assert next(running) == (0, None)
    worker = int(os.read(read, 100))
    running.close()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


# ---- what is graded again

@pytest.fixture(name="run")
def a_run(tmp_path):
    def begin(**more):
        known = {"seed": None, "seed_each": False, "emu": None, "opt": "-O2", "fast": True}
        return classes._Class(ROOT, tmp_path / "out", SimpleNamespace(**known | more))
    return begin


def test_the_key_is_of_all_that_decides(run):
    one = Submission("ann", numbered(2), {".c": b"int a;\n"})
    changed = [(run(seed=1), one), (run(seed=2), one), (run(seed=1, fast=False), one),
               (run(seed=1, emu="both"), one), (run(seed=1, opt="-O0"), one),
               (run(seed=1), one._replace(files={".c": b"int b;\n"})),
               (run(seed=1), one._replace(lesson=numbered(1)))]
    assert len({begun._key(what) for begun, what in changed}) == len(changed)
    assert run(seed=1)._key(one) == run(seed=1)._key(one._replace(student="bob"))


def test_a_seed_is_kept_for_the_class_and_may_be_drawn_for_each(run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "class.json").write_text('{"seed": 77}')
    assert run().seed == run()._seed_for("ann") == 77
    assert run(seed=5).seed == 5
    drawn = {run(seed_each=True)._seed_for(student) for student in ("ann", "bob", "cy")}
    assert len(drawn) == 3
    assert run(seed_each=True)._seed_for("ann") == run(seed_each=True)._seed_for("ann")


# ---- records -------------------------------------------------------------------------------------

def grading(out, student, verdict="pass", points=4, code="", checks=(), **more):
    """A grading as a run leaves it behind."""
    place = out / "students" / student / NAME
    place.mkdir(parents=True)
    record = {"format": "pagewalk-grading", "version": 1, "student": student, "lesson": NAME,
              "key": "k", "points": points, "maximum": 4, "verdict": verdict, "code": code,
              "seed": 7, "sandbox": "bubblewrap", "evidence": "bochs/evidence.json",
              "message": "", "fast": False, **more}
    entries = [{"id": name, "title": f"check {name}", "verdict": said, "code": found}
               for name, said, found in checks]
    (place / "grading.json").write_text(json.dumps(record))
    (place / "result.json").write_text(json.dumps({"checks": entries, "tripwires": []}))


@pytest.fixture(name="out")
def two_runs(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    grading(one, "ann", checks=[("rows", "pass", None), ("free", "pass", None)])
    grading(one, "=cmd()", "fail", 1, "E-RW-UPPER",
            [("rows", "fail", "E-RW-UPPER"), ("free", "fail", "E-FRAME-LEAK")])
    grading(two, "cy", "fail", 2, "E-FRAME-LEAK",
            [("rows", "pass", None), ("free", "fail", "E-FRAME-LEAK")])
    return tmp_path


def test_the_table_has_a_row_for_each_and_no_formula(out):
    records = reports.gather([out / "one", out / "two"])
    rows = list(csv.DictReader(io.StringIO(reports.table(records, out))))
    assert [row["student"] for row in rows] == ["'=cmd()", "ann", "cy"]
    assert list(rows[0]) == list(reports.COLUMNS)
    assert rows[2]["evidence"] == f"two/students/cy/{NAME}/bochs/evidence.json"


def test_the_summary_counts_mistakes_and_checks(out):
    lesson = reports.summarise(reports.gather([out / "one", out / "two"]))["lessons"][NAME]
    assert lesson["verdicts"] == {"pass": 1, "fail": 2}
    assert lesson["mistakes"] == {"E-RW-UPPER": {"first": 1, "students": 1},
                                  "E-FRAME-LEAK": {"first": 1, "students": 2}}
    assert {name: (row["fail"], row["pass"]) for name, row in lesson["checks"].items()} == \
        {"rows": (1, 2), "free": (2, 1)}
    text = reports.readable(reports.summarise(reports.gather([out / "one", out / "two"])))
    assert "2 of 3     66 %   check free" in text


def test_merge_prefers_a_grading_and_refuses_two_that_differ(out):
    grading(out / "three", "ann", "error", 0)
    for order in (["one", "three"], ["three", "one"]):
        known = {r["student"]: r["verdict"] for _, r in reports.gather([out / n for n in order])}
        assert known["ann"] == "pass"
    grading(out / "four", "ann", "fail", 3)
    with pytest.raises(Stop, match="graded twice with different results"):
        reports.gather([out / "one", out / "four"])


def test_a_record_that_is_not_whole_is_none(tmp_path):
    for text in ("", "{", "[]", "{}", '{"format": "other"}'):
        (tmp_path / "grading.json").write_text(text)
        assert reports.read(tmp_path / "grading.json") is None
