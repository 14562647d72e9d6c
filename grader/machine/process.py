"""A child process that never outlives us, read up to a mark under a wall-clock bound.

Used by the Bochs and QEMU sessions. It knows pipes and signals and nothing about emulators.
"""
import atexit
import ctypes
import os
import resource
import select
import signal
import subprocess
import time
from contextlib import contextmanager

from . import MachineError, MachineTimeout

PR_SET_PDEATHSIG = 1            # prctl(2), Linux
LARGEST_FILE = 64 << 20         # no file an emulator writes for us is near this; a flood stops here
_live = set()
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _end_all():
    for child in list(_live):
        child.end()


atexit.register(_end_all)


def _exit_on_signal(number, _frame):
    """atexit does not run on a plain SIGTERM: turn it into an ordinary exit."""
    raise SystemExit(128 + number)


def exit_cleanly_on_signals():
    """For commands: SIGTERM and SIGHUP end us through atexit, as Ctrl-C already does."""
    for number in ENDING[1:]:
        signal.signal(number, _exit_on_signal)


_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def die_with_parent(number=signal.SIGKILL):
    """In a child: ask the kernel to end us when our parent ends, however it ends. Linux only."""
    if _prctl:
        _prctl(PR_SET_PDEATHSIG, int(number))

LOOK = 0.5                      # seconds between two looks at a child's CPU time


@contextmanager
def undisturbed():
    """What would end us waits until this is over, so that no child is begun and not known, or half
    ended. For what is short. Gives the signals blocked before."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield before
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def readable(descriptor, seconds):
    """Whether there is something to read within `seconds`.

    In short pieces: Python runs a signal's handler between two bytecodes, so one that comes just
    before a wait begins is heard only after it."""
    end = time.monotonic() + seconds
    while True:
        left = max(0.0, end - time.monotonic())
        if select.select([descriptor], [], [], min(left, LOOK))[0]:
            return True
        if left <= LOOK:
            return False


def ended(process, seconds):
    """Whether the child ends within `seconds`. Linux tells at once, by a descriptor; elsewhere
    Popen.wait looks again every so often, up to 50 ms late."""
    if hasattr(os, "pidfd_open") and process.poll() is None:
        handle = os.pidfd_open(process.pid)
        try:
            readable(handle, seconds)
        finally:
            os.close(handle)
        return process.poll() is not None
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _in_child():
    die_with_parent()
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Child:
    """One process in a group of its own, so that Ctrl-C reaches us first and we end it."""

    def __init__(self, arguments, cwd, environment=None, stderr=None):
        try:
            with undisturbed():
                self.process = subprocess.Popen(
                    arguments, cwd=cwd, env=environment, stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, stderr=stderr or subprocess.DEVNULL,
                    start_new_session=True, preexec_fn=_in_child, bufsize=0)
                self.pid = self.process.pid
                _live.add(self)
        except OSError as why:
            raise MachineError(f"cannot start {arguments[0]}: {why.strerror}") from why
        self.output = self.process.stdout.fileno()

    def write(self, data):
        """Send bytes; MachineError when the child is gone."""
        try:
            self.process.stdin.write(data)
        except OSError as why:
            raise MachineError(f"the emulator ended: {why.strerror}") from why

    def read_some(self, seconds):
        """Bytes as they come, b"" at the end of the output, None when nothing came in time."""
        return os.read(self.output, 1 << 20) if readable(self.output, seconds) else None

    def cpu_seconds(self):
        """What the child has used so far. Where there is no /proc, the wall clock stands in."""
        try:
            with open(f"/proc/{self.pid}/stat", encoding="latin-1") as handle:
                fields = handle.read().rpartition(")")[2].split()
        except OSError:
            return time.monotonic()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def interrupt(self):
        """What Ctrl-C would do."""
        self.process.send_signal(signal.SIGINT)

    def end(self):
        """End the whole group: politely, then for certain. Safe to call twice."""
        with undisturbed():
            self._end()

    def _end(self):
        if self.process.poll() is None:
            self._signal_group(signal.SIGTERM)
            ended(self.process, 1)
            self._signal_group(signal.SIGKILL)      # and whatever it started
            self.process.wait()
        _live.discard(self)
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except OSError:
                pass            # unflushed input of a child that is gone

    def _signal_group(self, number):
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            pass


class Deadline:
    """A wall-clock bound: the last resort against a wedged emulator, never a verdict."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.at = time.monotonic() + seconds
        self.child, self.most, self.look_at = None, 0, 0

    def bound(self, child, cpu_seconds):
        """Also MachineTimeout once `child` has used so much; it is looked at twice a second."""
        self.child, self.most = child, cpu_seconds

    def left(self):
        """Seconds that may be waited now; MachineTimeout when there are none."""
        now = time.monotonic()
        if now >= self.at:
            raise MachineTimeout(f"no answer from the emulator within {self.seconds} s")
        if self.child is None:
            return self.at - now
        if now >= self.look_at:
            self.look_at = now + LOOK
            if self.child.cpu_seconds() > self.most:
                raise MachineTimeout(f"no answer from the emulator within {self.most} s of CPU")
        return min(LOOK, self.at - now)
