"""Every code has a sentence, and a submission of the corpora that it must be given for."""

from corpus import load
from cover import FALLBACK, HANDED_IN, LATER

from grader.formats.codes import all_codes


def expected():
    return {code for corpus in ("mutants", "cheats", "alternatives") for one in load(corpus)
            for code in one.expect}


def test_every_code_expected_has_a_sentence():
    known = all_codes()
    assert expected() <= set(known)
    assert all(entry["says"].endswith((".", "?")) and entry["look"] for entry in known.values())


def test_every_code_is_given_to_somebody():
    assert set(all_codes()) - expected() == set(LATER) | FALLBACK | HANDED_IN
