"""Every lesson's hints: three steps for each check, a place to read that exists, never the code."""

import re

import pytest
from bench import LESSONS
from grader.judge.judge import MISTAKES

CODE = re.compile(r"\b(?:for|if|while|switch) ?\(|"     # a C statement,
                  r"(?:->\w+|\]|\*\w+) *[|&+-]?=[^=]|"  # an assignment,
                  r";$|\breturn \w+;|\w\(\w+[(.]")       # an end of one, a call of a call
SHARED = 12                            # characters, blanks apart, that a hint may share with it
OPERATOR = re.compile(r"[=|&<+*~!?%^-](?!>)|(?<!-)>")


def bare(text):
    return re.sub(r"\s+", "", text)


def solution(lesson):
    """The reference without comments and blanks."""
    parts = []
    for end, path in lesson.reference().items():
        comment = r"/\*.*?\*/|//[^\n]*" if end == ".c" else r";[^\n]*"
        parts.append(re.sub(comment, "", path.read_text(), flags=re.S))
    return bare("".join(parts))


def shared(hint, code):
    """Every longest stretch of `hint` that stands in `code` and holds an operator."""
    hint, at = bare(hint), 0
    while at < len(hint):
        end = at
        while end < len(hint) and hint[at:end + 1] in code:
            end += 1
        if end - at >= SHARED and OPERATOR.search(hint[at:end]):
            yield hint[at:end]
        at += 1


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.name)
def lesson(request):
    return request.param


def test_three_steps_and_a_place_to_read(lesson):
    text = (lesson.folder / "lesson.md").read_text()
    headings = set(re.findall(r"^#+ (.*?) *$", text, re.M))
    assert MISTAKES in headings
    for check in lesson.checks()["check"]:
        hints = check.get("hint", [])
        assert len(hints) == 3 or not hints and not check["points"], check["id"]
        assert len(set(hints)) == len(hints) and all(hints), check["id"]
        assert check["read"] in headings, (check["id"], check["read"])


def test_no_hint_gives_the_code_away(lesson):
    code = solution(lesson)
    for check in lesson.checks()["check"]:
        for hint in check.get("hint", []):
            assert not CODE.search(hint), (check["id"], hint)
            assert not list(shared(hint, code)), (check["id"], hint)


@pytest.mark.parametrize("hint", [
    "directory[page >> 22] = frame | flags", "if (!frame_take(&frame)) give up", "*entry = 0.",
    "entry->low = 3", "write_cr3(read_cr3())"])
def test_the_pattern_knows_code(hint):
    assert CODE.search(hint)


def test_shared_stretches_are_found():
    code = bare("*entry = frame.value | (*entry & 0xFFF); invalidate_page(page);")
    assert list(shared("keep (*entry & 0xFFF) of it", code))
    assert not list(shared("call invalidate_page(page) last", code))
