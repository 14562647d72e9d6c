"""Bad input gets one clear sentence and the right exit status; nothing of the learner's is lost."""

import os
import shutil
import signal
import subprocess
import time

import pytest
from bench import ROOT, command, numbered
from corpus import load
from grader.formats import exam


def sentence(done):
    """What was said last on standard error: one line, no traceback."""
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr.strip().splitlines()[-1]


def mutant(number, name, folder):
    """The path of a mutant's C file."""
    one = next(m for m in load("mutants") if (m.number, m.name) == (number, name))
    return one.files(folder)[".c"]


@pytest.mark.parametrize("arguments, word", [
    (["run", "99"], 'There is no lesson "99"'),
    (["run", "nonsense"], 'There is no lesson "nonsense"'),
    (["run"], "Which lesson?"),
    (["grade", "1", "--emu", "vmware"], "vmware"),
    (["fly"], 'There is no verb "fly"'),
    (["run", "1", "--seed", "x"], "SEED is a number"),
    (["run", "1", "--mem", "lots"], "MEM (in MiB) is a number"),
    (["run", "1", "--opt=-O9"], "OPT is one of"),
    (["run", "1", "--fast"], "--fast goes with grade --submissions, not with run"),
    (["list", "2"], "A lesson goes with"),
    (["start", "1", "--gui"], "--gui goes with run and debug, not with start"),
    (["debug", "1", "--emu", "qemu"], "--emu goes with run, grade"),
    (["view", "--from", "x", "--seed", "3"], "not with view --from"),
    (["list", "--opt=-O2"], "--opt goes with run"),
    (["run", "1", "--work", "no/such/file.c"], "There is no file"),
    (["grade", "--from", "no/such/evidence.json"], "There is no file"),
])
def test_usage_is_64(arguments, word):
    done = command(*arguments)
    assert done.returncode == 64, done
    assert word in sentence(done)


def told_make(verb, variables, **environment):
    clean = {k: v for k, v in os.environ.items()
             if k not in ("LESSON", "EMU", "SEED", "MAKEFLAGS", "MFLAGS")}
    return subprocess.run(["make", verb, *(f"{k}={v}" for k, v in variables.items())], cwd=ROOT,
                          env=clean | environment, text=True, capture_output=True, check=False,
                          timeout=60)


@pytest.mark.parametrize("verb, variables, word", [
    ("run", {"LESSON": "99"}, "There are: 1 (flat_table)"),
    ("run", {}, "Which lesson? Say LESSON=n"),
    ("run", {"LESSON": "1", "EMU": "vmware"}, 'no emulator "vmware": EMU is qemu, bochs'),
    ("list", {"SEED": "4"}, "SEED goes with run, debug"),
    ("iso", {"LESSON": "2"}, "not with iso"),
    ("run", {"LESSON": "1", "SED": "4"}, "There is no variable SED. There are: LESSON"),
    ("grade", {"SUBMISSIONS": "no/such", "SOLUTION": "1"}, "not with grade --submissions"),
])
def test_make_says_the_same(verb, variables, word):
    done = told_make(verb, variables)
    assert done.returncode == 2
    assert word in done.stderr


def test_the_environment_breaks_no_verb_that_has_no_use_for_it():
    """EMU=bochs in a shell's profile is for the verbs that boot something."""
    done = told_make("list", {"SEED": "", "NO_COLOR": "1"}, EMU="bochs", SEED="x", LESSON="99")
    assert done.returncode == 0 and "One flat table" in done.stdout
    assert "SEED is a number" in told_make("run", {"LESSON": "1"}, SEED="x").stderr


@pytest.mark.parametrize("tool, package", [("nasm", "nasm"), ("grub-mkimage", "grub-common"),
                                           ("qemu-system-x86_64", "qemu-system-x86")])
def test_missing_tool_names_its_package(tool, package, tmp_path):
    for folder in os.environ["PATH"].split(":"):
        for path in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if path != tool and not os.path.lexists(tmp_path / path):
                os.symlink(os.path.join(folder, path), tmp_path / path)
    done = command("run", "1", "--solution", PATH=str(tmp_path))
    assert done.returncode == 2, done
    assert f"{tool} is missing (package {package}" in sentence(done)
    assert "./setup" in sentence(done)


@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
def test_too_little_memory(emulator):
    done = command("run", "1", "--solution", "--mem", "64", "--emu", emulator)
    assert done.returncode == 2
    assert "needs the frame 0x12345" in done.stdout
    assert "MEM=512" in done.stdout
    assert "does not run on this machine" in sentence(done)


@pytest.mark.parametrize("lesson", ["7", "10"])
@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
def test_cpu_without_long_mode(emulator, lesson):
    done = command("run", lesson, "--solution", "--cpu", "pentium3", "--emu", emulator)
    assert done.returncode == 2, done
    assert "long mode" in done.stdout and "this CPU has no" in done.stdout


def test_not_started_by_multiboot(tmp_path):
    """The loader's magic is taken out of EAX at the first instruction."""
    from cli.build import build
    from grader.machine.elf import Elf
    from grader.machine.qemu import Qemu
    lesson = numbered(1)
    made = build(lesson, lesson.reference(), iso=False, out=tmp_path, quiet=True)
    elf = Elf.load(made.elf)
    with Qemu(tmp_path, kernel=made.kernel32) as machine:
        machine.break_at(elf.entry)
        machine.cont()
        machine.stub.order(b"P0=" + b"00" * 8)           # register 0 is RAX
        machine.break_at(elf.va("machine_end"))
        machine.step()
        machine.cont()
        status = machine.read(elf.pa("exam") + exam.STATUS, 4)
        assert int.from_bytes(status, "little") == exam.REFUSED
        assert "not started by Multiboot2" in (tmp_path / "serial.txt").read_text()


@pytest.fixture
def broken(tmp_path):
    """A learner's file that does not compile."""
    path = tmp_path / "01_flat_table.c"
    text = (numbered(1).proof / "solution.c").read_text()
    path.write_text(text.replace("return DONE;", "return DONE", 1))
    return path


@pytest.mark.parametrize("verb", ["grade", "run"])
def test_a_file_that_does_not_compile(verb, broken):
    done = command(verb, "1", "--work", str(broken))
    assert done.returncode == 3, done
    assert "work/01_flat_table.c:" in done.stderr
    assert "expected" in done.stderr                     # the compiler's own words
    if verb == "grade":
        assert "build_error" in done.stderr


def test_a_triple_fault_is_told(tmp_path):
    done = command("run", "1", "--work", str(mutant(1, "paging-first", tmp_path)))
    assert done.returncode == 1, done
    assert "Triple fault" in done.stderr
    assert "make LESSON=1 grade" in done.stderr


def test_a_hang_is_named(tmp_path):
    done = command("grade", "1", "--work", str(mutant(1, "endless", tmp_path)))
    assert done.returncode == 1, done
    assert "E-HANG" in done.stdout
    assert "flat_unmap" in done.stdout and "work/01_flat_table.c:" in done.stdout


def test_an_unexpected_fault_is_walked(tmp_path):
    """A wild pointer: the report names vector, CR2, and the level that refuses."""
    path = tmp_path / "wild.c"
    text = (numbered(2).proof / "solution.c").read_text()
    path.write_text(text.replace("enum result unmap(struct space *space, va32_t page)\n{",
                                 "enum result unmap(struct space *space, va32_t page)\n{\n"
                                 "*(volatile int *)0x30000000 = 1;"))
    done = command("run", "2", "--work", str(path))
    assert done.returncode == 1, done
    assert "#PF, page fault" in done.stdout
    assert "a supervisor write at 0x30000000" in done.stdout
    assert "the PDE is not present" in done.stdout


def test_start_overwrites_nothing():
    path = ROOT / "work" / "01_flat_table.c"
    kept = path.read_bytes() if path.exists() else None
    path.write_text("/* mine */\n")
    try:
        done = command("start", "1")
        assert done.returncode == 64
        assert "there already" in sentence(done)
        assert path.read_text() == "/* mine */\n"
    finally:
        path.unlink()
        if kept is not None:
            path.write_bytes(kept)


def emulators_below(pid):
    """Processes whose session was started by `pid` or its children, by /proc."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="latin-1") as handle:
                    parents[int(entry)] = int(handle.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    below, grown = {pid}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in below} - below
        below |= more
        grown = bool(more)
    return below - {pid}


def name_of(pid):
    """A process's name, or None when it is gone."""
    try:
        with open(f"/proc/{pid}/comm", encoding="latin-1") as handle:
            return handle.read().strip()
    except OSError:
        return None


@pytest.mark.parametrize("arguments", [
    ["run", "1", "--emu", "qemu"], ["run", "1", "--emu", "bochs"], ["grade", "1", "--emu", "bochs"],
    ["debug", "1"]], ids=" ".join)
def test_ctrl_c_leaves_no_process(arguments, tmp_path):
    endless = shutil.copy(mutant(1, "endless", tmp_path), tmp_path / "endless.c")
    child = subprocess.Popen([str(ROOT / "pagewalk"), *arguments, "--work", str(endless)], cwd=ROOT,
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    below = set()
    try:
        for _ in range(600):                              # until the emulator itself is there
            below = emulators_below(child.pid)
            if {name_of(p) for p in below} & {"bochs-bin", "bochs", "qemu-system-x86"}:
                break
            time.sleep(0.05)
        else:
            pytest.fail("the emulator never came up")
        child.send_signal(signal.SIGINT)
        if arguments[0] == "debug":
            child.send_signal(signal.SIGINT)
            child.stdin.close()
        child.wait(timeout=30)
    finally:
        child.kill()
    assert not {p for p in below if os.path.exists(f"/proc/{p}")}


def test_gui_without_a_display_says_so():
    done = command("debug", "1", "--solution", "--gui", DISPLAY="")
    assert done.returncode == 2
    assert "no display" in sentence(done)
