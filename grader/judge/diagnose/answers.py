"""From a wrong answer of a learner's translate to the mistake behind it.

Used by kinds/answers.py. Like diagnose.py: detectors, and the mistake that explains most answers.
"""

from collections import Counter
from typing import NamedTuple

from grader.judge import show
from grader.judge.diagnose import answers_large, indexing
from grader.judge.paging.walk import P, PAGE, PS, XD


class Answer(NamedTuple):
    """One question: ask (va), what was answered, and the truth. pa None: not mapped.

    walk is the judge's own over the tables at that stop, or None where they were not read."""
    ask: int
    result: int
    value: int
    pa: int | None
    walk: object
    paging: object
    expected: int = 1

    @property
    def found(self):
        """True when the learner said that the address is mapped."""
        return self.result == self.expected

    @property
    def entry(self):
        """The last entry on the way, or 0."""
        last = self.walk.last if self.walk else None
        return last.entry or 0 if last else 0


def frame_zero(answer):
    """Found, but the frame is frame 0."""
    return answer.pa is not None and answer.pa < PAGE and not answer.found


def offset_lost(answer):
    """The right page, but not the low bits of the address: dropped, or mixed with flags."""
    if answer.pa is None or not answer.found or answer.value == answer.pa:
        return False
    size = answer.walk.size if answer.walk and answer.walk.mapped else PAGE
    return answer.value & -PAGE in (answer.pa & -size, answer.pa & -PAGE)


def flags_kept(answer):
    """Bits of the entry above the address came back: XD, or free bits."""
    if answer.pa is None or not answer.found:
        return False
    high = (answer.value ^ answer.pa) & -PAGE
    return bool(high) and not high & ~(answer.entry & (XD | 0x7FF << 52))


def truncated(answer):
    """Only the low 32 bits came back."""
    return bool(answer.pa is not None and answer.pa >> 32 and answer.found
                and answer.value == answer.pa & 0xFFFFFFFF)


def frame_shift(answer):
    """Shifted by 12 too much or too little."""
    if answer.pa is None or not answer.found or answer.value == answer.pa:
        return False
    low, frame = answer.ask & PAGE - 1, answer.pa >> 12
    width = 0xFFFFFFFF if answer.pa >> 32 == 0 else (1 << 64) - 1
    return frame > 0 and answer.value in (frame, frame | low, frame + low,
                                          frame << 24 & width, (frame << 24 | low) & width)


def present_ignored(answer):
    """An entry without P was taken as a mapping."""
    if answer.pa is not None or not answer.found or answer.walk is None:
        return False
    return bool(answer.entry) and not answer.entry & P


def large_as_table(answer):
    """A large page lies on the way."""
    return bool(answer.walk and answer.walk.mapped and answer.walk.size > PAGE
                and answer.entry & PS)


def wrong_index(answer):
    """The answer is what a walk with a wrong index gives: the Detour, or None."""
    if answer.paging is None or not answer.found or answer.value == answer.pa:
        return None
    for detour in indexing.detours(answer.paging, answer.ask):
        walk = answer.paging.walk(answer.ask, detour.indices)
        if walk.mapped and walk.pa == answer.value:
            return detour
    return None


DETECTORS = (
    ("E-OFFSET-LOST", offset_lost, "the page is right, its low bits are not those of the address"),
    ("E-TRUNC32", truncated, "only the low 32 bits of the address came back"),
    ("E-FRAME-SHIFT", frame_shift, "the frame was shifted by 12 bits too much or too little"),
    ("E-MASK-XD", flags_kept, "bits of the entry that are no address came back with it"),
    *answers_large.DETECTORS,
    ("E-PS-IN-PATH", large_as_table, "a large page lies on the way and was taken for a table"),
    ("E-P-MISSING", present_ignored, "the entry is not present: its other bits mean nothing"),
    ("E-ZERO-IS-NONE", frame_zero, "frame 0 is a frame: 0 was taken for \"not mapped\""),
)


def answers(wrong):
    """(code, sentence) for a list of wrong Answers, or (None, None)."""
    votes, texts = Counter(), {}
    for answer in wrong[:64]:
        for rank, (code, detector, text) in enumerate(DETECTORS):
            if detector(answer):
                votes[(rank, code)] += 1
                texts[code] = text
        detour = wrong_index(answer)
        if detour:
            votes[(len(DETECTORS), detour.code)] += 1
            texts.setdefault(detour.code, f"for {show.address(answer.ask)} the {detour.level} "
                             f"index 0x{detour.used:X} was read, not 0x{detour.right:X}: "
                             f"{detour.why}")
    if not votes:
        return None, None
    _, code = min(votes, key=lambda item: (-votes[item], item[0]))
    return code, texts[code]


def elsewhere(wrong, sets):
    """(code, sentence) when one other set, as (name, Wanted), gives all these answers."""
    for name, wanted in sets:
        rows = [(answer, wanted.at(answer.ask)) for answer in wrong]
        if all(answer.found == (row is not None and row.pa is not None)
               and (not answer.found or answer.value == row.pa + answer.ask - row.va)
               for answer, row in rows):
            return "E-WRONG-SPACE", f"the answers are those of another space ({name})"
    return None, None
