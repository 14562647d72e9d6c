"""machine.process: no child outlives us, and no wait is without bound."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader.machine import MachineError, MachineTimeout
from grader.machine.process import Child, Deadline

ROOT = Path(__file__).resolve().parents[4]


def ends(process):
    """Whether the process of this pidfd ends. The kernel tells; the bound is for a broken test."""
    ready, _, _ = select.select([process], [], [], 20)
    os.close(process)
    return bool(ready)


def test_output_arrives_and_the_end_is_seen(tmp_path):
    child = Child(["sh", "-c", "echo hello"], tmp_path)
    data = b""
    while (more := child.read_some(5)) != b"":
        data += more or b""
    child.end()
    assert data == b"hello\n"


def test_a_child_that_ignores_sigterm_is_ended_with_its_children(tmp_path):
    child = Child(["sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait"], tmp_path)
    grandchild = int(child.read_some(5))
    watched = os.pidfd_open(grandchild)
    child.end()
    assert child.process.returncode == -signal.SIGKILL
    assert ends(watched)


def test_end_may_be_called_twice(tmp_path):
    child = Child(["cat"], tmp_path)
    child.end()
    child.end()


def test_writing_to_a_child_that_is_gone_is_an_error(tmp_path):
    child = Child(["true"], tmp_path)
    child.process.wait()
    with pytest.raises(MachineError):
        child.write(b"c\n")
    child.end()


def test_a_missing_program_is_an_error(tmp_path):
    with pytest.raises(MachineError, match="cannot start"):
        Child([str(tmp_path / "nothing")], tmp_path)


def test_silence_is_none(tmp_path):
    child = Child(["cat"], tmp_path)
    assert child.read_some(0.01) is None
    child.end()


def test_a_deadline_runs_out():
    assert Deadline(60).left() > 0
    with pytest.raises(MachineTimeout):
        Deadline(0).left()


def test_a_deadline_counts_the_childs_cpu_time(tmp_path):
    busy, idle = Child(["sh", "-c", "while :; do :; done"], tmp_path), Child(["cat"], tmp_path)
    deadline, patient = Deadline(60), Deadline(60)
    deadline.bound(busy, 0.1)
    patient.bound(idle, 0.1)
    with pytest.raises(MachineTimeout, match="0.1 s of CPU"):
        while True:
            assert busy.read_some(deadline.left()) is None
            assert patient.left() > 0
    busy.end()
    idle.end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_us_leaves_no_child(tmp_path, number):
    program = ("import sys; sys.path.insert(0, sys.argv[1])\n"
               "from grader.machine.process import Child, exit_cleanly_on_signals\n"
               "exit_cleanly_on_signals()\n"
               "child = Child(['cat'], '.')\n"
               "print(child.pid, flush=True)\n"
               "child.read_some(60)\n")
    parent = subprocess.Popen([sys.executable, "-c", program, str(ROOT)], cwd=tmp_path,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with parent:
        watched = os.pidfd_open(int(parent.stdout.readline()))
        parent.send_signal(number)
        parent.wait(timeout=20)
    assert ends(watched)


def test_files_of_a_child_are_bounded(tmp_path):
    child = Child(["sh", "-c", "dd if=/dev/zero of=flood bs=1M count=70 2>/dev/null; echo done"],
                  tmp_path)
    assert child.read_some(30) == b"done\n"
    child.end()
    assert (tmp_path / "flood").stat().st_size == 64 << 20
