"""Runs a tool on what somebody handed in: no network, bounded, behind bubblewrap where that works.

Used by the gate for the compiler and the assembler, and by cli/build.py for the linker. The tools
are ours; what may be hostile is what they read. It knows nothing of lessons and judges nothing.

Behind bubblewrap a tool sees the system read-only, the folders it is given, and nothing else: no
home, no /etc, no network, no other process. Without it the same limits hold, and results say so.
"""
import functools
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from grader.machine import MachineError
from grader.machine.process import die_with_parent, ended, undisturbed

BUBBLEWRAP, LIMITS = "bubblewrap", "limits only"
MIB = 1 << 20
SECONDS = 60                    # by the clock, against a tool that waits instead of working
LIMIT = {resource.RLIMIT_CPU: 10, resource.RLIMIT_AS: 1024 * MIB, resource.RLIMIT_FSIZE: 32 * MIB,
         resource.RLIMIT_NPROC: 4096, resource.RLIMIT_NOFILE: 256, resource.RLIMIT_CORE: 0}
MOST_WORDS = 16_000             # characters of a tool's messages that are kept
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix")
TOOLS = ("make", "nasm", "x86_64-elf-gcc", "x86_64-linux-gnu-gcc", "grub-mkimage")
_STOPPED = (
    (signal.SIGXCPU, r"CPU time limit exceeded|Killed signal",
     f"it worked for more than {LIMIT[resource.RLIMIT_CPU]} s"),
    (signal.SIGXFSZ, r"File size limit exceeded|File too large",
     f"it wrote more than {LIMIT[resource.RLIMIT_FSIZE] // MIB} MiB"),
    (signal.SIGSEGV, r"out of memory|memory exhausted|Cannot allocate memory|bad_alloc",
     f"it needed more than {LIMIT[resource.RLIMIT_AS] // MIB} MiB of memory"))


class Done(NamedTuple):
    """How a tool ended. `stopped` says which limit ended it, as a sentence without its subject."""
    status: int
    out: str
    said: str
    stopped: str | None


@functools.cache
def kind():
    """What stands between a tool and this machine: found out by trying, once."""
    bwrap = shutil.which("bwrap")
    found = [Path(path).resolve() for path in map(shutil.which, TOOLS) if path]
    seen = all(any(path.is_relative_to(place) for place in SYSTEM) for path in found)
    if not bwrap or not seen:
        return LIMITS
    done = subprocess.run(_behind_bubblewrap(["true"], "/", (), ()), capture_output=True,
                          check=False, stdin=subprocess.DEVNULL)
    return BUBBLEWRAP if done.returncode == 0 else LIMITS


def _behind_bubblewrap(command, cwd, write, read):
    """The command with everything but the system and these folders taken away."""
    wrapped = ["bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
    for place in SYSTEM:
        if os.path.islink(place):
            wrapped += ["--symlink", os.readlink(place), place]
        elif os.path.isdir(place):
            wrapped += ["--ro-bind", place, place]
    wrapped += ["--dev", "/dev", "--tmpfs", "/tmp"]
    for option, places in (("--ro-bind", read), ("--bind", write)):
        for place in places:
            wrapped += [option, str(place), str(place)]
    return [*wrapped, "--chdir", str(cwd), *command]


def _in_child():
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    die_with_parent()
    for what, most in LIMIT.items():
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        above = most + 1 if what == resource.RLIMIT_CPU and hard != most else most
        with suppress(OSError, ValueError):             # macOS has no limit on memory
            resource.setrlimit(what, (most, above))     # first SIGXCPU, which can be told


def run(command, cwd, *, write, read=()):
    """Runs a tool in `cwd`; it may write below `write` and read below `read` as well: absolute
    paths. MachineError when it cannot be started."""
    if shutil.which(command[0]) is None:
        raise MachineError(f"cannot run {command[0]}: it is not installed (run ./setup)")
    if kind() == BUBBLEWRAP:
        command = _behind_bubblewrap(command, cwd, write, read)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        with undisturbed():
            child = subprocess.Popen(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
                                     stdout=out, stderr=said, start_new_session=True,
                                     preexec_fn=_in_child)
        late = _wait(child)
        texts = [_read(stream) for stream in (out, said)]
    out = texts[0].decode("utf-8", "surrogateescape")       # so that its bytes can be had again
    said = texts[1].decode("utf-8", "replace")
    stopped = f"it did not end within {SECONDS} s" if late else \
        _why(child.returncode, said)
    return Done(child.returncode, out, plain(said), stopped)


def _wait(child):
    """Waits for the tool; whether the clock had to end it. What it started ends with it."""
    try:
        return not ended(child, SECONDS)
    finally:
        if child.returncode is None or child.returncode < 0:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.wait()


def _read(stream):
    stream.seek(0)
    return stream.read()


def _why(status, said):
    """Which limit ended a tool, or None: from its last words, or from the signal that ended it."""
    for number, words, why in _STOPPED:
        if status in (-number, 128 + number) or status and re.search(words, said[-4000:]):
            return why
    return None


def plain(said):
    """A tool's words for a person: no byte that a terminal obeys, and not more than can be read."""
    text = "".join(one if one in "\n\t" or one.isprintable() else f"\\x{ord(one):02x}"
                   for one in said[:MOST_WORDS])
    if len(said) > MOST_WORDS:
        text = text[:text.rfind("\n") + 1] + "... the rest is left out\n"
    return text
