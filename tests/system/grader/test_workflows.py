"""The GitHub workflows: they parse, name what exists, and their own steps do what they say here."""

import json
import os
import re
import shutil
import subprocess

import pytest
import yaml
from bench import ROOT, numbered

PROJECT = ROOT / ".github" / "workflows" / "test.yml"
NIGHTLY = PROJECT.with_name("nightly.yml")
CLASS = ROOT / "tools" / "classroom" / "grade.yml"
ELSEWHERE = ("apt-get", "pagewalk/setup", "git config")     # needs root, the network, or a home


def steps(path):
    """The steps of a workflow's only job."""
    job, = yaml.safe_load(path.read_text())["jobs"].values()
    return job["steps"]


@pytest.mark.parametrize("path", [PROJECT, NIGHTLY, CLASS], ids=lambda path: path.name)
def test_a_workflow_is_whole(path):
    flow = yaml.safe_load(path.read_text())
    triggers = True                                     # so YAML reads the key "on"
    assert set(flow) - {"env"} == {"name", triggers, "permissions", "jobs"}
    assert flow["permissions"] == {"contents": "read"}
    job, = flow["jobs"].values()
    assert job["container"] == "debian:12"
    assert job["timeout-minutes"] <= (360 if path == NIGHTLY else 30)
    for step in job["steps"]:
        assert ("run" in step) != ("uses" in step)
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/x@v1"))


def test_the_projects_own_workflow_does_what_the_readme_says():
    assert steps(PROJECT)[-1]["run"] == "./setup && make test"
    assert "./setup && make test" in (ROOT / "README.md").read_text()


def test_everything_is_tried_once_a_night():
    assert steps(NIGHTLY)[:-1] == steps(PROJECT)[:-1]
    assert steps(NIGHTLY)[-1]["run"] == "./setup && make test-long"
    assert "schedule" in yaml.safe_load(NIGHTLY.read_text())[True]


@pytest.fixture
def workspace(tmp_path):
    """What the two checkouts leave: a copy of Pagewalk, a submission with more than it should."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("boot", "src", "tools", "grader", "grub.cfg", "Makefile", "pagewalk"):
        source, target = ROOT / name, tmp_path / "pagewalk" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(
            source, target, **({"ignore": ignored} if source.is_dir() else {}))
    (tmp_path / "pagewalk" / "work").mkdir()
    work = tmp_path / "submission" / "work"
    work.mkdir(parents=True)
    starter = numbered(1).folder / "starter.c"
    shutil.copy(starter, work / "01_flat_table.c")
    (work / "02_two_levels.c").symlink_to(starter)
    (work / "Makefile").write_text("all:\n\tfalse\n")
    return tmp_path


def test_the_class_workflow_grades(workspace):
    summary = workspace / "summary.md"
    said, status = "", 0
    for step in steps(CLASS):
        if "run" in step and not step["run"].startswith(ELSEWHERE):
            done = subprocess.run(["sh", "-e", "-c", step["run"]], cwd=workspace, text=True,
                                  capture_output=True, check=False, timeout=300,
                                  env={**os.environ, "GITHUB_STEP_SUMMARY": str(summary)})
            said, status = said + done.stdout, done.returncode
            assert status in (0, 1), done.stderr
    assert status == 1, said
    assert {path.name for path in (workspace / "pagewalk" / "work").iterdir()} == \
        {"01_flat_table.c"}
    assert re.match(r"::error file=work/01_flat_table\.c,line=\d+,title=E-TODO%3A the lesson runs "
                    "to its end::not written yet: ", said)
    assert all(line.startswith("::") for line in said.splitlines())
    result = json.loads((workspace / "result.json").read_text())
    assert (result["lesson"], result["points"]) == ("01_flat_table", 0)
    assert f"0/{result['maximum']} points" in summary.read_text()
    assert (workspace / "junit.xml").exists()


def template(*arguments):
    return subprocess.run([str(ROOT / "tools/classroom/template"), *map(str, arguments)], text=True,
                          capture_output=True, check=False)


def test_a_courses_repository_is_what_the_workflow_expects(tmp_path):
    course = tmp_path / "course"
    done = template(course, 2, 7)
    assert done.returncode == 0 and "OWNER" in done.stdout
    found = {str(path.relative_to(course)) for path in course.rglob("*") if path.is_file()}
    assert found == {"README.md", ".github/workflows/grade.yml", "work/02_two_levels.c",
                     "work/07_long_mode.c", "work/07_long_mode.asm"}
    assert (course / "work/02_two_levels.c").read_bytes() == \
        (numbered(2).folder / "starter.c").read_bytes()
    assert (course / ".github/workflows/grade.yml").read_bytes() == CLASS.read_bytes()
    assert "lesson 7, Into long mode" in (course / "README.md").read_text()


def test_a_template_overwrites_nothing(tmp_path):
    (tmp_path / "mine.c").write_text("mine")
    for arguments in ((tmp_path, 2), (tmp_path / "mine.c", 2), (tmp_path / "new",),
                      (tmp_path / "new", 99)):
        done = template(*arguments)
        assert done.returncode == 64 and len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.c"]


CONTAINER = ROOT / ".devcontainer"


def test_the_dev_container_is_built_by_setup():
    told = json.loads((CONTAINER / "devcontainer.json").read_text())
    recipe = CONTAINER / told["build"]["dockerfile"]
    context = CONTAINER / told["build"]["context"]
    orders = re.sub(r"^#.*\n", "", recipe.read_text(), flags=re.M).replace("\\\n", " ").splitlines()
    assert orders[0] == "FROM debian:12"
    for order in orders:
        if order.startswith("COPY"):
            source, target = order.split()[1:]
            assert (context / source).is_file()
    installed = " ".join(order for order in orders if order.startswith("RUN"))
    assert f"&& {target}" in installed, "what was copied is run"
    assert f" {told['remoteUser']}" in installed
    assert re.findall(r"--no-install-recommends ([^&]*?) *&&", installed) == ["git ca-certificates"]
    subprocess.run(["sh", "-c", told["postCreateCommand"]], cwd=ROOT, check=True,
                   capture_output=True)
