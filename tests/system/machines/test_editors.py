"""Files for editors: they parse, what they name is there, and the debugger's task does its work."""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from bench import ROOT
from cli.options import VERBS
from grader.machine.process import Child

FOLDER = ROOT / ".vscode"
GDB = ROOT / "build" / "gdb"
SECONDS = 60


def load(name):
    """A file of .vscode with VS Code's variables replaced, the lesson by 7."""
    text = (FOLDER / name).read_text()
    return json.loads(text.replace("${workspaceFolder}", str(ROOT)).replace("${input:lesson}", "7"))


TASKS = {task["label"]: task for task in load("tasks.json")["tasks"]}
LAUNCH, = load("launch.json")["configurations"]


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_json_is_plain_and_every_variable_known(path):
    used = set(re.findall(r"\$\{(.*?)\}", path.read_text()))
    assert used <= {"workspaceFolder", "input:lesson"}
    assert json.loads(path.read_text())


def test_the_input_is_defined():
    assert [one["id"] for one in load("tasks.json")["inputs"]] == ["lesson"]
    assert "${input" not in (FOLDER / "launch.json").read_text(), "the task asks already"


@pytest.mark.parametrize("label", TASKS)
def test_a_task_names_what_exists(label):
    task = TASKS[label]
    assert shutil.which(task["command"])
    if task["command"] == "make":
        subprocess.run(["make", "-n", *task["args"]], cwd=ROOT, check=True, capture_output=True)
    else:
        assert task["args"][0] in VERBS and task["args"][1] == "7"


def test_what_the_settings_name_is_made_by_a_task():
    named = load("settings.json")["C_Cpp.default.compileCommands"]
    task = TASKS["flags for the editor"]
    subprocess.run([task["command"], *task["args"]], cwd=ROOT, check=True, capture_output=True)
    assert json.loads(Path(named).read_text())


def test_clangd_understands_the_flags_that_are_left():
    """.clangd takes those away that clang does not know; clang itself judges the rest."""
    subprocess.run(["make", "compile_commands.json"], cwd=ROOT, check=True, capture_output=True)
    add, remove = (re.search(rf"{key}: \[(.*)\]", (ROOT / ".clangd").read_text())[1].split(", ")
                   for key in ("Add", "Remove"))
    gone = re.compile("|".join(re.escape(flag).replace(r"\*", ".*") for flag in remove))
    entries = json.loads((ROOT / "compile_commands.json").read_text())
    for entry in entries:
        if entry["file"] in ("src/main/main.c", "src/paging/walk.c", "src/lessons/02_two_levels/"
                             "starter.c", "src/lessons/08_four_levels/proof/solution.c"):
            flags = [one for one in entry["arguments"][1:] if not gone.fullmatch(one)]
            done = subprocess.run(["clang", *add, *flags, "-fsyntax-only"], cwd=ROOT, text=True,
                                  capture_output=True, check=False)
            assert done.returncode == 0, done.stderr
            assert "unknown" not in done.stderr


@pytest.fixture(name="waiting")
def started_task(tmp_path):
    """What the task before the launch has printed when VS Code thinks that it is ready."""
    task = TASKS[LAUNCH["preLaunchTask"]]
    assert task["isBackground"]
    background = task["problemMatcher"]["background"]
    child = Child([task["command"], *task["args"], "--solution"], ROOT)
    try:
        said = ""
        while not re.search(background["endsPattern"], said, re.M):
            data = child.read_some(SECONDS)
            assert data, said
            said += data.decode()
        assert re.search(background["beginsPattern"], said, re.M)
        yield child
    finally:
        child.end()


def test_the_launch_reaches_the_checkpoints(waiting):
    """The orders that the C/C++ extension gives to GDB's machine interface, in its order."""
    said = gdb_mi(f"-file-exec-and-symbols {shlex.quote(LAUNCH['program'])}",
                  f"-target-select remote {LAUNCH['miDebuggerServerAddress']}",
                  *(f'-interpreter-exec console "{one["text"]}"'
                    for one in LAUNCH["postRemoteConnectCommands"]),
                  *["-exec-continue"] * 4,
                  '-interpreter-exec console "pg tables"')
    assert not re.search(r"^\d*\^error", said, re.M), said
    assert "CHECKPOINT(start)" in said and "checkpoint_long_mode ()" in said
    assert "4-level paging" in said
    assert waiting.process.wait(SECONDS) == 0, "the task ends when the debugger ends the machine"
    assert not (GDB / "stub").exists()


def gdb_mi(*orders):
    """What a session of GDB/MI says before it ends the machine; where an order lets that run, up to
    its next stop."""
    child = Child(["gdb", "-q", "-nx", "--interpreter=mi2"], LAUNCH["cwd"], dict(os.environ))
    said = ""
    try:
        for number, order in enumerate(orders, 1):
            child.write(f"{number}{order}\n".encode())
            ended = re.compile(rf"^{number}\^(done|connected|error|running\n(.*\n)*\*stopped).*\n",
                               re.M)
            while not ended.search(said):
                data = child.read_some(SECONDS)
                assert data, said
                said += data.decode()
        child.write(b"-gdb-exit\n")
        child.process.wait(SECONDS)
    finally:
        child.end()
    return said


def test_stub_goes_with_gdb_alone():
    done = subprocess.run([str(ROOT / "pagewalk"), "run", "2", "--stub"], text=True,
                          capture_output=True, check=False)
    assert done.returncode == 64 and "--stub goes with gdb" in done.stderr
