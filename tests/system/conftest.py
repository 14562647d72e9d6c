"""What the system tests share: each command that several of them look at is run once."""

import fcntl
import json
import os
from types import SimpleNamespace

import pytest
from bench import command


@pytest.fixture(scope="session")
def ran(tmp_path_factory):
    """ran("run", "2", "--emu", "qemu"): what that command, with the reference, printed and how it
    ended. It is run the first time that any test, in any of pytest's workers, wants to know."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def finished(*arguments):
        kept = shared / ("-".join(arguments) + ".json")
        with open(kept.with_suffix(".lock"), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                done = command(*arguments, "--solution")
                kept.write_text(json.dumps({"returncode": done.returncode, "stdout": done.stdout,
                                            "stderr": done.stderr}))
        return SimpleNamespace(**json.loads(kept.read_text()))
    return finished
