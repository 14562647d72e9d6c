"""What an access does, by the manual and by the mistakes people make about it.

Used by kinds.py. outcome() is the judge's own; a wrong set of predictions is explained by
the mistaken model that reproduces it best.
"""

from typing import NamedTuple

from grader.judge import show
from grader.judge.paging.walk import P, RW, US

_PRESENT, _WRITE, _USER = 1, 2, 4       # bits of the error code


class Access(NamedTuple):
    """One access to a page with these entries, in ring 3 (user) or 0, under this CR0.WP."""
    pde: int
    pte: int
    write: bool
    user: bool
    wp: bool

    def words(self):
        """The access in one line."""
        ring, does = "ring 3" if self.user else "ring 0", "writes" if self.write else "reads"
        wp = "" if self.user or not self.write else f", WP={int(self.wp)}"
        return f"{ring} {does}, PDE {show.bits_text(self.pde)}, PTE {show.bits_text(self.pte)}{wp}"


def words(result):
    """(fault, error) in words; None: no answer."""
    if result is None:
        return "no answer"
    return f"#PF, error {result[1]}" if result[0] else \
        "done" if not result[1] else f"done, and an error code {result[1]}"


def both(bit, one):
    """The AND along the path."""
    return bool(one.pde & one.pte & bit)


def upper(bit, one):
    """The directory's entry alone."""
    return bool(one.pde & bit)


def lower(bit, one):
    """The table's entry alone."""
    return bool(one.pte & bit)


def either(bit, one):
    """The OR along the path."""
    return bool((one.pde | one.pte) & bit)


def always(_bit, _one):
    """Not looked at."""
    return True


def code_of(one, present):
    """The error code by the manual."""
    return (_PRESENT if present else 0) | (_WRITE if one.write else 0) | (_USER if one.user else 0)


def outcome(one, p=both, rw=both, us=both, protects=lambda one: one.user or one.wp, code=code_of):
    """(fault, error) of an Access. protects: whether a read-only page stops this writer."""
    if not p(P, one):
        return True, code(one, False)
    refused = one.user and not us(US, one) or one.write and not rw(RW, one) and protects(one)
    return (True, code(one, True)) if refused else (False, 0)


# (code, sentence, what is different): ties go to the one listed first.
MODELS = (
    ("E-P-MISSING", "the P of the directory's entry is not looked at", {"p": lower}),
    ("E-P-MISSING", "the P of the table's entry is not looked at", {"p": upper}),
    ("E-P-MISSING", "P is not looked at", {"p": always}),
    ("E-RW-UPPER", "W is taken from the table's entry alone", {"rw": lower}),
    ("E-RW-UPPER", "one W is taken to be enough", {"rw": either}),
    ("E-RW-UPPER", "W and U are taken from the table's entry alone", {"rw": lower, "us": lower}),
    ("E-RW-UPPER", "one W and one U are taken to be enough", {"rw": either, "us": either}),
    ("E-RIGHTS-LEAF", "W is taken from the directory's entry alone", {"rw": upper}),
    ("E-US-UPPER", "U is taken from the table's entry alone", {"us": lower}),
    ("E-US-UPPER", "one U is taken to be enough", {"us": either}),
    ("E-RIGHTS-LEAF", "U is taken from the directory's entry alone", {"us": upper}),
    ("E-RIGHTS-LEAF", "W and U are taken from the directory's entry alone",
     {"rw": upper, "us": upper}),
    ("E-US-LEAK", "U is not looked at: ring 3 may use the kernel's pages", {"us": always}),
    ("E-WP-OFF", "ring 0 is taken to write everywhere, although CR0.WP is set",
     {"protects": lambda one: one.user}),
    ("E-WP-OFF", "ring 0 is stopped by a read-only page, although CR0.WP is clear",
     {"protects": lambda one: True}),
    ("E-WP-OFF", "CR0.WP is taken the wrong way round",
     {"protects": lambda one: one.user or not one.wp}),
    ("E-WP-OFF", "CR0.WP is taken to hold for ring 3, too", {"protects": lambda one: one.wp}),
    ("E-RIGHTS-LEAF", "W is not looked at", {"rw": always}),
    ("E-ERRCODE", "P of the error code means that the page was present",
     {"code": lambda one, present: code_of(one, not present)}),
    ("E-ERRCODE", "P of the error code is set when the page was present and a right was missing",
     {"code": lambda one, present: code_of(one, False)}),
    ("E-ERRCODE", "P of the error code is clear when there was no page",
     {"code": lambda one, present: code_of(one, True)}),
    ("E-ERRCODE", "W and U of the error code are exchanged: bit 1 says write, bit 2 says ring 3",
     {"code": lambda one, present: (_PRESENT if present else 0) | (_USER if one.write else 0)
      | (_WRITE if one.user else 0)}),
    ("E-ERRCODE", "W of the error code tells what was tried, not what the page allows",
     {"code": lambda one, present: code_of(one, present) & ~_WRITE}),
    ("E-ERRCODE", "U of the error code tells who tried it",
     {"code": lambda one, present: code_of(one, present) & ~_USER}),
)


def explain(questions):
    """(code, sentence) for questions [(access, said)], some of which are answered wrongly."""
    wrong = [one for one in questions if one.said != outcome(one.access)]
    misses = [(sum(outcome(one.access, **change) != one.said for one in questions), rank)
              for rank, (_, _, change) in enumerate(MODELS)]
    fewest, rank = min(misses)
    if fewest < len(wrong) / 2:
        return MODELS[rank][:2]
    if all(one.said and one.said[0] == outcome(one.access)[0] for one in wrong):
        return "E-ERRCODE", "fault or not is right, the error code is not"
    return None, f"{wrong[0].access.words()}: {words(outcome(wrong[0].access))}"


def wrong_rights(wrong):
    """(code, sentence) for wrong answers [(said, due, pde, pte, va)] of effective_rights; said and
    due are (result, rights)."""
    (result, value), (due, mask) = wrong[0][:2]
    if result != due:
        return "E-P-MISSING", "there is a page when P is set in both entries"
    extra, lost = value & ~mask, mask & ~value
    if (extra | lost) & ~(RW | US):
        return "E-RIGHTS-LEAF", "bits came back that are neither PTE_RW nor PTE_US"
    if lost or not extra:
        return "E-RIGHTS-LEAF", "a right that both entries grant is missing"
    given = [one for one in wrong if one[0][0] == one[1][0]]
    if all(said[1] == pde & (RW | US) for said, _, pde, *_ in given):
        return "E-RIGHTS-LEAF", "the rights are those of the directory's entry alone"
    for bit, code, name in ((RW, "E-RW-UPPER", "W"), (US, "E-US-UPPER", "U")):
        if any(said[1] & ~right[1] & bit for said, right, *_ in given):
            return code, f"{name} must stand in both entries: the weakest level decides"
    return None, "the rights differ"
