"""Which emulator and which GRUB are used, and what becomes of a grading when Bochs says what nobody
expected."""

import os
import subprocess
import sys

import pytest
from bench import ROOT, command, numbered
from cli.build import build
from grader.machine import bochs_program

# Hands on what Bochs says, with one word changed: a version that nobody has seen yet.
STRANGER = f"""#!{sys.executable}
import os, signal, subprocess, sys
bochs = subprocess.Popen([{{real!r}}, *sys.argv[1:]], stdout=subprocess.PIPE)
signal.signal(signal.SIGTERM, lambda *_: bochs.terminate())
while said := os.read(bochs.stdout.fileno(), 1 << 16):
    os.write(1, said.replace({{word!r}}, {{other!r}}))
sys.exit(bochs.wait())
"""


@pytest.fixture(name="stranger")
def another_bochs(tmp_path):
    """stranger(word, other): the path of a Bochs that says `other` for `word`."""
    def made(word, other):
        path = tmp_path / "stranger"
        path.write_text(STRANGER.format(real=bochs_program.program().path, word=word, other=other))
        path.chmod(0o755)
        return str(path)
    return made


@pytest.mark.parametrize("word, other, line", [
    (b"\neflags", b"\nall flags", "all flags"),
    (b"\nCR3=", b"\nCR3 is ", "CR3 is "),
    (b"(0) Magic breakpoint\n", b"(0) Magic breakpoint\nWelcome!\n", "'Welcome!'"),
    (b"[bochs]:", b"[bochs 4]:", "[bochs 4]:")])
def test_a_line_that_nobody_expected_is_status_2_and_shown(stranger, word, other, line):
    done = command("grade", "2", "--solution", BOCHS=stranger(word, other))
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Bochs: unexpected" in done.stdout and line in done.stdout
    assert " 0/20 points" in done.stdout


def test_a_bochs_that_changes_nothing_passes(stranger):
    done = command("grade", "2", "--solution", BOCHS=stranger(b"@", b"@"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Bochs {bochs_program.program().version}" in done.stdout


@pytest.mark.parametrize("path, sentence", [
    ("/no/such/bochs", "BOCHS=/no/such/bochs: there is no such program"),
    ("true", "has no debugger built in")])
def test_a_bochs_that_will_not_do_is_told_in_a_sentence(path, sentence):
    done = command("grade", "2", "--solution", BOCHS=path)
    assert done.returncode == 2 and sentence in done.stdout


def test_without_bochs_the_package_is_named(tmp_path):
    for tool in os.listdir("/usr/bin"):
        if "bochs" not in tool:
            (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    done = command("grade", "2", "--solution", PATH=str(tmp_path))
    assert done.returncode == 2 and "bochs is missing (package bochs)" in done.stderr


@pytest.mark.parametrize("name, lib", [("grub2-mkimage", "grub"),
                                       ("x86_64-elf-grub-mkimage", "x86_64-elf/grub")])
def test_grub_is_found_by_the_names_it_has_elsewhere(tmp_path, name, lib):
    """Fedora's and Homebrew's: the same image comes out of it."""
    made = build(numbered(2), numbered(2).reference(), quiet=True)
    for tool in os.listdir("/usr/bin"):
        if "grub" not in tool:
            (tmp_path / "bin" / tool).parent.mkdir(exist_ok=True)
            (tmp_path / "bin" / tool).symlink_to(f"/usr/bin/{tool}")
    (tmp_path / "bin" / name).symlink_to("/usr/bin/grub-mkimage")
    (tmp_path / "lib" / lib).parent.mkdir(parents=True)
    (tmp_path / "lib" / lib).symlink_to("/usr/lib/grub")
    subprocess.run([str(ROOT / "boot/image"), str(made.workdir / "stripped.elf"),
                    str(made.workdir / "grub.cfg"), str(tmp_path / "k.iso")], check=True,
                   env={"PATH": str(tmp_path / "bin")})
    assert (tmp_path / "k.iso").read_bytes() == made.iso.read_bytes()
