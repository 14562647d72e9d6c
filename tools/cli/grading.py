"""From a submission to its result: build, collect, judge. Everything that grades goes through here.

Used by the verbs, by bench and by the project's own corpora. Prints nothing; the caller says and
keeps what it wants. All that judges is in grader/.
"""

from dataclasses import dataclass, field

from cli import NotBuilt
from cli.build import build, need
from grader.collect import collector
from grader.judge import judge

EMULATORS = {None: ["bochs"], "bochs": ["bochs"], "qemu": ["qemu"], "both": ["bochs", "qemu"]}
LARGEST_SEED = 10_000                  # of those that are drawn: short enough to type again
TOOLS = {"bochs": ("bochs",), "qemu": ("qemu-system-x86_64",)}


@dataclass
class Graded:
    """`result` is the one of record; `runs` has {emulator: (evidence, result)}, empty when nothing
    ran; `remarks` is what the compiler said; `silent`: QEMU gave no answer, so Bochs decided."""
    result: dict
    runs: dict = field(default_factory=dict)
    remarks: str = ""
    silent: bool = False


def run_one(made, checks, emulator, seed, progress=None):
    """(evidence, result) of one run of a kernel that passed the gate."""
    need(*TOOLS[emulator])
    evidence = collector.collect(made, checks, emulator, seed, progress)
    return evidence, judge.judge(evidence, checks)


def grade_files(lesson, files, emulators, seed, *, optimisation="-O2", out=None, fast=False,
                quiet=True, progress=lambda emulator: None):
    """Grades the learner's `files` ({".c": path, …}) on each emulator.

    fast: Bochs starts the kernel from boot/rom.asm instead of GRUB. progress(emulator) gives the
    function that is told of each stop. QEMU has no count of instructions, so it never decides a
    hang: when it is silent the run is repeated in Bochs."""
    checks = lesson.checks()
    boot = "bochs" in emulators and ("fast" if fast else True)
    try:
        made = build(lesson, files, optimisation=optimisation, iso=boot, out=out, quiet=quiet,
                     strict=True)
    except NotBuilt as failed:
        return Graded(judge.build_error(lesson.name, checks, str(failed), failed.gate))
    if not made.gate["passed"]:
        refused = judge.build_error(lesson.name, checks, "the submission was refused", made.gate)
        return Graded(refused, remarks=made.gate["message"])
    runs = {}
    for emulator in emulators:
        runs[emulator] = run_one(made, checks, emulator, seed, progress(emulator))
        if emulator == "qemu" and runs[emulator][0]["boots"][-1]["end"]["how"] == "timeout":
            again = grade_files(lesson, files, ["bochs"], seed, optimisation=optimisation, out=out,
                                fast=fast, quiet=quiet, progress=progress)
            again.silent = True
            return again
    results = [result for _, result in runs.values()]
    return Graded(results[0] if len(results) == 1 else judge.compare(results), runs,
                  made.gate["message"])
