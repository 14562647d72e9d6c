"""How the host tests of src/paging are compiled and run. Used by run, coverage, fuzz and faults.

Every cases/test_*.c is a program. What is in support/ is linked to each, and so is special/: the
library once more, compiled for one mode at a time. BuildFailed carries what the compiler said. CC
names another compiler.
"""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIBRARY = ROOT / "src" / "paging"
CASES, SUPPORT, SPECIAL = HERE / "cases", HERE / "support", HERE / "special"
AT_ONCE = 2
COMPILER = os.environ.get("CC", "gcc")

WARNINGS = """-Wall -Wextra -Werror -Wconversion -Wsign-conversion -Wshadow -Wmissing-prototypes
    -Wundef -Wvla -Wswitch-enum -Wcast-align=strict -Wstrict-prototypes""".split()
SANITIZED = "-std=c11 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all".split()
FAST = "-std=c11 -g -O2".split()
COUNTED = "-std=c11 -g -O0 --coverage".split()
PLAIN = "-std=c11 -g -O1".split()
FREESTANDING = """-std=c11 -ffreestanding -fno-pic -fno-stack-protector -fcf-protection=none
    -fno-asynchronous-unwind-tables -mgeneral-regs-only -fno-common
    -fno-delete-null-pointer-checks --param=min-pagesize=0 -O2""".split()


class BuildFailed(Exception):
    """A compiler or linker said no; its words are the argument."""


def build(arguments, compiler=COMPILER):
    """Runs the compiler in the root, so that messages name files as a reader knows them."""
    result = subprocess.run([compiler, *map(str, arguments)], cwd=ROOT, capture_output=True,
                            text=True, check=False)
    if result.returncode != 0:
        raise BuildFailed(result.stderr)


def sources(library=LIBRARY):
    """The library's C files, those in its folders included. No two have the same name."""
    return sorted(library.rglob("*.c"))


def including(library=LIBRARY):
    """The compiler's words for the folders with headers."""
    return [f"-I{folder}" for folder in (library, SUPPORT, SPECIAL)]


def compile_all(jobs, library=LIBRARY):
    """Compiles (source, object, flags) triples, two at a time; all objects exist afterwards."""
    def one(job):
        source, target, flags = job
        build([*flags, *WARNINGS, *including(library), "-c", source, "-o", target])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, jobs))


def flags_for(source, flags):
    """What is in special/ is inlined to the last: sanitizers would take minutes."""
    return PLAIN if flags is SANITIZED and source.parent == SPECIAL else flags


def build_programs(out, flags, library=LIBRARY, only=None):
    """The test programs, or those of `only`, compiled with `flags`; their paths, sorted."""
    programs = [p for p in sorted(CASES.glob("test_*.c")) if only is None or p.stem in only]
    common = [*sources(library), *sorted(SUPPORT.glob("*.c")), *sorted(SPECIAL.glob("*.c"))]
    jobs = [(source, out / f"{source.stem}.o", flags_for(source, flags))
            for source in [*common, *programs]]
    compile_all(jobs, library)
    shared = [target for source, target, _ in jobs if source not in programs]
    made = []
    for program in programs:
        made.append(out / program.stem)
        build([*flags, out / f"{program.stem}.o", *shared, "-o", made[-1]])
    return made


def environment(full):
    """With LONG=1 for the full counts, without it otherwise, whatever it is outside."""
    clean = {name: value for name, value in os.environ.items() if name != "LONG"}
    return clean | {"LONG": "1"} if full else clean
