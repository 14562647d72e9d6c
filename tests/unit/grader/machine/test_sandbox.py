"""grader.sandbox and gate_files: tools on hostile files end, within bounds, and tell nothing.

Each is tried behind bubblewrap, where it works, and with the limits alone.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest
from sample_gate import (BODY, ENTER, FLAGS, GOOD, RULES, WITH_ASSEMBLY, check,  # noqa: F401
                         codes, gate, lesson_folder)

from grader.gate import files as gate_files
from grader.machine import sandbox

SECRET = "correct_horse_battery_staple"
TOO_LONG = "worked for more than"


@pytest.fixture(name="kind", params=[sandbox.BUBBLEWRAP, sandbox.LIMITS])
def sandbox_kind(request, monkeypatch):
    if request.param == sandbox.BUBBLEWRAP and sandbox.kind() != sandbox.BUBBLEWRAP:
        pytest.skip("bubblewrap is not installed or does not work here")
    monkeypatch.setattr(sandbox, "kind", lambda: request.param)
    return request.param


@pytest.fixture(name="secret")
def secret_file(place):
    """A file beside the submission whose words must not come back, whatever they look like."""
    path = place / "secret.txt"
    path.write_text(f"#{SECRET} 1\n{SECRET}:x:0\n")
    return path


def python(text, folder, **more):
    return sandbox.run([sys.executable, "-c", text], folder, write=[folder], **more)


def test_a_tool_runs_and_tells(kind, tmp_path):
    done = python("print(1); open('made', 'w').write('x'); raise SystemExit('no')", tmp_path)
    assert (done.status, done.out, done.said, done.stopped) == (1, "1\n", "no\n", None)
    assert (tmp_path / "made").exists()


@pytest.mark.parametrize("text, words", [
    ("open('flood', 'wb').write(bytes(100 << 20))", "wrote more than 32 MiB"),
    ("print('x' * (100 << 20))", "wrote more than 32 MiB"),
    ("x = bytearray(2 << 30)", None), ("while True: pass", TOO_LONG)])
def test_what_a_tool_takes_is_bounded(kind, tmp_path, monkeypatch, text, words):
    if words == TOO_LONG:                   # the others may take the second on a busy machine
        monkeypatch.setitem(sandbox.LIMIT, sandbox.resource.RLIMIT_CPU, 1)
    done = python(text, tmp_path)
    assert done.status != 0
    assert words is None or words in done.stopped
    assert not (tmp_path / "flood").exists() or (tmp_path / "flood").stat().st_size <= 32 << 20


def test_a_tool_that_waits_is_ended_with_what_it_started(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 0.5)
    done = sandbox.run(["sh", "-c", "sleep 1000 & wait"], tmp_path, write=[tmp_path])
    assert "did not end" in done.stopped


def test_behind_bubblewrap_there_is_no_network_and_nothing_of_ours(tmp_path):
    if sandbox.kind() != sandbox.BUBBLEWRAP:
        pytest.skip("bubblewrap is not installed or does not work here")
    outside = tmp_path.parent / "outside"
    outside.write_text("x")
    for path in ("/etc/passwd", str(Path.home()), str(outside)):
        assert sandbox.run(["test", "-e", path], tmp_path, write=[tmp_path]).status == 1, path
    assert sandbox.run(["touch", "/usr/x"], tmp_path, write=[tmp_path]).status == 1
    assert python("import socket; print(socket.if_nameindex())", tmp_path).out == "[(1, 'lo')]\n"


def test_the_environment_is_not_handed_on(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN", SECRET)
    assert SECRET not in sandbox.run(["env"], tmp_path, write=[tmp_path]).out


def test_words_are_cut_and_hold_nothing_that_a_terminal_obeys():
    assert sandbox.plain("a\x1b[2J\u202eb\n\tc") == "a\\x1b[2J\\x202eb\n\tc"
    cut = sandbox.plain("line\n" * 10_000)
    assert len(cut) < 17_000 and cut.endswith("line\n... the rest is left out\n")


LEAKS = ['#include "%s"', "#define F <%s>\n#include F", '#line 1 "%s"\nint x = 1 1;',
         '#line 1 "%s"\n#error here', '??=line 1 "%s"\nint x = 1 1;', '# 1 "%s"\nint x = 1 1;',
         '#include "%s"\nint x = 1 1;', '#import "%s"', '#include_next <%s>',
         '__asm__(".include \\"%s\\"");', '__asm__(".incbin \\"%s\\"");']


@pytest.mark.parametrize("line", LEAKS)
def test_a_file_from_outside_is_refused_and_not_quoted(place, secret, kind, line):
    verdict = check(place, BODY % (line % secret))
    assert {"C-INCLUDE", "C-LIBRARY"} & set(codes(verdict)), verdict
    assert not verdict["passed"]
    assert SECRET not in str(verdict)


@pytest.mark.parametrize("line", ['%%include "%s"', 'incbin "%s"', '%%define F "%s"\n%%include F',
                                  '%%if __PASS__ != 3\n%%include "%s"\n%%endif',
                                  '%%line 1+1 %s\nwhat is this', "foo bar %%!TOKEN"])
def test_assembly_reaches_nothing_from_outside(place, secret, kind, monkeypatch, line):
    monkeypatch.setenv("TOKEN", SECRET)
    verdict = check(place, GOOD, WITH_ASSEMBLY, ENTER + (line % secret if "%s" in line else
                                                         line.replace("%%", "%")) + "\n")
    assert not verdict["passed"]
    assert SECRET not in str(verdict)


def test_what_exists_outside_is_not_told_behind_bubblewrap(place, secret):
    if sandbox.kind() != sandbox.BUBBLEWRAP:
        pytest.skip("bubblewrap is not installed or does not work here")
    source = BODY % f'#if __has_include("{secret}")\n#error it is there\n#endif'
    assert check(place, source)["passed"]


BOMBS = {
    "macros": "#define A(x) x x x x x x x x x x\n#define B(x) A(A(A(x)))\n"
              "#define C B(B(B(B(1;))))\nint f(void); static int g(void) { C }",
    "a large array": "__attribute__((used)) static char a[1u << 30] = {1};",
    "a larger array": "__attribute__((used)) static char a[1u << 31];",
    "an array of zeros": "__attribute__((used)) static char a[1u << 30];",
    "itself": '#include "09_small.c"',
    "errors": "\n".join("int x%d = y%d z;" % (i, i) for i in range(20_000))}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_with_a_sentence(place, kind, monkeypatch, name):
    monkeypatch.setitem(sandbox.LIMIT, sandbox.resource.RLIMIT_CPU, 1)
    verdict = check(place, BODY % BOMBS[name])
    assert not verdict["passed"], verdict
    assert verdict["findings"] or 10 < len(verdict["message"]) < 20_000
    assert not (place / "out" / "gate.o").exists() or \
        (place / "out" / "gate.o").stat().st_size < 33 << 20


@pytest.mark.parametrize("line", ["%rep 1 << 40\nnop\n%endrep", "times 1 << 25 nop"])
def test_bombs_of_assembly_end(place, kind, monkeypatch, line):
    monkeypatch.setitem(sandbox.LIMIT, sandbox.resource.RLIMIT_CPU, 1)
    verdict = check(place, GOOD, WITH_ASSEMBLY, f"{ENTER}{line}\n")
    assert not verdict["passed"]
    assert 10 < len(verdict["message"]) < 20_000


# ---- the files -----------------------------------------------------------------------------------

def refusal(path):
    with pytest.raises(gate_files.Refused) as caught:
        gate_files.take(path)
    return str(caught.value)


def test_only_plain_files_are_taken(tmp_path):
    plain = tmp_path / "a.c"
    plain.write_bytes(b"/* \xe9 */\n")
    assert gate_files.take(plain) == b"/* \xe9 */\n"
    (tmp_path / "link.c").symlink_to(plain)
    os.mkfifo(tmp_path / "pipe.c")
    (tmp_path / "folder.c").mkdir()
    (tmp_path / "large.c").write_bytes(b" " * (gate_files.LARGEST + 1))
    (tmp_path / "nul.c").write_bytes(b"int a;\0")
    assert "link.c is a link" in refusal(tmp_path / "link.c")
    for name in ("pipe", "folder"):
        assert f"{name}.c is not a file" in refusal(tmp_path / f"{name}.c")
    assert "is not a file" in refusal("/dev/null")
    assert "larger than 256 KiB" in refusal(tmp_path / "large.c")
    assert "NUL bytes" in refusal(tmp_path / "nul.c")
    assert "cannot be read: No such file" in refusal(tmp_path / "none.c")


def test_bytes_that_are_no_utf_8_are_harmless(place, kind):
    (place / "handed_in.c").write_bytes(GOOD.encode() + b"/* caf\xe9 */ int \xff;\n")
    verdict = gate(lesson="09_small", files={".c": place / "handed_in.c"}, rules=RULES,
                   flags=FLAGS, out=place / "out", folder=place / "lesson", include=place / "src")
    assert "work/09_small.c:3:" in verdict["message"]


pytestmark = pytest.mark.skipif(not (shutil.which("gcc") and shutil.which("nasm")),
                                reason="gcc or nasm is not installed")
