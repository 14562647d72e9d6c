"""C: its form, clang-tidy and cppcheck."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import linted
from linting import ROOT, files, name

SELF = Path(__file__).resolve()

TIDY = ("bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,"
        "-bugprone-macro-parentheses,-bugprone-implicit-widening-of-multiplication-result,"
        "clang-analyzer-*,-clang-analyzer-core.FixedAddressDereference,"
        "-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,"
        "misc-redundant-expression,misc-unused-parameters,readability-misleading-indentation,"
        "readability-redundant-declaration")


def _format(path):
    """The fault of one file, in a list."""
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", str(path)],
                          capture_output=True, text=True, check=False)
    place = done.stderr.split(": error")[0].replace(f"{ROOT}/", "")
    return [f"{place}: not as clang-format writes it (make format)."] if done.returncode else []


def _formats(paths):
    """(files, their faults): together, for the program takes longer to start than to look."""
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *map(str, paths)],
                          capture_output=True, check=False)
    if done.returncode == 0:
        yield paths, []
        return
    for path in paths:
        yield [path], _format(path)


def formats():
    """C as clang-format 14 would write it."""
    yield from linted.unless_clean(
        {path: linted.name(SELF, "clang-format", (), [path]) for path in files(".c", ".h")
         if "/proof/cheats/" not in name(path)}, _formats)


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


def _folders(path, width):
    """Where a file's headers are looked for, from the root."""
    where = path.relative_to(ROOT)
    own = [str(Path(*where.parts[:3]))] if "lessons" in where.parts else []
    return [*(flag[2:] for flag in _flags(width) if flag.startswith("-I")), *own]


def _looks(program, *asked):
    """{(file, width): the name of its look by `program`} of all that is compiled."""
    headers = files(".h")
    return {(path, width): linted.name(
        SELF, program, [*asked, *_flags(width), name(path)],
        linted.reads(path, [ROOT / folder for folder in _folders(path, width)], headers))
        for path, width in _units()}


def _tidy(job):
    path, width = job
    folders = [f"-I{folder}" for folder in _folders(path, width)]
    done = subprocess.run(["clang-tidy", "--quiet", f"--checks=-*,{TIDY}", name(path), "--",
                           *_flags(width), *folders], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    return [line.replace(f"{ROOT}/", "") for line in done.stdout.splitlines()
            if re.search(r": (warning|error): ", line)]


def _tidies(jobs):
    with ThreadPoolExecutor(2) as pool:
        for job, found in zip(jobs, pool.map(_tidy, jobs)):
            yield [job], found


def tidy():
    """clang-tidy with an explicit list, each C file at its widths."""
    yield from linted.unless_clean(_looks("clang-tidy"), _tidies)


def _cppcheck(jobs):
    """(files of one width, their faults): one fault, and all of them are looked at again."""
    for width, platform in (("32", "unix32"), ("64", "unix64"), ("host", "unix64")):
        chosen = [job for job in jobs if job[1] == width]
        if not chosen:
            continue
        folders = [flag for flag in _flags(width) if flag.startswith("-I")]
        done = subprocess.run(
            ["cppcheck", "--quiet", "--enable=warning,portability", "--inline-suppr", "--std=c11",
             f"--platform={platform}", "--template={file}:{line}: {message} [{id}]",
             "--suppress=missingInclude", "-j", "2", *folders, *(name(path) for path, _ in chosen)],
            cwd=ROOT, capture_output=True, text=True, check=False)
        yield chosen, [line for line in done.stderr.splitlines() if line.strip()]


def cppcheck():
    """cppcheck at both widths, and for what runs here."""
    yield from linted.unless_clean(_looks("cppcheck"), _cppcheck)
