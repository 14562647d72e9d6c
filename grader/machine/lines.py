"""From an address in a kernel to a symbol and to a line of source.

Used where a run ended badly or a person looks at a trace. Line numbers come from the toolchain's
addr2line; without it, or without debug information, there is simply no line.
"""
import os
import subprocess


def symbol_at(elf, va):
    """ "function+0x12", or None outside the image."""
    found = elf.nearest(va)
    if found is None:
        return None
    name, offset = found
    return f"{name}+{offset:#x}" if offset else name


def _plainly(command):
    """What a tool printed."""
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout


def line_at(elf_path, va, run=_plainly):
    """ "work/02_two_levels.c:41" for an address, or None."""
    return lines_at(elf_path, [va], run)[0]


def lines_at(elf_path, addresses, run=_plainly):
    """The line of each address, or None for it, from one call of addr2line.

    `run` takes a command and returns what it printed: debug information is a learner's, too."""
    nothing = [None] * len(addresses)
    try:
        said = run(["addr2line", "-e", str(elf_path), *map(hex, addresses)])
    except (OSError, subprocess.SubprocessError):
        return nothing
    found = [_line(where) for where in said.splitlines()]
    return found if len(found) == len(addresses) else nothing


def _line(where):
    """What addr2line said of one address, or None.

    What stands before src/, boot/ or work/ is left out: no path of the building machine is told.
    """
    path, _, line = where.strip().split(" ")[0].rpartition(":")
    if not path or path == "??" or not line.isdigit() or line == "0":
        return None
    path = "/" + os.path.normpath(path)
    start = max(path.rfind(f"/{top}/") for top in ("src", "boot", "work"))
    return path[start + 1:].lstrip("/") + ":" + line
