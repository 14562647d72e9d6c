"""Which files were found to be without a fault, so that tests/lint need not look at them again.

A file that has a fault is looked at each time. What a look depends on is the file, all that it
includes, the program that looks, how it is asked, its configuration, and tests/lint itself.
"""

import re
from functools import cache
from pathlib import Path

import keep

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>|(\w+))', re.M)
CONFIGURATION = (".clang-tidy", ".clang-format", ".shellcheckrc")


@cache
def _includes(path):
    """(quoted, in brackets, a macro) of each #include of a file; one of the three is not ""."""
    return INCLUDE.findall(path.read_text(encoding="utf-8", errors="surrogateescape"))


def reads(path, folders, unknown=()):
    """A C file and all that it includes, the system's headers left out. `folders` are those of -I;
    `unknown` is what a file may read that names a macro instead of a file."""
    found, left = set(), [Path(path)]
    while left:
        one = left.pop()
        if one in found:
            continue
        found.add(one)
        for quoted, bracketed, macro in _includes(one):
            places = [one.parent, *folders] if quoted else folders
            there = [place / (quoted or bracketed) for place in places if not macro]
            left += [path.resolve() for path in there if path.is_file()][:1]
            left += unknown if macro else ()
    return found


def configuration(path):
    """The files above `path` by which a program that looks at it is configured."""
    return [folder / name for folder in path.resolve().parents for name in CONFIGURATION
            if (folder / name).is_file()]


def name(lint, program, asked, paths):
    """The name of one look: `lint` is the file that starts it, `asked` the arguments."""
    paths = set(paths) | {file for path in paths for file in configuration(path)}
    return keep.name("lint", keep.file(lint), keep.tool(program), *asked, keep.files(paths))


def unless_clean(names, look):
    """Yields the faults of the jobs in `names` ({job: the name of its look}) that were not found to
    be clean. look(jobs) yields (some of the jobs, their faults)."""
    due = [job for job, known in names.items() if not keep.has(known)]
    for jobs, faults in look(due) if due else ():
        if not faults:
            for job in jobs:
                keep.put(names[job], [])
        yield from faults
