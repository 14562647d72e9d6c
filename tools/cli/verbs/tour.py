"""`debug` and `tour`: a lesson in the Bochs debugger, with its tour ([[tour]] of checks.toml).

`debug` is for a person, who has the ordinary Bochs prompt at every stop; `tour` plays the same
commands unattended and compares what the debugger says with what the tour promises.
"""

import re
import signal
import sys
import tempfile

from cli import LEARNER, PASS, say
from cli.bochs import Serial, bochs_cpu, need_display, symbol_file, window
from grader.formats import exam
from grader.formats.seeds import mix
from grader.formats.values import evaluate
from grader.machine import bochs_text
from grader.machine.bochs import Bochs
from grader.machine.elf import Elf

TICKS = 2_000_000_000
A_DAY = 86_400
PLACEHOLDER = re.compile(r"\{([^{}]+?)(?::(0?\d*x))?\}")
MAGIC_BYTES = 3                        # xchg bx,bx: the debugger stops behind it


class Here:
    """What a tour's {placeholders} may name: symbols, notes and CR3 at a stop."""

    def __init__(self, session, elf, names):
        self.elf, self.symbols = elf, _Symbols(elf)
        self.offset = elf.va("exam") - elf.pa("exam")
        self.notes = dict(zip(names, exam.Exam(session.read(elf.pa("exam"), exam.SIZE)).notes))
        self.registers = session.registers()

    def note(self, name):
        return self.notes[name]

    def fill(self, text):
        """`text` with every {expression:format} replaced; the format is Python's, #x by default."""
        return PLACEHOLDER.sub(
            lambda m: format(evaluate(m[1], self, self), m[2] or "#x"), text)


class _Symbols(dict):
    def __init__(self, elf):
        super().__init__()
        self.elf = elf

    def __contains__(self, name):
        return name in self.elf

    def __getitem__(self, name):
        return self.elf.va(name)


class Guide:
    """A session that knows at which checkpoint it stands. Commands are Bochs' own."""

    def __init__(self, lesson, build, options, folder, seconds):
        self.checks, self.seed = lesson.checks(), options.seed
        self.elf = Elf.load(build.elf)
        self.places = {self.elf.va(f"checkpoint_{name}") + MAGIC_BYTES: name
                       for name in _stops(self.checks) if f"checkpoint_{name}" in self.elf}
        self.hits = {}
        self.session = Bochs(build.iso, folder, options.mem or lesson.memory("bochs"),
                             bochs_cpu(options.cpu), shim_folder=lesson.root / "build",
                             seconds=seconds)
        self.session.command(f'ldsym global "{symbol_file(self.elf, folder).name}"')
        self.session.break_at(self.elf.va("machine_end"))
        self.session.run_until(TICKS)

    def go(self):
        """(how it stopped, name of the checkpoint or None)."""
        stop = self.session.go()
        name = self.places.get(stop.rip) if stop.reason == "magic" else None
        if name:
            self.hits[name] = self.hits.get(name, 0) + 1
            self._seed()
        return stop, name

    def _seed(self):
        """What the grader does at a checkpoint, so that SEED=n shows the run it saw."""
        if self.seed is None:
            return
        at = self.elf.pa("exam")
        stops = exam.Exam(self.session.read(at, exam.SIZE)).stops
        self.session.write(at + exam.STATE, mix(self.seed, stops).to_bytes(8, "little"))

    def here(self):
        return Here(self.session, self.elf, self.checks.get("notes", []))

    def stations(self, name):
        """The tour's entries for the checkpoint just reached."""
        return [s for s in self.checks.get("tour", [])
                if s["stop"] == name and s.get("hit", 1) == self.hits[name]]


def _stops(checks):
    return [name.split("*")[0] for name in checks.get("order", [])]


def _headline(name):
    say(f"\n== {name} " + "=" * max(1, 76 - len(name)))


def _expected(said, wanted):
    """The wanted pieces that are not in what the debugger said, spaces folded."""
    folded = " ".join(f"{said} {bochs_text.spelled_as_before(said)}".split())
    return [piece for piece in wanted if " ".join(piece.split()) not in folded]


def play(lesson, build, options):
    """`tour`: every station, every command; exit status 1 when a promise is not kept."""
    broken = seen = 0
    with tempfile.TemporaryDirectory() as folder:
        guide = Guide(lesson, build, options, folder, seconds=120)
        serial = Serial(folder, "  | ")
        with guide.session:
            while True:
                stop, name = guide.go()
                serial.show()
                if name is None and stop.reason == "magic":
                    continue
                if name is None:
                    break
                for station in guide.stations(name):
                    seen += 1
                    broken += _station(guide, name, station)
            ended = _how(guide, stop)
    missed = len(guide.checks.get("tour", [])) - seen
    say(f"\n{ended} {seen} stops shown, {missed} not reached, {broken} promises broken.")
    return PASS if not broken and not missed and stop.reason == "breakpoint" else LEARNER


def _station(guide, name, station):
    """Shows one station and plays its commands; how many promises were broken."""
    _headline(name)
    here = guide.here()
    say(here.fill(station["text"]).strip())
    broken = 0
    for attempt in station.get("try", []):
        line = here.fill(attempt["type"])
        say(f"\n   {line:<34}{attempt.get('why', '')}")
        said = guide.session.command(line)
        for row in said.rstrip().splitlines():
            say(f"      {row}")
        for piece in _expected(said, [here.fill(p) for p in attempt.get("expect", [])]):
            broken += 1
            say(f"   EXPECTED BUT NOT SEEN: {piece}")
    return broken


def _how(guide, stop):
    if stop.reason == "breakpoint":
        status = exam.Exam(guide.session.read(guide.elf.pa("exam"), exam.SIZE)).status
        return "The lesson is over." if status == exam.FINISHED else \
            f"The lesson ended early ({status:#x})."
    return {"reset": "The machine reset itself: a triple fault.", "time": "The lesson did not end.",
            "halted": "The machine stands still with interrupts off."}.get(stop.reason, stop.reason)


# ---- a person at the prompt ----------------------------------------------------------------------

WELCOME = """\
The machine is just being switched on. Bochs stops at every checkpoint and tells where you are. Type
  c        go on to the next checkpoint          s        one instruction
  creg     control registers                     r        general registers
  page A   walk the tables for address A         info tab everything that is mapped
  xp /4wx A  physical memory at A                x /4wx A the same through the tables
  t        this stop's tour again                q        quit"""


def debug(lesson, build, options):
    """The prompt. End of input quits, Ctrl-C stops a running guest."""
    if options.gui:
        need_display()
        _print_tour(lesson)
        return window(lesson, build, options, debugger=True)
    say(WELCOME)
    with tempfile.TemporaryDirectory() as folder:
        guide = Guide(lesson, build, options, folder, seconds=A_DAY)
        serial = Serial(folder, "  | ")
        with guide.session:
            try:
                _converse(guide, serial)
            except (EOFError, KeyboardInterrupt):
                say()
    return PASS


def _converse(guide, serial):
    """Obeys line by line, from power-on, until q or the lesson's end."""
    name, alive, last = None, True, "c"
    while alive:
        line = _read_line().strip() or last
        last = line
        if line in ("q", "quit", "exit"):
            return
        if line == "t":
            _invite(guide, name)
        elif line in ("c", "cont", "continue"):
            name, alive = _advance(guide, serial)
        else:
            say(guide.session.command(line).rstrip())
            serial.show()


def _read_line():
    if sys.stdin.isatty():
        import readline  # noqa: F401  (gives input() its history)
    return input("<bochs> ")


def _advance(guide, serial):
    """On to the next stop: (checkpoint or None, whether the guest still runs)."""
    def interrupt(_number, _frame):
        guide.session.child.interrupt()
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        stop, name = guide.go()
    finally:
        signal.signal(signal.SIGINT, before)
    serial.show()
    if stop.reason == "magic":
        _invite(guide, name)
        return name, True
    at = guide.elf.nearest(stop.rip)
    if stop.reason == "breakpoint" and stop.rip != guide.elf.va("machine_end"):
        say(f"-- stopped at {at or hex(stop.rip)}")
        return None, True
    say(f"\n{_how(guide, stop)}")
    return None, stop.reason == "time"


def _invite(guide, name):
    """What the tour says at this checkpoint, for a person to type."""
    if name is None:
        say("\n-- not at a checkpoint; c goes on")
        return
    _headline(name)
    here = guide.here()
    for station in guide.stations(name):
        say(here.fill(station["text"]).strip())
        for attempt in station.get("try", []):
            say(f"   {here.fill(attempt['type']):<34}{attempt.get('why', '')}")


def _print_tour(lesson):
    """The whole tour at once, for where nothing can be shown stop by stop."""
    for station in lesson.checks().get("tour", []):
        _headline(station["stop"])
        say(station["text"].strip())
        for attempt in station.get("try", []):
            say(f"   {attempt['type']:<34}{attempt.get('why', '')}")
