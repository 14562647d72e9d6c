"""`run`: boots a lesson for a person to read its story. QEMU by default, Bochs with EMU=bochs.

Judges nothing: the exit status only says how the story ended.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from cli import LEARNER, PASS, TROUBLE, USAGE, Stop, note
from cli.bochs import Serial, bochs_cpu, window
from cli.build import need
from grader.formats.exam import EXCEPTION, FINISHED, PANIC, REFUSED, SIZE, TODO, Exam
from grader.machine import MachineError
from grader.machine.bochs import Bochs
from grader.machine.elf import Elf
from grader.machine.process import Child

TRIPLE_FAULT = "triple fault"
SILENT, QUIET_SECONDS, MOST_SECONDS = "silent", 30, 300
BOCHS_TICKS = 2_000_000_000

ENDINGS = {
    PANIC: (TROUBLE, "The lesson's own code found itself broken (panic), as it says above."),
    REFUSED: (TROUBLE, "The lesson does not run on this machine; what to change stands above."),
    TODO: (LEARNER, "Your part is not finished yet."),
    EXCEPTION: (LEARNER, "The run ended with an exception nobody expected; it is reported above."),
    TRIPLE_FAULT: (LEARNER, "Triple fault: an exception could not be delivered, nor the next, and "
                   "the CPU reset itself.\nmake LESSON={n} grade shows what came first, and why."),
    SILENT: (TROUBLE, "Nothing has happened for a while: the run was stopped. If it hangs, "
             "make LESSON={n} grade names the function and the line."),
}


def _qemu_command(lesson, build, options):
    memory = options.mem or lesson.memory("qemu")
    command = ["qemu-system-x86_64", "-m", str(memory), "-cpu", options.cpu or "max",
               "-nic", "none", "-no-reboot", "-cdrom", str(build.iso), "-serial", "stdio",
               "-monitor", "none", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    return command if options.gui else [*command, "-display", "none"]


def _complaint(path):
    """What QEMU itself said when it could not even start."""
    said = Path(path).read_text("utf-8", "replace").strip().splitlines()
    return said[-1].removeprefix("qemu-system-x86_64: ") if said else "no reason given"


def run_qemu(lesson, build, options):
    """How it ended, with the serial line copied to standard output as it comes."""
    need("qemu-system-x86_64")
    with tempfile.TemporaryDirectory() as folder:
        errors = os.path.join(folder, "stderr")
        with open(errors, "wb") as handle:
            child = Child(_qemu_command(lesson, build, options), folder, stderr=handle)
        try:
            spoke = _copy(child, None if options.gui else QUIET_SECONDS)
            if spoke is SILENT:
                return SILENT
            status = child.process.wait()
        finally:
            child.end()
        if status == 0:
            return PASS if options.gui else TRIPLE_FAULT
        if status == 1 or status < 0:
            raise Stop(TROUBLE, f"QEMU could not run this machine: {_complaint(errors)}")
    return status >> 1


def _copy(child, quiet_seconds):
    """Copies the child's output until it ends; SILENT when none comes for too long."""
    last = begun = time.monotonic()
    while True:
        data = child.read_some(1.0)
        if data == b"":
            return None
        now = time.monotonic()
        if data:
            sys.stdout.write(data.decode("latin-1").replace("\r", ""))
            sys.stdout.flush()
            last = now
        if quiet_seconds and (now - last > quiet_seconds or now - begun > MOST_SECONDS):
            return SILENT


def run_bochs(lesson, build, options):
    """How it ended, under the Bochs debugger without stops."""
    if options.gui:
        return window(lesson, build, options, debugger=False)
    memory = options.mem or lesson.memory("bochs")
    elf = Elf.load(build.elf)
    with tempfile.TemporaryDirectory() as folder:
        serial = Serial(folder)
        with Bochs(build.iso, folder, memory, bochs_cpu(options.cpu),
                   shim_folder=lesson.root / "build", seconds=MOST_SECONDS) as session:
            session.break_at(elf.va("machine_end"))
            early = elf.va("early_refuse_end") if "early_refuse_end" in elf else None
            if early:
                session.break_at(early)
            session.run_until(BOCHS_TICKS)
            stop = session.go()
            while stop.reason == "magic":
                serial.show()
                stop = session.go()
            serial.show()
            if stop.reason == "breakpoint":
                if stop.rip == early:
                    return REFUSED
                return Exam(session.read(elf.pa("exam"), SIZE)).status
            return TRIPLE_FAULT if stop.reason == "reset" else SILENT


def run(lesson, build, options):
    """The exit status of `run`, after one closing sentence when it did not go well."""
    if options.emu == "both":
        raise Stop(USAGE, "run boots one machine: EMU=qemu or EMU=bochs.")
    ended = (run_bochs if options.emu == "bochs" else run_qemu)(lesson, build, options)
    if ended in (PASS, FINISHED):
        return PASS
    if ended not in ENDINGS:
        raise MachineError(f"the guest ended with the unknown status {ended:#x}")
    status, sentence = ENDINGS[ended]
    note(sentence.format(n=lesson.number))
    return status
