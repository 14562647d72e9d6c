"""The options of ./pagewalk: what there is, which verb uses which, and what make was told.

An option that a verb has no use for is refused: it would seem to do something. What lies in the
environment is another matter (EMU=bochs in a shell's profile): there the verb takes what it uses.
"""

import argparse
import os
import re

from cli import USAGE, Stop, export

FILE = {"solution", "work", "opt", "cross"}               # which file, and how it is compiled
MACHINE = {"mem", "cpu"}
STORED = {"stop", "space", "va"}
CLASS = {"only", "jobs", "fast", "seed_each"}
# Verb, or verb and the option that gives it another job: what it uses.
USES = {
    "help": set(),
    "list": set(),
    "run": {"lesson", "emu", "seed", "gui", *MACHINE, *FILE},
    "debug": {"lesson", "seed", "gui", *MACHINE, *FILE},
    "tour": {"lesson", "seed", *MACHINE, *FILE},
    "gdb": {"lesson", "seed", "stub", *MACHINE, *FILE},
    "grade": {"lesson", "emu", "seed", "out", "tables", *FILE, *export.FORMATS},
    "grade --from": {"evidence", "tables", *export.FORMATS},
    "grade --submissions": {"submissions", "lesson", "emu", "seed", "out", "opt", "cross", *CLASS},
    "grade --merge": {"merge", "out"},
    "start": {"lesson"},
    "hint": {"lesson", "out", "work", "solution"},
    "watch": {"lesson", "emu", "seed", "out", *MACHINE, *FILE},
    "progress": set(),
    "view": {"lesson", "emu", "seed", "out", "svg", *STORED, *FILE},
    "view --from": {"evidence", "out", "svg", *STORED},
    "tree": {"lesson", "emu", "seed", "out", *STORED, *FILE},
    "tree --from": {"evidence", "out", *STORED},
    "iso": {"seed", "out", "solution", "opt", "cross"},
    "new": {"lesson", "name", "width"},
}
VERBS = tuple(verb for verb in USES if " " not in verb)
# What make is told: LESSON=2 EMU=bochs SOLUTION=1 … All but the flags are texts.
VARIABLES = {name.upper(): name for name in (
    "lesson", "emu", "seed", "solution", "submissions", "gui", "mem", "cpu", "opt", "stop", "space",
    "va", "cross", "name", "width")}
FLAGS = {"solution", "gui"}
# Variables that are no option of ours: for the tools below, and for any verb.
SURROUNDINGS = {"NO_COLOR", "FORCE_COLOR", "TERM", "DISPLAY", "BOCHS", "BXSHARE", "PAGEWALK_PYTHON",
                "PATH"}


class Parser(argparse.ArgumentParser):
    """argparse, but with one sentence and status 64."""

    def error(self, message):
        raise Stop(USAGE, f"{message[0].upper()}{message[1:]}. "
                          "./pagewalk help lists what there is.")


def parser():
    p = Parser(prog="pagewalk", add_help=False, allow_abbrev=False)
    p.add_argument("verb", nargs="?", default="help")
    p.add_argument("lesson", nargs="?")
    p.add_argument("name", nargs="?")                       # of a new lesson
    p.add_argument("--from-make", metavar="VARIABLES")      # names of those on make's command line
    p.add_argument("--emu", choices=["qemu", "bochs", "both"])
    p.add_argument("--seed")
    p.add_argument("--solution", action="store_true")
    p.add_argument("--gui", action="store_true")
    p.add_argument("--mem")
    p.add_argument("--cpu")
    p.add_argument("--opt")
    p.add_argument("--work", metavar="FILE")
    p.add_argument("--from", dest="evidence", metavar="EVIDENCE")
    p.add_argument("--out", metavar="FOLDER")
    p.add_argument("--tables", action="store_true")
    p.add_argument("--stop", metavar="CHECKPOINT")
    p.add_argument("--space", metavar="ROOT")
    p.add_argument("--va", metavar="ADDRESS")
    p.add_argument("--svg", metavar="FILE")
    p.add_argument("--width")
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


def _name(option, from_make=False):
    """An option as a person types it."""
    if from_make:
        return option.upper()
    words = {"lesson": "A lesson", "name": "A name", "evidence": "--from"}
    return words.get(option, f"--{option.replace('_', '-')}")


def _refuse(option, job, from_make=False):
    """Stop with the verbs that the option is for. (What a word gives another job has two rows.)"""
    users = [verb for verb, used in USES.items() if option in used]
    users = [verb for verb in users if verb.split()[0] == verb or verb.split()[0] not in users]
    last = users.pop()
    listed = f"{', '.join(users)} and {last}" if users else last
    raise Stop(USAGE, f"{_name(option, from_make)} goes with {listed}, not with {job}.")


def _job(options):
    """The row of USES that counts."""
    for word, option in (("merge", options.merge), ("submissions", options.submissions),
                         ("from", options.evidence)):
        if option and f"{options.verb} --{word}" in USES:
            return f"{options.verb} --{word}"
    return options.verb


def _of_make(options, given):
    """Takes from the environment what the verb uses; Stop where make was told more than that."""
    for name in given:
        if name not in VARIABLES and name not in SURROUNDINGS:
            raise Stop(USAGE, f"There is no variable {name}. There are: {', '.join(VARIABLES)}.")
    values = {option: os.environ.get(name, "").strip() or None
              for name, option in VARIABLES.items()}
    if "submissions" in USES.get(f"{options.verb} --submissions", ()):
        options.submissions = options.submissions or values["submissions"]
    job = _job(options)
    for name in given:
        option = VARIABLES.get(name)
        if option and values[option] and option not in USES[job]:
            _refuse(option, job, from_make=True)
    for option in set(values) & USES[job] - {"cross"}:
        said = values[option] not in (None, "0") if option in FLAGS else values[option]
        setattr(options, option, getattr(options, option) or said)
    if options.emu not in (None, "qemu", "bochs", "both"):
        raise Stop(USAGE, f'There is no emulator "{options.emu}": EMU is qemu, bochs, or both.')


def _number(text, what, low, high, default):
    """A decimal number within bounds, or Stop."""
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]+", text) or not low <= int(text) <= high:
        raise Stop(USAGE, f'{what} is a number from {low} to {high}, not "{text}".')
    return int(text)


def read(arguments):
    """The options of one command, each of use to its verb and within bounds, or Stop."""
    options = parser().parse_args(arguments)
    if options.help:
        options.verb = "help"
        return options
    if options.verb not in VERBS:
        raise Stop(USAGE, f'There is no verb "{options.verb}". There are: {", ".join(VERBS)}.')
    job = _job(options)
    for option, value in vars(options).items():
        if value and option not in USES[job] | {"verb", "from_make"}:
            _refuse(option, job)
    if options.from_make is not None:
        _of_make(options, options.from_make.split())
    options.seed = _number(options.seed, "SEED", 0, 2**63 - 1, None)
    options.mem = _number(options.mem, "MEM (in MiB)", 8, 65536, None)
    options.opt = options.opt or "-O2"
    if not re.fullmatch(r"-O[0123s]", options.opt):
        raise Stop(USAGE, f'OPT is one of -O0, -O1, -O2, -O3, -Os, not "{options.opt}".')
    return options
