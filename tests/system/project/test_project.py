"""The project as a whole: C host tests, lint, image size, README, what the commands print."""

import json
import re
import subprocess

import jsonschema
import pytest
from bench import LESSONS, ROOT, command, numbered
from stored import graded_files

LINTERS = ("budgets", "functions", "layers", "rooms", "paths", "lessons", "imports", "python",
           "formats", "scripts", "assembly", "cppcheck", "tidy")


@pytest.mark.early
def test_host_tests_of_the_library(tmp_path):
    done = subprocess.run([str(ROOT / "tests/host/run"), str(tmp_path)], cwd=ROOT, text=True,
                          capture_output=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.early
@pytest.mark.parametrize("linter", LINTERS)
def test_lint(linter):
    done = subprocess.run([str(ROOT / "tests/lint"), linter], cwd=ROOT, text=True,
                          capture_output=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_linter_is_run():
    done = subprocess.run([str(ROOT / "tests/lint"), "--list"], text=True, capture_output=True,
                          check=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(LINTERS)


@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_run_boots_from_grub_and_finishes(lesson, emulator, ran):
    done = ran("run", str(lesson.number), "--emu", emulator)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"lesson {lesson.number}: " in done.stdout
    assert 0 < done.image < 1_000_000


@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
def test_in_lesson_3_reference_library_and_cpu_agree(emulator):
    said = command("run", "3", "--solution", "--emu", emulator).stdout
    assert "predict was right about 512 of 512 accesses, the library about 512" in said


def test_list_and_readme_name_every_lesson():
    listed = command("list").stdout
    readme = (ROOT / "README.md").read_text()
    for lesson in LESSONS:
        assert re.search(rf"^ *{lesson.number}  {lesson.title()}", listed, re.M)
        assert f"| {lesson.number} | [{lesson.title()}](src/lessons/{lesson.name}/lesson.md)" \
            in readme


def test_editors_learn_how_every_file_is_compiled():
    subprocess.run(["make", "compile_commands.json"], cwd=ROOT, check=True, capture_output=True)
    entries = json.loads((ROOT / "compile_commands.json").read_text())
    listed = {entry["file"] for entry in entries}
    kernels = {str(path.relative_to(ROOT)) for path in (ROOT / "src").rglob("*.c")
               if path.parent.parent.name != "proof"}
    assert kernels <= listed, kernels - listed
    one = next(entry for entry in entries if entry["file"] == "src/main/main.c")
    done = subprocess.run([*one["arguments"][:-1], "/dev/null"], cwd=one["directory"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_help_names_every_verb_that_works():
    said = command("help").stdout
    for verb in ("run", "debug", "tour", "start", "grade", "hint", "list", "test"):
        assert re.search(rf"make (LESSON=n )?{verb}\b", said)


def test_grade_writes_what_the_schemas_say(tmp_path):
    done = command("grade", "2", "--solution", "--seed", "5", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout
    for name in ("evidence", "result"):
        schema = json.loads((ROOT / f"grader/formats/schema/{name}.schema.json").read_text())
        written = json.loads((tmp_path / "grade" / "bochs" / f"{name}.json").read_text())
        jsonschema.validate(written, schema)
    again = command("grade", "--from", str(tmp_path / "grade/bochs/evidence.json"))
    assert again.returncode == 0
    assert again.stdout.splitlines()[1:] == [
        line for line in done.stdout.split("\n\n")[0].splitlines()[2:] if line]


def test_the_emulators_agree_on_lesson_1(tmp_path):
    done = command("grade", "1", "--solution", "--emu", "both", "--seed", "5", "--out",
                   str(tmp_path))
    assert done.returncode == 0, done.stdout
    assert "CR3 = 0x" in done.stdout
    for page, frame in ((1, 0), (2, 3), (5, 107), (0xFFFFF, 5)):         # rows of process 1
        assert re.search(rf"page 0x{page:05X} -> 0x{frame * 4096:08X}", done.stdout)


def test_a_failed_check_points_into_the_lesson_text():
    """Every `read` names a heading of lesson.md."""
    for lesson in LESSONS:
        headings = re.findall(r"^#+ (.*)$", (lesson.folder / "lesson.md").read_text(), re.M)
        checks = lesson.checks()
        for check in (*checks["check"], *checks.get("fact", [])):
            assert check["read"] in headings, (lesson.name, check["id"], check["read"])


def test_disagreement_is_an_error_that_shows_both(tmp_path):
    from grader.judge import judge
    lesson = numbered(1)
    first = graded_files(lesson, lesson.reference(), "qemu", 1, out=tmp_path).result
    second = json.loads(json.dumps(first))
    second["checks"][0].update(verdict="fail", code="E-P-MISSING", message="seen here only")
    second["emulator"]["name"] = "bochs"
    merged = judge.compare([first, second])
    assert (merged["verdict"], merged["status"]) == ("error", 2)
    assert {row["what"] for row in merged["checks"][0]["rows"]} == {"qemu", "bochs"}
