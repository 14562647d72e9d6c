"""What the diagnosis passes around: a Case, one wrong address, and a Finding, a named mistake.

Used by detectors.py, strangers.py, diagnose.py and kinds/base.py.
"""

from dataclasses import dataclass, field


@dataclass
class Finding:
    """A named mistake: its code, one sentence in the learner's words, and lines to show."""
    code: str
    why: str
    rows: list = field(default_factory=list)
    va: int | None = None
    key: tuple = ()


@dataclass
class Case:
    """One wrong address. want is the Row that should hold at va (None: nothing should), walk the
    judge's own, diff the stretch it belongs to, others further spaces as (name, Paging), sets the
    lesson's other sets as (name, Wanted), stale the earlier stop that had the same CR3."""
    paging: object
    va: int
    want: object
    walk: object
    wanted: object
    diff: object
    others: list
    tables: dict
    offset: int = 0
    sets: list = field(default_factory=list)
    stale: str = ""

    @property
    def pa(self):
        """The physical address wanted at va, or None where any frame will do."""
        if self.want is None or self.want.pa is None:
            return None
        return self.want.pa + self.va - self.want.va

    @property
    def entry(self):
        """The last entry of the walk; 0 where there is none."""
        last = self.walk.last
        return last.entry or 0 if last else 0
