"""Work in processes of its own, a few at a time: what happens in one touches no other.

Used by classes.py. It forks, so the caller has one thread only. It knows nothing of gradings.
"""

import os
import signal
import sys
from contextlib import suppress

from grader.machine.process import die_with_parent, undisturbed

SECONDS = 900           # by the clock: no grading comes near; a worker that is stuck ends here
BROKE = 70


def cores():
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def each(jobs, work, workers):
    """Calls work(job) in a process for each job; yields (job, trouble) as they end: trouble is
    None, or a sentence. When the caller stops early, what runs is ended first."""
    waiting, running = list(reversed(jobs)), {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                with undisturbed() as before:   # nor is a signal lost in a fork, where Python
                    job = waiting.pop()         # drops exceptions
                    running[_start(work, job, before)] = job
            pid, status = os.wait()
            if pid in running:
                yield running.pop(pid), _trouble(status)
    finally:
        for pid in running:                 # one of them may have been waited for just now
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        for pid in running:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _start(work, job, signals):
    """The process that does one job; `signals` are blocked in it."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = BROKE
    try:
        _alone(parent, signals)
        work(job)
        status = 0
    finally:
        os._exit(status)                    # nothing of the parent's is tidied up twice


def _end(_number, _frame):
    raise SystemExit(BROKE)                 # through the context managers that end emulators


def _alone(parent, signals):
    """A worker ends with its parent, leaves Ctrl-C to it, and says nothing."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_SETMASK, signals)
    die_with_parent(signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(BROKE)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _trouble(status):
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGALRM:
        return f"the grading did not end within {SECONDS} s"
    if code < 0:
        return f"the grading was ended by {signal.Signals(-code).name}"
    return f"the grading broke off with status {code}" if code else None
