"""Arguments, verbs and exit statuses of ./pagewalk (design: 0 pass, 1 learner, 2 trouble, 3 build,
64 usage). Each verb is a function in a module of this package."""

import argparse
import os
import re
import sys

from cli import TROUBLE, USAGE, Stop, export, note
from grader.machine import MachineError

HELP = """\
Pagewalk teaches x86 paging: each lesson is a small kernel that GRUB boots.

  make list                  the lessons
  make LESSON=n run          boot it in QEMU and read its story (EMU=bochs, GUI=1, MEM=512, CPU=...)
  make LESSON=n debug        step through it in the Bochs debugger, with the lesson's tour
  make LESSON=n tour         the same tour, unattended
  make LESSON=n gdb          GDB on QEMU, with commands that walk the tables
  make LESSON=n start        put the starter into work/, for you to complete
  make LESSON=n grade        what it is worth, and why (EMU=bochs|qemu|both, SEED=n, SOLUTION=1)
  make LESSON=n grade SUBMISSIONS=FOLDER    a whole class, one folder for each student
  make LESSON=n view         a page with pictures of your tables at every checkpoint
  make LESSON=n tree         the same in the terminal (STOP=checkpoint, VA=0x403a10: one address)
  make LESSON=n hint         a hint for the first thing that fails; again, for the next of three
  make iso                   one image with a menu of all lessons: CD or USB stick, BIOS or UEFI
  make LESSON=n watch        grades whenever you save; keys for hint, run, quit
  make progress              points of each lesson, and what to do next
  make test                  all of this project's own tests;  make machines, mutants, lint, bench
  make clean                 remove build/ (never work/)

Read src/lessons/NN_name/lesson.md first. SOLUTION=1 uses the reference instead of your file.
For machines: ./pagewalk grade n --junit FILE, or --json, --tap, --gradescope, --prairielearn,
--github, --summary (FILE may be -); --from evidence.json judges a stored run again.
The same as ./pagewalk VERB n --emu bochs --seed 5 --solution, with exit statuses:
0 all well, 1 something of yours fails, 2 trouble with the machine, 3 does not compile, 64 usage."""

VERBS = ("help", "list", "run", "debug", "tour", "gdb", "grade", "start", "hint", "watch",
         "progress", "view", "tree", "iso")
CLASS_ONLY = ("only", "jobs", "fast", "seed_each")


class Parser(argparse.ArgumentParser):
    """argparse, but with one sentence and status 64."""

    def error(self, message):
        raise Stop(USAGE, f"{message[0].upper()}{message[1:]}. "
                          "./pagewalk help lists what there is.")


def parser():
    p = Parser(prog="pagewalk", add_help=False, allow_abbrev=False)
    p.add_argument("verb", nargs="?", default="help")
    p.add_argument("lesson", nargs="?")
    p.add_argument("--from-make", action="store_true")
    p.add_argument("--emu", choices=["qemu", "bochs", "both"])
    p.add_argument("--seed")
    p.add_argument("--solution", action="store_true")
    p.add_argument("--gui", action="store_true")
    p.add_argument("--mem")
    p.add_argument("--cpu")
    p.add_argument("--opt", default="-O2")
    p.add_argument("--work", metavar="FILE")
    p.add_argument("--from", dest="evidence", metavar="EVIDENCE")
    p.add_argument("--out", metavar="FOLDER")
    p.add_argument("--tables", action="store_true")
    p.add_argument("--stop", metavar="CHECKPOINT")
    p.add_argument("--space", metavar="ROOT")
    p.add_argument("--va", metavar="ADDRESS")
    p.add_argument("--svg", metavar="FILE")
    p.add_argument("--stub", action="store_true")
    export.add_options(p)
    p.add_argument("--submissions", metavar="FOLDER")
    p.add_argument("--only", metavar="STUDENT")
    p.add_argument("--jobs", action="store_true")
    p.add_argument("--merge", metavar="FOLDER", nargs="+")
    p.add_argument("--fast", action="store_true")
    p.add_argument("--seed-each", action="store_true")
    p.add_argument("-h", "--help", action="store_true")
    return p


def _from_environment(options):
    """What make was told: LESSON=2 EMU=bochs SOLUTION=1 …"""
    def value(name):
        return os.environ.get(name, "").strip() or None
    options.lesson = options.lesson or value("LESSON")
    options.emu = options.emu or value("EMU")
    if options.emu not in (None, "qemu", "bochs", "both"):
        raise Stop(USAGE, f'There is no emulator "{options.emu}": EMU is qemu, bochs, or both.')
    options.seed = options.seed or value("SEED")
    options.mem, options.cpu = options.mem or value("MEM"), options.cpu or value("CPU")
    options.submissions = options.submissions or value("SUBMISSIONS")
    options.opt = value("OPT") or options.opt
    options.stop, options.space = options.stop or value("STOP"), options.space or value("SPACE")
    options.va = options.va or value("VA")
    options.solution = options.solution or value("SOLUTION") not in (None, "0")
    options.gui = options.gui or value("GUI") not in (None, "0")


def _number(text, what, low, high, default):
    """A decimal number within bounds, or Stop."""
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]+", text) or not low <= int(text) <= high:
        raise Stop(USAGE, f'{what} is a number from {low} to {high}, not "{text}".')
    return int(text)


def dispatch(root, arguments):
    options = parser().parse_args(arguments)
    if options.from_make:
        _from_environment(options)
    verb = "help" if options.help else options.verb
    options.seed = _number(options.seed, "SEED", 0, 2**63 - 1, None)
    options.mem = _number(options.mem, "MEM (in MiB)", 8, 65536, None)
    if not re.fullmatch(r"-O[0123s]", options.opt):
        raise Stop(USAGE, f'OPT is one of -O0, -O1, -O2, -O3, -Os, not "{options.opt}".')
    for name in CLASS_ONLY:
        if getattr(options, name) and not (verb == "grade" and options.submissions):
            raise Stop(USAGE, f"--{name.replace('_', '-')} goes with grade --submissions FOLDER.")
    if verb == "help":
        print(HELP)
        return 0
    if verb not in VERBS:
        raise Stop(USAGE, f'There is no verb "{verb}". There are: {", ".join(VERBS)}.')
    if options.stub and verb != "gdb":
        raise Stop(USAGE, f"--stub goes with gdb, not with {verb}.")
    if verb != "grade" and any(getattr(options, name) for name in export.FORMATS):
        raise Stop(USAGE, f"Only grade writes results to a file, not {verb}.")
    from cli.verbs import table as verbs
    return getattr(verbs, verb)(root, options)


def main(root, arguments):
    try:
        return dispatch(root, arguments)
    except Stop as stop:
        note(str(stop))
        for found in getattr(stop, "findings", ()):
            note(f"{found['code']}: {found['what']}")
        return stop.status
    except MachineError as trouble:
        note(f"The emulator did something unexpected: {trouble}")
        return TROUBLE
    except BrokenPipeError:
        sys.stderr.close()
        return TROUBLE
    except KeyboardInterrupt:
        note("\nstopped.")
        return 130
