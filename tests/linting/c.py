"""C: its form, clang-tidy and cppcheck."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from linting import ROOT, files, name

TIDY = ("bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,"
        "-bugprone-macro-parentheses,-bugprone-implicit-widening-of-multiplication-result,"
        "clang-analyzer-*,-clang-analyzer-core.FixedAddressDereference,"
        "-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,"
        "misc-redundant-expression,misc-unused-parameters,readability-misleading-indentation,"
        "readability-redundant-declaration")


def formats():
    """C as clang-format 14 would write it."""
    for path in files(".c", ".h"):
        if "/proof/cheats/" in name(path):
            continue
        done = subprocess.run(["clang-format", "--dry-run", "-Werror", str(path)],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            place = done.stderr.split(": error")[0].replace(f"{ROOT}/", "")
            yield f"{place}: not as clang-format writes it (make format)."


KERNEL = ["-std=c11", "-ffreestanding", "-fno-pic", "-Isrc"]
HOST = ["-std=c11", "-Isrc", "-Isrc/paging", "-Itests/host/support",
        "-Itests/host/special", "-Itests/guest"]


def _flags(width):
    """For a kernel's file of this width, or for a program of the "host"."""
    return HOST if width == "host" else [*KERNEL, f"-m{width}", f"-Isrc/core/{width}"]


def _widths(path):
    """At which widths a file is built."""
    where = name(path)
    if re.match(r"src/lessons/\d", where):
        make = ROOT / Path(*path.relative_to(ROOT).parts[:3]) / "lesson.mk"
        return ["64" if make.exists() and "64" in make.read_text() else "32"]
    if not where.startswith(("src/", "tests/guest/")) or where == "tests/guest/compare.c":
        return ["host"]
    if re.search(r"(32|_pae)\.c$|/32/", where):
        return ["32"]
    if re.search(r"(64|_4|_5|_long)\.c$|/64/", where):
        return ["64"]
    return ["32", "64"]


def _units():
    """(path, width) of all that is compiled: the submissions of the corpora are not ours."""
    return [(path, width) for path in files(".c") if not re.search("/proof/.*/", name(path))
            for width in _widths(path)]


def _tidy(job):
    path, width = job
    where = path.relative_to(ROOT)
    extra = [f"-I{Path(*where.parts[:3])}"] if "lessons" in where.parts else []
    done = subprocess.run(["clang-tidy", "--quiet", f"--checks=-*,{TIDY}", name(path), "--",
                           *_flags(width), *extra], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    return [line.replace(f"{ROOT}/", "") for line in done.stdout.splitlines()
            if re.search(r": (warning|error): ", line)]


def tidy():
    """clang-tidy with an explicit list, each C file at its widths."""
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(_tidy, _units()):
            yield from found


def cppcheck():
    """cppcheck at both widths, and for what runs here."""
    for width, platform in (("32", "unix32"), ("64", "unix64"), ("host", "unix64")):
        chosen = [name(path) for path, w in _units() if w == width]
        folders = [flag for flag in _flags(width) if flag.startswith("-I")]
        done = subprocess.run(
            ["cppcheck", "--quiet", "--enable=warning,portability", "--inline-suppr", "--std=c11",
             f"--platform={platform}", "--template={file}:{line}: {message} [{id}]",
             "--suppress=missingInclude", "-j", "2", *folders, *chosen],
            cwd=ROOT, capture_output=True, text=True, check=False)
        yield from (line for line in done.stderr.splitlines() if line.strip())
