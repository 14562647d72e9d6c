"""`watch` on a pseudo-terminal: it grades on save, obeys its keys, and gives the terminal back."""

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import termios
import time

import pytest
from bench import ROOT, command, numbered

ALL = sum(check["points"] for check in numbered(1).checks()["check"])
FULL, NOTHING = f"{ALL}/{ALL} points", rf"\[0/{ALL} points, E-TODO\]"
MOST = 90                              # seconds of the wall clock after which a test gives up


class Session:
    """./pagewalk watch 1 on a terminal of its own; `seen` is all it has written."""

    def __init__(self, path, out, **environment):
        self.master, slave = pty.openpty()
        self.slave, self.seen, self.at = slave, "", 0
        self.saved = termios.tcgetattr(slave)
        clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
        self.process = subprocess.Popen(
            [str(ROOT / "pagewalk"), "watch", "1", f"--work={path}", f"--out={out}", "--seed=5"],
            cwd=ROOT, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**clean, "TERM": "xterm", **environment},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def until(self, wanted):
        """Reads until a pattern appears behind the last one; returns what came up to its end."""
        start = time.monotonic()
        while not (found := re.compile(wanted).search(self.seen, self.at)):
            came = self.seen[self.at:]
            assert time.monotonic() - start < MOST, f"no {wanted!r} in {came!r}"
            assert self.process.poll() is None, f"it ended: {came!r}"
            if select.select([self.master], [], [], 1)[0]:
                self.seen += os.read(self.master, 1 << 16).decode()
        came, self.at = self.seen[self.at:found.end()], found.end()
        return came

    def press(self, key):
        os.write(self.master, key.encode())

    def ended(self):
        """The exit status, with everything the program still wrote."""
        status = self.process.wait(timeout=MOST)
        while select.select([self.master], [], [], 0)[0]:
            self.seen += os.read(self.master, 1 << 16).decode()
        return status

    def restored(self):
        return termios.tcgetattr(self.slave) == self.saved

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.slave)
        os.close(self.master)


@pytest.fixture
def work(tmp_path):
    """A learner's file, not in work/: other tests use that."""
    return shutil.copy(numbered(1).proof / "solution.c", tmp_path / "mine.c")


@pytest.fixture
def session(work, tmp_path):
    one = Session(work, tmp_path / "out")
    yield one
    one.close()


def save(path, text):
    """As editors do: a new file takes the old one's place."""
    fresh = path.with_suffix(".tmp")
    fresh.write_text(text)
    fresh.replace(path)


def test_it_grades_on_save_and_obeys_its_keys(session, work):
    solution = (numbered(1).proof / "solution.c").read_text()
    session.until(r"\[grading ...   last: not graded yet\]   h hint")
    assert not session.restored()
    session.until(rf"\[{FULL}, all passed\]   h hint")
    save(work, solution.replace("return DONE;", "return DONE", 1))
    came = session.until(rf"\[does not compile; before: {FULL}, all passed\]")
    assert "error: expected" in came and f"last: {FULL}" in came
    save(work, (numbered(1).folder / "starter.c").read_text())
    assert "\033[1;31mFAIL" in session.until(NOTHING)
    session.press("h")
    assert "hint 1 of 3" in session.until(NOTHING)
    session.press("g")
    session.until("grading ...(?s:.*)" + NOTHING)
    session.press("r")
    assert "not finished yet" in session.until("not finished yet(?s:.*)" + NOTHING)
    session.press("q")
    assert session.ended() == 0
    assert session.restored()


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_gives_the_terminal_back(session, number, status):
    session.until("grading")
    if number == signal.SIGINT:
        session.press("\x03")
    else:
        session.process.send_signal(number)
    assert session.ended() == status
    assert session.restored()
    assert "Traceback" not in session.seen


def test_suspended_it_gives_the_terminal_back_and_takes_it_again(session):
    session.until(rf"\[{FULL}, all passed\].* q quit ")
    session.press("\x1a")
    os.waitpid(session.process.pid, os.WUNTRACED)
    assert session.restored()
    session.process.send_signal(signal.SIGCONT)
    session.until(rf"\[{FULL}, all passed\].* q quit ")
    assert not session.restored()
    session.press("q")
    assert session.ended() == 0 and session.restored()


def test_without_a_terminal_it_says_so():
    done = command("watch", "1", "--solution")
    assert done.returncode == 64
    assert "watch needs a terminal" in done.stderr and "make LESSON=1 grade" in done.stderr
