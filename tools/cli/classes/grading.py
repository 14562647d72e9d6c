"""`grade --submissions FOLDER`: a whole class, each submission in a process of its own.

Used by grade.py. What is graded lies in RESULTS/students/NAME/NN_name: grading.json is written
last, so that a run which was interrupted goes on where it was. All that judges is in grader/.
"""

import fcntl
import hashlib
import json
import secrets
import shlex
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

from cli import PASS, TROUBLE, USAGE, Stop, note, say
from cli.build import lock, make, need
from cli.classes import pool, report as reports
from cli.classes.submissions import read_class
from cli.grading import EMULATORS, LARGEST_SEED, TOOLS, Graded, grade_files
from cli.latest import keep_runs, write_json
from cli.lessons import all_lessons, find
from grader.judge import judge
from grader.machine import sandbox
from grader.report import text as report

DECIDES = ("Makefile", "grub.cfg", "boot", "src", "grader",
           "tools/cli/build.py", "tools/cli/grading.py", "tools/cli/lessons.py")


def grade_class(root, options):
    """Grades what is new, writes results.csv and the summary; 2 when a grading had trouble."""
    given = Path(options.submissions)
    out = Path(options.out) if options.out else Path(f"{str(given).rstrip('/')}.results")
    if not given.is_dir():
        raise Stop(USAGE, f"There is no folder {given}. SUBMISSIONS is a folder with one folder "
                          "for each student.")
    if out.resolve().is_relative_to(given.resolve()):
        raise Stop(USAGE, f"{out} lies among the submissions: results go elsewhere (--out FOLDER).")
    lessons = [find(root, options.lesson)] if options.lesson else all_lessons(root)
    found, remarks = read_class(given, lessons, bool(options.lesson), options.only)
    for remark in remarks:
        note(remark)
    if not found:
        raise Stop(USAGE, f"There is nothing to grade in {given}: it holds one folder for each "
                          "student, with files such as "
                          f"{lessons[0].name}.c in it.")
    if options.jobs:
        return _print_jobs(found, given, out, options)
    with _alone(out, options):
        return _Class(root, out, options).grade(found)


@contextmanager
def _alone(out, options):
    """One run in a folder of results at a time; jobs, which grade one student each, may share."""
    out.mkdir(parents=True, exist_ok=True)
    with open(out / ".lock", "w", encoding="ascii") as handle:
        how = fcntl.LOCK_SH if options.only else fcntl.LOCK_EX
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            note(f"Another run is writing to {out}: waiting for it to end.")
            fcntl.flock(handle, how)        # a run that was killed ends with its last worker
        yield


def merge(_root, options):
    """`grade --merge FOLDER…`: one CSV and one summary of what several runs left."""
    folders = [Path(name) for name in options.merge]
    for folder in folders:
        if not folder.is_dir():
            raise Stop(USAGE, f"There is no folder {folder}.")
    return _finish(reports.gather(folders), Path(options.out) if options.out else folders[0])


def _finish(records, out, seed=None):
    """results.csv, summary.txt and class.json in `out`; what the exit status says."""
    if not records:
        raise Stop(USAGE, "There is no grading there: folders of results hold "
                          "students/NAME/NN_name/grading.json.")
    out.mkdir(parents=True, exist_ok=True)
    say(reports.write(records, out, seed))
    say(f"{out / 'results.csv'} has a row for each submission.")
    return TROUBLE if any(record["verdict"] == "error" for _, record in records) else PASS


def _print_jobs(found, given, out, options):
    """One shell command for each submission, for an engine that spreads them over machines."""
    if options.seed is None:
        raise Stop(USAGE, "--jobs needs a SEED (--seed n), so that all machines use the same.")
    for one in found:
        words = ["./pagewalk", "grade", str(one.lesson.number), f"--submissions={given}",
                 f"--only={one.student}", f"--out={out}", f"--seed={options.seed}",
                 f"--opt={options.opt}"]
        words += [f"--emu={options.emu}"] if options.emu else []
        words += [flag for flag, wanted in (("--fast", options.fast),
                                            ("--seed-each", options.seed_each)) if wanted]
        say(shlex.join(words))
    return PASS


def _decides(root, lesson):
    """A digest of all that a result depends on beside the submission and the seed."""
    whole = hashlib.sha256()
    for path in sorted(path for name in DECIDES for path in
                       ([root / name] if (root / name).is_file() else (root / name).rglob("*"))):
        of = path.relative_to(root).parts
        other = of[:2] == ("src", "lessons") and (of[2:3] not in ((lesson.name,), ("shared",)) or
                                                  "proof" in of)
        if path.is_file() and not other and path.suffix not in (".md", ".json", ".pyc"):
            whole.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


class _Class:
    """One run over a class."""

    def __init__(self, root, out, options):
        self.root, self.out, self.options = Path(root), out, options
        self.emulators = EMULATORS[options.emu]
        self.seed = self._class_seed()
        self.decides, self.count, self.done = {}, 0, 0

    def _class_seed(self):
        """The seed asked for, else the one this folder's last run had, else a new one."""
        if self.options.seed is not None:
            return self.options.seed
        if (self.out / "class.json").exists():
            known = json.loads((self.out / "class.json").read_text()).get("seed")
            if known is not None:
                return known
        return secrets.randbelow(LARGEST_SEED)

    def _seed_for(self, student):
        if not self.options.seed_each:
            return self.seed
        drawn = hashlib.sha256(f"{self.seed} {student}".encode()).digest()
        return int.from_bytes(drawn[:8], "big") % LARGEST_SEED

    def _place(self, one):
        return self.out / "students" / one.student / one.lesson.name

    def _build(self, one):
        """Where it is built. Not among the results: make knows no names with spaces."""
        name = hashlib.sha256(str(self._place(one).resolve()).encode()).hexdigest()[:16]
        return self.root / "build" / "class" / name

    def _key(self, one):
        """Changes when anything that the result depends on does."""
        if one.lesson.name not in self.decides:
            self.decides[one.lesson.name] = _decides(self.root, one.lesson)
        parts = [self.decides[one.lesson.name], one.refused, self._seed_for(one.student),
                 self.emulators, self.options.opt, self.options.fast,
                 {end: hashlib.sha256(data).hexdigest() for end, data in one.files.items()}]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _known(self, one):
        """Whether this very submission was graded already. Our own trouble is tried again."""
        record = reports.read(self._place(one) / "grading.json")
        return record is not None and record["key"] == self._key(one) \
            and record["verdict"] != "error"

    def grade(self, found):
        """Grades what is not known yet."""
        need("make", "nasm", *(tool for name in self.emulators for tool in TOOLS[name]))
        todo = [one for one in found if not self._known(one)]
        self.count, self.done = len(found), len(found) - len(todo)
        if not self.options.only:
            write_json(self.out / "class.json", {"format": "pagewalk-class", "version": 1,
                                                 "seed": self.seed})
        self._announce()
        self._tidy(found)                       # of a run that was ended
        self._platform({one.lesson for one in todo})
        try:
            for one, trouble in pool.each(todo, self._work, pool.cores()):
                if trouble:
                    self._record(one, _error(one, trouble))
                self._tidy([one])
                self._progress(one)
        except (KeyboardInterrupt, SystemExit):
            note(f"\nInterrupted: {self.done} of {self.count} are graded. The same command goes "
                 "on from here.")
            raise
        places = [self._place(one) for one in found]
        records = [(place, reports.read(place / "grading.json")) for place in places]
        if self.options.only:
            return TROUBLE if any(one["verdict"] == "error" for _, one in records) else PASS
        say()
        return _finish(records, self.out, self.seed)

    def _tidy(self, found):
        for one in found:
            shutil.rmtree(self._build(one), ignore_errors=True)

    def _announce(self):
        how = " Started by boot/rom.asm instead of GRUB." if self.options.fast else ""
        say(f"{self.count} submissions, {self.done} of them graded before. Seed {self.seed}"
            f"{', one for each student drawn from it' if self.options.seed_each else ''}. "
            f"Sandbox: {sandbox.kind()}.{how}")

    def _platform(self, lessons):
        """What all submissions share is built once, before anything runs side by side."""
        for lesson in lessons:
            with lock(self.root / "build"):
                make(self.root, "staff", NAME=lesson.name, OPT=self.options.opt)

    def _progress(self, one):
        """On a terminal one line that changes, else a line for each submission."""
        self.done += 1
        record = reports.read(self._place(one) / "grading.json")
        line = (f"{self.done}/{self.count}  {one.student}  {one.lesson.name}  "
                f"{record['points']}/{record['maximum']}  {record['verdict']}  "
                f"{record['code']}").rstrip()
        if sys.stdout.isatty():
            sys.stdout.write(f"\r\033[K{line[:78]}")
            sys.stdout.flush()
        else:
            say(line)

    # -- in a worker ---------------------------------------------------------------------------

    def _work(self, one):
        """One submission: its folder is emptied, filled again, and grading.json written last."""
        place = self._place(one)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        try:
            graded = self._graded(one, place)
        except Stop as stop:
            graded = _error(one, str(stop))
        except Exception as why:  # noqa: BLE001  (whatever it is, it is this submission's alone)
            graded = _error(one, f"the grader broke: {type(why).__name__}: {why}")
        self._record(one, graded)

    def _graded(self, one, place):
        lesson = one.lesson
        if not one.files:
            return _untaken(one)
        files = lesson.starter()
        for end, data in one.files.items():
            files[end] = place / f"{lesson.name}{end}"
            files[end].write_bytes(data)
        return grade_files(lesson, files, self.emulators, self._seed_for(one.student),
                           optimisation=self.options.opt, out=self._build(one),
                           fast=self.options.fast)

    def _record(self, one, graded):
        """All files of a grading, the record last."""
        place, result = self._place(one), graded.result
        keep_runs(graded, place)
        write_json(place / "result.json", result)
        words = report.text(result, tables=False)
        (place / "report.txt").write_text(words + graded.remarks, encoding="utf-8")
        first = next((wire["code"] for wire in result["tripwires"]), None) or next(
            (entry["code"] for entry in result["checks"] if entry["verdict"] == "fail"), "")
        evidence = next((f"{name}/evidence.json" for name in graded.runs), "")
        missing = not one.files and not one.refused
        write_json(place / "grading.json", {
            "format": "pagewalk-grading", "version": 1, "student": one.student,
            "lesson": one.lesson.name, "key": self._key(one), "points": result["points"],
            "maximum": result["maximum"], "code": first, "seed": self._seed_for(one.student),
            "verdict": "missing" if missing else result["verdict"], "fast": self.options.fast,
            "sandbox": result["sandbox"] or "", "evidence": evidence,
            "message": _gist(result["message"])})


def _gist(message):
    """The line of a message that says most, for a cell of a table."""
    lines = message.splitlines() or [""]
    return next((line for line in lines if " error: " in line), lines[0])[:200]


def _untaken(one):
    """What becomes of a submission that is not there, or no plain file."""
    checks = one.lesson.checks().but(title=one.lesson.title())
    if one.refused:
        return Graded(judge.build_error(one.lesson.name, checks, one.refused,
                                        {"findings": [{"code": "C-FILE", "what": one.refused}]}))
    names = " or ".join(f"{one.lesson.name}{end}" for end in one.lesson.parts())
    return Graded(judge.build_error(one.lesson.name, checks, f"There is no {names} here."))


def _error(one, message):
    """A grading that our side could not finish."""
    checks = one.lesson.checks().but(title=one.lesson.title())
    return Graded(judge.trouble(one.lesson.name, checks, message))
