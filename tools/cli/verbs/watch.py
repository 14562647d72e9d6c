"""`watch`: grades when the learner's file is saved. Keys: h hint, r run, g grade, q quit.

Each grading is a ./pagewalk of its own, so that a newer save or `q` can end it at any moment. What
it prints is shown when it is complete; until then the last verdict stays on the screen.
"""

import os
import select
import subprocess
import sys
import tempfile
from pathlib import Path

from cli import PASS, USAGE, Stop, latest, say
from cli.build import sources
from cli.latest import summary
from cli.lessons import find
from cli.terminal import Terminal, clear, plain
from grader.report import text as report

LOOK = 0.5                             # seconds between two looks at the file
KEYS = "h hint   r run   g grade   q quit"


def _stamps(files):
    """What changes when a file is saved; None while an editor has moved one away."""
    try:
        stats = [os.stat(path) for path in files.values()]
    except OSError:
        return None
    return [(one.st_mtime_ns, one.st_size, one.st_ino) for one in stats]


def _arguments(verb, lesson, options):
    """The command of a verb with the options that watch was given."""
    given = {"--emu": options.emu, "--seed": options.seed, "--work": options.work,
             "--out": options.out, "--mem": options.mem, "--cpu": options.cpu,
             "--opt": options.opt}
    only = {"grade": ("--emu", "--seed", "--work", "--out", "--opt"), "hint": ("--work", "--out"),
            "run": ("--emu", "--seed", "--work", "--mem", "--cpu", "--opt")}[verb]
    words = [f"{name}={given[name]}" for name in only if given[name] is not None]
    words += ["--solution"] if options.solution else []
    return [str(lesson.root / "pagewalk"), verb, str(lesson.number), *words]


class Grading:
    """One grading in the background. `output` is what select() waits for."""

    def __init__(self, command, result):
        colour = {"FORCE_COLOR": "1"} if report.wants_colour() else {}
        self.process = subprocess.Popen(
            [*command, f"--json={result}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=os.environ | colour)
        self.output, self.text = self.process.stdout.fileno(), b""

    def read(self):
        """Takes what is there; True when that was the end."""
        data = os.read(self.output, 1 << 16)
        self.text += data
        return not data

    def end(self):
        """Ends it, and the emulator with it."""
        self.process.terminate()
        self.done()

    def done(self):
        self.process.wait()
        self.process.stdout.close()


class Watch:
    """The loop, and what is on the screen: the last output, and below it the last verdict."""

    def __init__(self, lesson, options, files):
        self.command = lambda verb: _arguments(verb, lesson, options)
        self.files, self.stamps = files, _stamps(files)
        self.grading, self.verdict, self.terminal = None, "not graded yet", None
        self.actions = {"h": self.hint, "r": self.run, "g": self.grade}

    def loop(self):
        """Until q, the end of the terminal, or a signal."""
        with tempfile.TemporaryDirectory() as folder, Terminal(self.status) as self.terminal:
            self.result = Path(folder) / "result.json"
            try:
                self.grade()
                while self._turn():
                    pass
            finally:
                if self.grading:
                    self.grading.end()
                say()

    def _turn(self):
        """Waits for a key, output, or half a second; False to end."""
        outputs = [self.grading.output] if self.grading else []
        ready, _, _ = select.select([self.terminal.keys, *outputs], [], [], LOOK)
        if outputs and outputs[0] in ready and self.grading.read():
            self._show()
        if self.terminal.keys in ready:
            key = self.terminal.key()
            if key in ("q", ""):
                return False
            self.actions.get(key, self.status)()
        stamps = _stamps(self.files)
        if stamps and stamps != self.stamps:
            self.stamps = stamps
            self.grade()
        return True

    def status(self):
        """One line below everything else."""
        begin = "\n" if plain() else "\r\033[K"
        now = "grading ...   last: " if self.grading else ""
        sys.stdout.write(f"{begin}[{now}{self.verdict}]   {KEYS} ")
        sys.stdout.flush()

    def grade(self):
        if self.grading:
            self.grading.end()
        self.result.unlink(missing_ok=True)
        self.grading = Grading(self.command("grade"), self.result)
        self.status()

    def _show(self):
        """The grading has ended: its output takes the screen, its verdict the line below."""
        self.grading.done()
        clear(sys.stdout)
        say(self.grading.text.decode("utf-8", "replace").rstrip())
        self.grading = None
        self.verdict = _verdict(latest.read_json(self.result), self.verdict)
        self.status()

    def hint(self):
        done = subprocess.run(self.command("hint"), stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, check=False)
        say(f"\n\n{done.stdout}{done.stderr}".rstrip())
        self.status()

    def run(self):
        """The lesson's story, with the terminal its own; Ctrl-C ends the story only."""
        with self.terminal.lent():
            say("\n")
            story = subprocess.Popen(self.command("run"))
            while story.poll() is None:
                try:
                    story.wait()
                except KeyboardInterrupt:
                    continue
        self.status()


def _verdict(result, before):
    """"4/20 points, E-RW-UPPER"; while a file does not compile also what was there before it."""
    if result is None:
        return "could not be graded"
    if result["verdict"] == "build_error" and not result["tripwires"]:
        return f"does not compile; before: {before.rpartition('before: ')[2]}"
    return f"{result['points']}/{result['maximum']} points, {summary(result)}"


def watch(root, options):
    """Watches one lesson's file until q."""
    lesson = find(root, options.lesson)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Stop(USAGE, "watch needs a terminal, for its keys and its picture. Without one: "
                          f"make LESSON={lesson.number} grade.")
    files, _ = sources(lesson, options, for_grade=True)
    Watch(lesson, options, files).loop()
    return PASS
