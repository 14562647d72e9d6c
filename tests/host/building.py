"""How the host tests of src/paging are compiled and run. Used by run, coverage, fuzz and faults.

Every test_*.c is a program; the other C files here are linked to each. BuildFailed carries what the
compiler said. CC names another compiler.
"""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIBRARY = ROOT / "src" / "paging"
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


def compile_all(jobs, library=LIBRARY):
    """Compiles (source, object, flags) triples, two at a time; all objects exist afterwards."""
    def one(job):
        source, target, flags = job
        build([*flags, *WARNINGS, f"-I{library}", f"-I{HERE}", "-c", source, "-o", target])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, jobs))


def tests():
    """The test programs' sources, and the C files that all of them are linked with."""
    sources = sorted(HERE.glob("*.c"))
    programs = [source for source in sources if source.stem.startswith("test_")]
    return programs, [s for s in sources if s not in programs and not s.stem.startswith("fuzz")]


def flags_for(source, flags):
    """special_*.c is the library once more, inlined to the last: sanitizers would take minutes."""
    return PLAIN if flags is SANITIZED and source.stem.startswith("special_") else flags


def build_programs(out, flags, library=LIBRARY, only=None):
    """The test programs, or those of `only`, compiled with `flags`; their paths, sorted."""
    programs, common = tests()
    programs = [p for p in programs if only is None or p.stem in only]
    jobs = [(source, out / f"{source.stem}.o", flags_for(source, flags))
            for source in [*sorted(Path(library).glob("*.c")), *common, *programs]]
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
