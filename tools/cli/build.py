"""From a learner's file to a kernel: the gate compiles it alone, make links it. Used by every verb.

Nothing here judges; the gate's findings are handed on as they are.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from cli import BUILD, TROUBLE, USAGE, NotBuilt, Stop, say
from grader.collect.collector import Build
from grader.gate import gate as gatekeeper
from grader.machine import comp_dir, sandbox
from grader.machine.bochs_setup import FastBoot

PACKAGES = {"make": "make", "nasm": "nasm", "grub-mkimage": "grub-common", "xorriso": "xorriso",
            "mformat": "mtools",
            "qemu-system-x86_64": "qemu-system-x86", "qemu-system-i386": "qemu-system-x86",
            "bochs": "bochs", "gdb": "gdb", "objdump": "binutils", "addr2line": "binutils"}
# What is made of a kernel, by what build() is asked for.
IMAGES = {False: [], True: ["image"], "stripped": ["stripped"], "fast": ["fast"]}
ELSEWHERE = {"grub-mkimage": ("grub2-mkimage", "x86_64-elf-grub-mkimage")}       # boot/grub.sh


def need(*tools):
    """Stops with the package's name when a tool is missing."""
    for tool in tools:
        if tool == "bochs" and os.environ.get("BOCHS"):
            continue                                    # machine.bochs_program looks at it
        if not any(map(shutil.which, (tool, *ELSEWHERE.get(tool, ())))):
            raise Stop(TROUBLE, f"{tool} is missing (package {PACKAGES.get(tool, tool)}): "
                                "run ./setup, which installs what is needed.")


@contextmanager
def lock(folder):
    """One build in `folder` at a time, so that several gradings can run side by side."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _command(targets, variables):
    return ["make", "-s", "--no-print-directory", *targets,
            *(f"{name}={value}" for name, value in variables.items())]


def make(root, *targets, **variables):
    """Runs internal make targets; what they printed, or Stop with the compiler's message."""
    command = _command(targets, variables)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(command, cwd=root, env=clean, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise Stop(BUILD, f"{done.stdout}{done.stderr}make {targets[0]} failed; what the compiler "
                          "says stands above.")
    return done.stdout


def sources(lesson, options, for_grade=False):
    """Which files are the learner's part, and a sentence that says so."""
    if options.work:
        given = Path(options.work)
        if not given.is_file():
            raise Stop(USAGE, f"There is no file {given}.")
        chosen = lesson.reference() | {given.suffix: given.resolve()}
        twin = {end: given.resolve().with_suffix(end) for end in lesson.parts()}
        chosen |= {end: path for end, path in twin.items() if path.is_file()}
        return chosen, f"using {given}"
    if options.solution:
        return lesson.reference(), f"using the reference, {lesson.name}/proof/solution"
    mine = {end: path for end, path in lesson.work().items() if path.exists()}
    names = " and ".join(f"work/{path.name}" for path in lesson.work().values())
    if mine:
        return lesson.starter() | mine, f"using {names}"
    if for_grade:
        raise Stop(USAGE, f"There is no {names} yet: make LESSON={lesson.number} start puts it "
                          "there. (SOLUTION=1 grades the reference.)")
    return lesson.reference(), (f"using the reference, since there is no {names} "
                                f"(make LESSON={lesson.number} start)")


def _digest(paths, flags):
    """Changes when anything the gate looks at does."""
    h = hashlib.sha256(flags.encode())
    for path in paths:
        h.update(str(path).encode() + b"\0" + Path(path).read_bytes())
    return h.hexdigest()


def _staff(root, more, **variables):
    """Builds the staff's objects; {ending: the command line that compiles a learner's file}."""
    with lock(root / "build"):
        said = make(root, "staff", *more, "print-work-flags", **variables)
    lines = (line.split(" ", 1) for line in said.splitlines() if line.startswith("."))
    return {ending: command.strip() for ending, command in lines}


def _gate(lesson, files, checks, out, flags):
    """gate.o for these files: the findings, from memory when nothing has changed."""
    root, flags = lesson.root, {ending: flags[ending] for ending in files}
    watched = [*files.values(), lesson.folder / "work.h", lesson.folder / "checks.toml",
               *sorted(Path(gatekeeper.__file__).parent.glob("*.py")), sandbox.__file__,
               comp_dir.__file__, root / "build/tools", *sorted((root / "src").rglob("*.h"))]
    key = _digest([path for path in watched if Path(path).exists()], json.dumps(flags))
    memory = out / "gate.json"
    if memory.exists() and (out / "gate.o").exists():
        known = json.loads(memory.read_text())
        if known["key"] == key:
            return known["gate"]
    for old in (memory, out / "gate.o"):
        old.unlink(missing_ok=True)
    verdict = gatekeeper.gate(lesson=lesson.name, files=files, rules=checks.get("gate", {}),
                              flags=flags, out=out, folder=lesson.folder, include=root / "src")
    if (out / "gate.o").exists():
        memory.write_text(json.dumps({"key": key, "gate": verdict}))
    return verdict


def _tag(lesson, files):
    """Folder name of a submission: reference, work, or something that tells files apart."""
    if files == lesson.reference():
        return "reference"
    if files == lesson.starter() | {e: p for e, p in lesson.work().items() if p.exists()}:
        return "work"
    return hashlib.sha256("".join(map(str, files.values())).encode()).hexdigest()[:8]


def _link(root, iso, verdict, out, **variables):
    """Everything behind the gate; NotBuilt with what the linker said. It reads what a learner made
    the compiler write, so it runs where that does."""
    place = Path(out).resolve()
    if place.is_relative_to(root):          # make cannot have spaces in a name, and the way to the
        place = place.relative_to(root)     # project may have some
    # make has just asked the tools for their versions, for the staff's objects: not again.
    variables |= {"OUT": str(place), "CROSS": os.environ.get("CROSS", ""),
                  "TOOLS": (root / "build/tools").read_text("utf-8").strip()}

    def made(*targets):
        return sandbox.run(_command(targets, variables), root, write=[Path(out).resolve()],
                           read=[root])
    if not made("kernel", *IMAGES[iso]).status:
        return
    for target in ["kernel", *IMAGES[iso]]:                 # which of them was it?
        done = made(target)
        why = f"make {target} was stopped: {done.stopped}." if done.stopped else \
            f"{done.out}{done.said}make {target} failed; what it says stands above."
        if done.status and target == "kernel":
            raise NotBuilt(why, verdict)
        if done.status:
            raise Stop(TROUBLE, why)        # a kernel is there, so the learner is not to blame


def build(lesson, files, *, optimisation="-O2", iso=True, seed=None, out=None, quiet=False,
          strict=False):
    """Builds the kernel of `lesson` with the learner's `files` ({".c": path, …}).

    Stop(BUILD) with the compiler's message when the learner's file does not compile or link.
    strict: what the gate refuses is not linked; look at `gate` before using the kernel.
    iso: True, False, "stripped" for a kernel that goes into the image of all lessons, or "fast" for
    one that Bochs starts without BIOS and GRUB."""
    need("make", "nasm", *(["grub-mkimage", "xorriso"] if iso is True else []))
    root = lesson.root
    out = out or root / "build" / lesson.name / f"{_tag(lesson, files)}{optimisation}"
    if not quiet and not out.exists():
        say("building ...")
    common = {"NAME": lesson.name, "OPT": optimisation}
    flags = _staff(root, ["build/rom.bin"] if iso == "fast" else [], **common)
    with lock(out):
        verdict = _gate(lesson, files, lesson.checks(), out, flags)
        if not (out / "gate.o").exists():
            raise NotBuilt(verdict["message"] or "The learner's file does not compile.",
                           verdict)
        boots = FastBoot(root / "build/rom.bin", out / "kernel.bin", out / "entry.bin") \
            if iso == "fast" else out / "kernel.iso"
        done = Build(out / "kernel.elf", out / "kernel32.elf", boots, optimisation, lesson.name,
                     out, verdict)
        if verdict["passed"] or not strict:
            options = f"seed={seed}" if seed is not None else ""
            _link(root, iso, verdict, out, **common, OPTIONS=options)
        return done
