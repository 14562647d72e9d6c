"""Every code has a sentence, and a submission of the corpora that it must be given for."""

from corpus import load

from grader.formats.codes import all_codes

# What lessons 1 to 12 cannot show, and why. The code is reserved; a lesson that shows it comes.
LATER = {
    "E-ERRCODE-POP": "a handler's return is the staff's until learners write one",
    "E-GLOBAL-PRIVATE": "processes with global pages come with the kernel of part III",
    "E-GUARD-JUMP": "a question in words",
    "E-RIGHTS-STICKY": "where learners write upper entries, these allow everything",
    "E-VOLATILE": "one grading is at one optimisation; -O0 is a second opinion",
    "E-XD-NO-NXE": "EFER.NXE is the staff's wherever there is XD",
}
FALLBACK = {"E-UNNAMED"}                # the one code that says that none was found
# Of how a submission came in, not of its text: test_classes.py gives them.
HANDED_IN = {"C-FILE", "R-NO-SANDBOX"}


def expected():
    return {code for corpus in ("mutants", "cheats", "alternatives") for one in load(corpus)
            for code in one.expect}


def test_every_code_expected_has_a_sentence():
    known = all_codes()
    assert expected() <= set(known)
    assert all(entry["says"].endswith((".", "?")) and entry["look"] for entry in known.values())


def test_every_code_is_given_to_somebody():
    assert set(all_codes()) - expected() == set(LATER) | FALLBACK | HANDED_IN
