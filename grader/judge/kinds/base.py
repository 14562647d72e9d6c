"""What every check kind shares: the Outcome it returns and the Context it reads.

Used by kinds/ and judge/judge.py. A kind is a function (context) -> Outcome. It reads context.check
(its entry of checks.toml) and evidence through context.facts, and nothing else.
"""

from dataclasses import dataclass, field

from grader.formats.values import Trouble, evaluate
from grader.judge import show
from grader.judge.diagnose import diagnose, strangers
from grader.judge.diagnose.finding import Case
from grader.judge.paging import space
from grader.judge.wanted import sets as wanted


@dataclass
class Outcome:
    """What a kind found. message: a pass's measured value, or a failure in one sentence.

    rows: want/have lines (show.row). va: the address the debugger should look at.
    tripwire: a code that voids the run. tables: rows as read, for the report."""
    passed: bool
    message: str = ""
    code: str | None = None
    rows: list = field(default_factory=list)
    va: int | None = None
    tripwire: str | None = None
    remarks: list = field(default_factory=list)
    tables: dict | None = None


def passed(message, **more):
    """An Outcome that passes."""
    return Outcome(True, message, **more)


def failed(code, message, **more):
    """An Outcome that fails; code None leaves it to the check's own `code`."""
    return Outcome(False, message, code, **more)


def keys(required="", optional=""):
    """Decorator: the keys of checks.toml a kind reads besides the common ones."""
    def mark(function):
        function.required = tuple(required.split())
        function.optional = tuple(optional.split())
        return function
    return mark


class Context:
    """One check about to be judged: its data, the facts, and the stop it names."""

    def __init__(self, facts, checks, check):
        self.facts = facts
        self.checks = checks
        self.check = check
        self.stop = facts.stop(check["at"])

    def get(self, key, default=None):
        """A key of the check."""
        return self.check.get(key, default)

    def value(self, expression, stop=None):
        """An expression's value, at the check's stop unless another is given."""
        return evaluate(expression, self.facts, stop or self.stop)

    def other_stop(self, key):
        """The stop a key names. The judge has made sure that it was reached."""
        found = self.facts.stop(self.check[key])
        if found is None:
            raise Trouble(f'the stop "{self.check[key]}" was not reached')
        return found

    def paging(self, stop=None):
        """The address space the check means: keys root (an expression or "cr3") and mode."""
        stop = stop or self.stop
        root = self.get("root", "cr3")
        return stop.paging(None if root == "cr3" else self.value(root, stop), self.get("mode"))

    def wanted(self, stop=None):
        """The wanted set of the check as it must stand at the stop."""
        return wanted.expand(self.facts, self.checks, self.check["set"], stop or self.stop)

    def answers(self, count, stop=None):
        """(the `count` answers of the check's group, None), or (None, the Outcome that says why
        they are not there)."""
        mine = (stop or self.stop).group(self.check["group"])
        if len(mine) == count:
            return mine, None
        if len(mine) > count:
            return None, failed("C-PATCHED-STAFF", f"the group {self.check['group']} has "
                                f"{len(mine)} answers, the staff asked for {count}",
                                tripwire="C-PATCHED-STAFF")
        if self.facts.end["how"] == "end":
            return None, failed("C-SKIPPED-STAFF", "the staff's questions were not asked",
                                tripwire="C-SKIPPED-STAFF")
        return None, failed("E-NO-CHECKPOINT", "the run ended before all questions were asked")

    def others(self, paging):
        """Further address spaces that could have been meant: [collect] roots and other stops."""
        found = []
        here = self.stop.raw["checkpoint"]
        for text in self.checks.get("collect", {}).get("roots", {}).get(here, []):
            root = self.value(text.replace("symbol:", "physical:"))
            found.append((text.partition(":")[2], self.stop.paging(root, paging.mode.name)))
        for stop in self.facts.stops:
            if stop.paging_mode() == paging.mode.name and stop.index < self.stop.index:
                found.append((stop.name, stop.paging()))
        return found

    def other_sets(self):
        """The lesson's further sets as (name, Wanted), as far as they can be known here."""
        found = []
        for name in self.checks.get("set", {}):
            if name == self.check.get("set"):
                continue
            try:
                found.append((name, wanted.expand(self.facts, self.checks, name, self.stop)))
            except Trouble:
                continue
        return found

    def stale(self, paging):
        """Name of the stop before under another name with the same CR3, when CR3 is what is
        judged; else ""."""
        if self.get("root", "cr3") != "cr3" or self.stop.index == 0:
            return ""
        before = self.facts.stops[self.stop.index - 1]
        same = before.paging_mode() and before.paging().root == paging.root
        return before.name if same else ""

    def cases(self, paging, want, differences, tables):
        """A Case for the first address of each difference."""
        others, sets, stale = self.others(paging), self.other_sets(), self.stale(paging)
        return [Case(paging, diff.va, diff.want, paging.walk(diff.va), want, diff, others, tables,
                     self.facts.offset, sets, stale) for diff in differences[:diagnose.MOST_CASES]]


def scan(paging):
    """(runs, tables, None) of a whole space, or (None, None, Outcome) when it never ends. The same
    space is looked through once: change nothing in what comes back."""
    paging.scanned = paging.scanned or _scan(paging)
    return paging.scanned


def _scan(paging):
    try:
        return (*space.scan(paging), None)
    except space.Tangle as tangle:
        dirty = strangers.dirty_table(paging)
        if dirty is not None:
            return None, None, failed("E-TABLE-DIRTY", f"the table at {show.address(dirty)} holds "
                                      "entries that nobody wrote: a new table must be zeroed")
        return None, None, failed("E-ENTRY-WRONG-TABLE", f"the tables form a cycle: {tangle}")


def as_read(context, paging, want):
    """The rows of a set as the tables hold them, for the report."""
    rows = []
    for row in sorted((*want.rows, *want.absent), key=lambda row: row.va):
        walk = paging.walk(row.va)
        entries = [f"{step.name} {show.entry_hex(paging.mode, step.entry)}"
                   for step in walk.steps if step.entry is not None]
        rows.append({"va": f"0x{row.va:x}", "pages": row.size // row.leaf, "leaf": row.leaf,
                     "found": show.found_text(walk), "entries": entries})
    return {"stop": context.stop.name, "root": f"0x{paging.root:x}", "mode": paging.mode.name,
            "set": context.check["set"], "paging": context.stop.paging_mode() is not None,
            "rows": rows}
