"""tests/lint looks again at what has changed, and at nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import linted
import pytest
from bench import ROOT

LINT = {"src/core/one.c": '#include "two.h"\n\nint one(void)\n{\n    return TWO;\n}\n',
        "src/core/two.h": '#include "three.h"\n', "src/core/three.h": "#define TWO 2\n",
        "src/core/other.c": "int other(void);\n", "run.sh": "#!/bin/sh\n", "run": "#!/bin/sh\n"}
LOOKED_AT_TWICE = ("clang-tidy", "cppcheck")        # at both widths


@pytest.fixture(name="small")
def a_small_tree(tmp_path):
    """A tree with tests/lint in it, and programs that write down each look."""
    own = [str(path.relative_to(ROOT)) for path in (ROOT / "tests/linting").glob("*.py")]
    for name in ("tests/lint", *own, "tests/corpora/keep.py", "tests/corpora/linted.py",
                 ".clang-format"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name, text in LINT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "build").mkdir()
    for program in ("clang-tidy", "cppcheck", "clang-format", "shellcheck"):
        file = tmp_path / "build" / program
        file.write_text(f'#!/bin/sh\necho "{program} $@" >>{tmp_path}/build/looks\n'
                        f'exec {shutil.which(program)} "$@"\n')
        file.chmod(0o755)
    return tmp_path


def looks(tree):
    """{program: the files it looked at, as often as it did} of one run of tests/lint there."""
    (tree / "build" / "looks").write_text("")
    done = subprocess.run([sys.executable, str(tree / "tests/lint"), "formats", "scripts", "tidy",
                           "cppcheck"], capture_output=True, text=True, check=False,
                          env={**os.environ, "PATH": f"{tree}/build:{os.environ['PATH']}"})
    found = {}
    for line in (tree / "build" / "looks").read_text().splitlines():
        program, *words = line.split()
        found.setdefault(program, []).extend(
            Path(word).name for word in words if Path(word).name in {Path(n).name for n in LINT})
    return done, {program: sorted(seen) for program, seen in found.items()}


def test_lint_looks_again_at_what_has_changed_and_at_nothing_else(small):
    done, seen = looks(small)
    assert done.returncode == 0, done.stdout + done.stderr
    every = ["one.c", "one.c", "other.c", "other.c"]
    assert seen == {"clang-format": ["one.c", "other.c", "three.h", "two.h"], "clang-tidy": every,
                    "cppcheck": every, "shellcheck": ["run"]}
    assert looks(small)[1] == {}
    with (small / "src/core/three.h").open("a") as header:
        header.write("/* more */\n")
    assert looks(small)[1] == {"clang-format": ["three.h"], "clang-tidy": ["one.c"] * 2,
                               "cppcheck": ["one.c"] * 2}
    (small / "src/two.h").write_text("#define TWO 22\n")         # found behind the one beside it
    assert looks(small)[1] == {"clang-format": ["two.h"]}
    (small / ".clang-tidy").write_text("InheritParentConfig: true\n")
    assert set(looks(small)[1]) == {"clang-tidy", "cppcheck", "clang-format", "shellcheck"}
    (small / "build/clang-tidy").touch()
    assert set(looks(small)[1]) == {"clang-tidy"}
    for name, programs in (("c.py", {"clang-tidy", "cppcheck", "clang-format"}),
                           ("scripts.py", {"shellcheck"})):
        with (small / "tests/linting" / name).open("a") as lint:
            lint.write("# more\n")
        assert set(looks(small)[1]) == programs


def test_a_fault_is_found_each_time(small):
    (small / "src/core/other.c").write_text("int other(void) { int *p = 0; return *p; }\n")
    for _ in range(2):
        done, seen = looks(small)
        assert done.returncode == 1
        assert "not as clang-format writes it" in done.stdout and "Null pointer" in done.stdout
        assert "other.c" in seen["clang-tidy"] and "other.c" in seen["cppcheck"]


def test_what_a_macro_names_may_be_any_header(tmp_path):
    header, file = tmp_path / "any.h", tmp_path / "x.c"
    header.write_text("")
    file.write_text("#define NAME <any.h>\n#include NAME\n")
    assert linted.reads(file, [], [header]) == {file, header}
