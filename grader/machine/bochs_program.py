"""Which Bochs is here, and what it wants: 2.7 and 3.x start their debugger in different ways.

Used by bochs.py and bochs_setup.py. The program itself is asked, since a version says little about
how a distribution built it. Nothing here knows a debugger command.
"""
import functools
import os
import re
import shutil
import subprocess
import tempfile
from typing import NamedTuple

from . import MachineError
from .process import undisturbed

# Debian's `bochs` is a wrapper around bochs-bin; Fedora's has a second program with the debugger.
NAMES = ("bochs-bin", "bochs-debugger", "bochs")
DISPLAYS = {"nogui": "nogui", "rfb": 'rfb, options="timeout=0"'}        # the quietest first
SILENT = 20             # seconds without an answer from a program that only has to say its options


class Program(NamedTuple):
    """An installed Bochs, and what it says of itself."""
    path: str
    version: str
    debugger: tuple     # arguments that start its debugger: Bochs 3 has it in every build
    window: tuple       # the same for the debugger in a window, and
    window_display: str     # the display that goes with them
    display: str        # the quietest that it has


def program():
    """The Bochs that BOCHS names, or else the first on PATH that has a debugger."""
    wanted = os.environ.get("BOCHS", "").strip()
    paths = [shutil.which(name) for name in ([wanted] if wanted else NAMES)]
    if wanted and not paths[0]:
        raise MachineError(f"BOCHS={wanted}: there is no such program")
    if not any(paths):
        raise MachineError("Bochs is not installed (run ./setup)")
    return _first_with_debugger(tuple(path for path in paths if path))


@functools.cache
def _first_with_debugger(paths):
    for path in paths:
        usage = _ask(path, "--help")
        if "-rc filename" in usage:             # only a build with the debugger lists it
            return _described(path, usage)
    raise MachineError(f"{paths[0]} has no debugger built in: install a Bochs 2.7 that was "
                       "configured with --enable-debugger, or Bochs 3 (run ./setup)")


def _described(path, usage):
    switch = ("-debugger",) if re.search(r"^ +-debugger ", usage, re.M) else ()
    if re.search(r"^ +-dbg_gui ", usage, re.M):                             # from 3.1 on
        window = ("-dbg_gui",), "x"
    else:
        window = switch, 'x, options="gui_debug"'
    return Program(path, version(usage), switch, *window, _display(path))


def _ask(path, *arguments):
    """What Bochs says on both its streams to arguments that make it end at once."""
    try:
        with tempfile.TemporaryDirectory() as folder, undisturbed():
            done = subprocess.run([path, *arguments], cwd=folder, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                                  env={**os.environ, "LC_ALL": "C"}, timeout=SILENT)
    except (OSError, subprocess.TimeoutExpired) as why:
        raise MachineError(f"{path} does not say what it is: {why}") from why
    return done.stdout.decode("latin-1")


def _display(path):
    """The first of DISPLAYS that this build has. Bochs lists them nowhere, but panics at the first
    thing it does not know: the display, or else the CPU behind it."""
    for name, line in DISPLAYS.items():
        said = _ask(path, "-q", "-n", f"display_library: {name}", "cpu: model=none_such")
        if "cpu directive malformed" in said:
            return line
        if f"display library '{name}' not available" not in said:
            raise MachineError(f"{path}: unexpected answer: {said[-300:]!r}")
    raise MachineError(f"{path} has none of the displays {', '.join(DISPLAYS)}: it cannot run "
                       "without a window")


def version(banner):
    """The version from what Bochs says when it starts."""
    found = re.search(r"Bochs x86 Emulator (\d+\.\w+(?:\.\w+)*)", banner)
    if not found:
        raise MachineError(f"Bochs did not say its version: {banner[:300]!r}")
    return found[1]
