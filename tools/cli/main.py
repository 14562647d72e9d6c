"""Arguments, verbs and exit statuses of ./pagewalk (design: 0 pass, 1 learner, 2 trouble, 3 build,
64 usage). Each verb is a function in a module of this package."""

import sys

from cli import TROUBLE, Stop, note
from cli.options import read
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
  make LESSON=n NAME=x new   a new lesson of your own (WIDTH=64); CONTRIBUTING.md goes on from there
  make clean                 remove build/ (never work/)

Read src/lessons/NN_name/lesson.md first. SOLUTION=1 uses the reference instead of your file.
For machines: ./pagewalk grade n --junit FILE, or --json, --tap, --gradescope, --prairielearn,
--github, --summary (FILE may be -); --from evidence.json judges a stored run again.
The same as ./pagewalk VERB n --emu bochs --seed 5 --solution, with exit statuses:
0 all well, 1 something of yours fails, 2 trouble with the machine, 3 does not compile, 64 usage."""


def dispatch(root, arguments):
    options = read(arguments)
    if options.verb == "help":
        print(HELP)
        return 0
    from cli.verbs import table
    return getattr(table, options.verb)(root, options)


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
