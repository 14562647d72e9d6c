"""Which entries of the corpora `make test` runs: few, and together they need every check, every
code and every part of the tripwires. `make test-long` runs them all.

Computed from tables alone, no emulator: a lesson's needed.toml says which mutant needs a check,
tripwires.toml which cheat needs a part, and an entry that expects one code and no other needs that
code. Each lesson has a run on both emulators besides. Alternatives are few and always there.
"""

from functools import cache
from zlib import crc32

from bench import LESSONS, LONG, QUICK, SEED
from corpus import load
from switch_off import TRIPWIRES, WITNESSES

from grader.formats.codes import all_codes
from grader.judge import tripwires

CORPORA = ("mutants", "cheats", "alternatives")
ALWAYS = "alternatives"

# What lessons 1 to 12 cannot show, and why. The code is reserved; a lesson that shows it comes.
LATER = {
    "E-ERRCODE-POP": "a handler's return is the staff's until learners write one",
    "E-GLOBAL-PRIVATE": "processes with global pages come with the kernel of part III",
    "E-GUARD-JUMP": "a question in words",
    "E-RIGHTS-STICKY": "where learners write upper entries, these allow everything",
    "E-VOLATILE": "one grading is at one optimisation; -O0 is a second opinion",
    "E-XD-NO-NXE": "EFER.NXE is the staff's wherever there is XD",
}
# The codes that say that no cause was found: of a check that failed, of a machine that gave up.
FALLBACK = {"E-UNNAMED", "E-TRIPLE-FAULT"}
# Of how a submission came in, not of its text: test_classes.py gives them.
HANDED_IN = {"C-FILE", "R-NO-SANDBOX"}


def seeds(name, label):
    """(emulator, seed) for one entry of a corpus.

    With LONG=1 all of them. Otherwise each mutant runs once, two in three on Bochs and one on QEMU,
    with one of three seeds; cheats and alternatives run on both."""
    three = [SEED, SEED + 1, SEED + 2]
    place = crc32(label.encode())           # the same whatever stands beside it
    if LONG:
        return [("bochs", SEED), *(("qemu", seed) for seed in three)]
    if name != "mutants":
        return [("bochs", SEED), ("qemu", three[place % 3])]
    return [("qemu" if place % 3 == 2 else "bochs", three[place // 3 % 3])]


def due(one):
    """[(emulator, seed)]: the runs of an entry."""
    return list(dict.fromkeys((one.emu or emulator, seed)
                              for emulator, seed in seeds(one.corpus, one.label)))


def runs(name, whole=LONG):
    """[(submission, [(emulator, seed)])] of a corpus: of its part in the cover, or of all of it.
    QUICK=1 takes every fifth mutant."""
    chosen = load(name) if whole else [one for one in load(name) if key(one) in cover()]
    found = [(one, due(one)) for one in chosen]
    return found[::5] if QUICK and name == "mutants" else found


def key(one):
    """What tells an entry from all others."""
    return one.corpus, one.label


@cache
def wanted():
    """All that some entry must need, as (what it is, which one)."""
    codes = set(all_codes()) - set(LATER) - FALLBACK - HANDED_IN
    return {*(("check", f"{lesson.number:02}/{check['id']}") for lesson in LESSONS
              for check in lesson.checks()["check"]),
            *(("code", code) for code in codes),
            *(("tripwire", part) for part in (*tripwires.OF_A_RUN, *tripwires.OF_A_STOP)),
            *(("emulator", f"{lesson.number:02}/{emulator}") for lesson in LESSONS
              for emulator in ("bochs", "qemu"))}


def serves(one):
    """What an entry is needed by, as a set of such things as wanted() has."""
    found = {("emulator", f"{one.number:02}/{emulator}") for emulator, _ in due(one)}
    if len(one.expect) == 1:
        found.add(("code", one.expect[0]))
    if one.corpus == "mutants":
        found |= {("check", f"{one.number:02}/{check}")
                  for check, _ in WITNESSES.get(one.label, ())}
    if one.corpus == "cheats":
        found |= {("tripwire", part) for part, cheat in TRIPWIRES.items() if cheat == one.label}
    return found


@cache
def entries():
    """{key: what it serves of all that is wanted} of every entry of the corpora."""
    needed = wanted()
    return {key(one): serves(one) & needed for corpus in CORPORA for one in load(corpus)}


def uncovered(chosen):
    """What is wanted and none of `chosen` (keys) serves, in order."""
    return sorted(wanted().difference(*(entries()[one] for one in chosen)))


@cache
def cover():
    """The keys of the entries that make test runs.

    Those that alone serve something, then whichever serves most of what is left; last, out goes
    what the others make superfluous."""
    everything = entries()
    chosen = {one for one in everything if one[0] == ALWAYS}
    chosen |= forced()
    left = set(uncovered(chosen)) - set(uncovered(everything))
    while left:
        best = min(everything, key=lambda one: (-len(everything[one] & left),
                                                one[0] != "mutants", one))
        chosen.add(best)
        left -= everything[best]
    for one in sorted(chosen - forced()):
        if one[0] != ALWAYS and uncovered(chosen - {one}) == uncovered(chosen):
            chosen.remove(one)
    return frozenset(chosen)


@cache
def forced():
    """The keys of entries that alone serve something: no cover is smaller than these are many."""
    serving = {}
    for one, served in entries().items():
        for what in served:
            serving.setdefault(what, []).append(one)
    return {ones[0] for ones in serving.values() if len(ones) == 1}


def summary():
    """The cover in two lines: how much of each corpus it takes, and what nothing serves."""
    parts = []
    for corpus in CORPORA:
        there = [one for one in entries() if one[0] == corpus]
        parts.append(f"{len(cover().intersection(there))} of {len(there)} {corpus}")
    lacking = [f"nothing needs the {what} {which}" for what, which in uncovered(entries())]
    return "\n".join([f"cover: {', '.join(parts)}; it needs at least {len(forced())} of them, and "
                      f"serves {len(wanted())} checks, codes, tripwires and emulators", *lacking])


def table():
    """A line for each entry of the cover: what it is there for."""
    lines = [f"{label:40} {corpus:13} "
             + ", ".join(sorted(which.split("/")[-1] for what, which in entries()[corpus, label]
                                if what != "emulator"))
             for corpus, label in sorted(cover(), key=lambda one: (one[1], one[0]))]
    return "\n".join([*lines, "", summary()])
