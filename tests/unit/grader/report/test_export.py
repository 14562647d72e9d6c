"""Every format is read back by a reader of its own: what each verdict becomes, hostile texts."""

import copy
import html
import re

import export_readers as read
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fake import checks, process, run
from grader.judge import judge
from grader.report.cases import cases, visible
from grader.report.export import FORMATS
from sample_results import WANT, results

RESULTS = results()
KINDS = sorted([*RESULTS, "gate", "elsewhere", "shown", "machine"])


def gate():
    return judge.build_error("02_two_levels", checks(WANT), "the submission was refused",
                             {"findings": [{"code": "C-SYMBOL", "what": "it defines main"},
                                           {"code": "C-WEAK", "what": "a weak symbol"}]})


def elsewhere():
    """One check passes, one needs the other emulator, and there is a remark."""
    data = checks({"id": "rw", "title": "writable", "kind": "maps", "set": "p", "points": 2},
                  {"id": "far", "title": "on QEMU", "kind": "maps", "set": "p", "points": 3,
                   "emu": "qemu"})
    recorded = run(*process())
    recorded.remarks = [{"code": "R-EXTRA-BREAK", "count": 2}]
    return judge.judge(recorded.evidence(), data)


def shown(**bits):
    """The check passes; then a fact about a bit of CR0."""
    fact = {"id": "pg", "title": "the machine: paging is on", "kind": "registers",
            "at": "process_1", "cr0": bits}
    return judge.judge(run(*process()).evidence(), checks(WANT, fact=[fact]))


RESULTS |= {"gate": gate(), "elsewhere": elsewhere(), "shown": shown(set="0x80000000"),
            "machine": shown(clear="0x80000000")}


@pytest.mark.parametrize("kind", KINDS)
def test_the_cases_sum_up_to_the_result(kind):
    result = RESULTS[kind]
    assert sum(case.points for case in cases(result)) == result["points"]
    assert sum(case.maximum for case in cases(result)) == result["maximum"]


OUTCOMES = {"pass": "pass pass pass", "fail": "pass fail skip", "hang": "fail skip skip skip",
            "void": "fail skip skip skip", "error": "error", "build": "fail", "gate": "fail",
            "torn": "pass error pass", "elsewhere": "pass elsewhere", "shown": "pass pass",
            "machine": "pass error"}


def spoken(point):
    """The outcome that a point of TAP tells."""
    if point["skip"] is not None:
        return "skip"
    return point["yaml"]["severity"] if point["yaml"] else "pass"


@pytest.mark.parametrize("kind", KINDS)
def test_what_each_verdict_becomes(kind):
    result, expected = RESULTS[kind], OUTCOMES[kind].split()
    assert [case.outcome for case in cases(result)] == expected
    suite = read.junit(FORMATS["junit"]([result]))[0]
    tags = {"pass": [], "fail": ["failure"], "error": ["error"]}
    assert [[child.tag for child in case] for case in suite.iter("testcase")] == \
        [tags.get(outcome, ["skipped"]) for outcome in expected]
    point, = read.tap(FORMATS["tap"]([result]))
    assert point["ok"] == (result["verdict"] == "pass")
    assert [spoken(one) for one in point["points"]] == \
        [{"elsewhere": "skip"}.get(outcome, outcome) for outcome in expected]
    levels = [level for level, _, _ in read.github(FORMATS["github"]([result]))]
    assert levels.count("error") == sum(outcome in ("fail", "error") for outcome in expected)
    assert levels.count("notice") == 1 + len(result["remarks"])


@pytest.mark.parametrize("kind", KINDS)
def test_gradescope(kind):
    result = RESULTS[kind]
    value = read.gradescope(FORMATS["gradescope"]([result]))
    assert value["score"] == result["points"] == sum(one["score"] for one in value["tests"])
    assert sum(one["max_score"] for one in value["tests"]) == result["maximum"]
    status = {"pass": ["passed"], "fail": ["failed"], "skip": ["failed"], "error": [None],
              "elsewhere": []}
    assert [one.get("status") for one in value["tests"]] == \
        [word for outcome in OUTCOMES[kind].split() for word in status[outcome]]
    assert ("NOT GRADED" in value["output"]) == (result["verdict"] == "error")
    assert ("VOID" in value["output"]) == (result["verdict"] == "void")
    assert value["extra_data"]["pagewalk"][0]["status"] == result["status"]


@pytest.mark.parametrize("kind", KINDS)
def test_prairielearn(kind):
    result = RESULTS[kind]
    value = read.prairielearn(FORMATS["prairielearn"]([result]))
    assert value["gradable"] == (kind not in ("error", "torn", "machine", "build"))
    if value["gradable"]:
        assert value["score"] == result["points"] / result["maximum"]
        assert sum(one["points"] for one in value["tests"]) == result["points"]
        assert sum(one["max_points"] for one in value["tests"]) == result["maximum"]


def test_trouble_of_ours_is_never_the_learners():
    for kind in ("error", "torn"):
        assert "<failure" not in FORMATS["junit"]([RESULTS[kind]])
        assert read.prairielearn(FORMATS["prairielearn"]([RESULTS[kind]]))["format_errors"]
    trouble = judge.trouble("02_two_levels", checks(), "Bochs went away")
    assert (trouble["status"], trouble["verdict"]) == (2, "error")
    assert "Bochs went away" in FORMATS["junit"]([trouble])


def test_annotations_stand_at_the_learners_line():
    first = read.github(FORMATS["github"]([RESULTS["fail"]]))[0]
    assert first[0] == "error"
    assert first[1] == {"file": "work/02_two_levels.c", "line": "41",
                        "title": "E-RW-UPPER: 0x00403A10 must be writable"}
    assert "want P RW    0x00402003     have P [-]   0x00402001" in first[2]
    built = read.github(FORMATS["github"]([RESULTS["build"]]))[0]
    assert built == ("error", {"file": "work/x.c", "line": "1", "title": "the compiler says"}, "y")


def test_a_remark_and_what_another_emulator_shows_are_told():
    result = RESULTS["elsewhere"]
    for name in set(FORMATS) - {"prairielearn"}:
        assert "R-EXTRA-BREAK" in FORMATS[name]([result]), name
    assert "on QEMU (only Qemu can show this)" in FORMATS["gradescope"]([result])


def test_several_lessons():
    both = [RESULTS["fail"], RESULTS["pass"]]
    assert len(read.junit(FORMATS["junit"](both))) == 2
    assert [point["ok"] for point in read.tap(FORMATS["tap"](both))] == [False, True]
    value = read.gradescope(FORMATS["gradescope"](both))
    assert value["score"] == 11 and value["tests"][0]["name"].startswith("2: ")
    assert read.prairielearn(FORMATS["prairielearn"](both))["score"] == 11 / 14
    mixed = read.prairielearn(FORMATS["prairielearn"]([RESULTS["pass"], RESULTS["error"]]))
    assert mixed["gradable"] is False


def test_a_flood_of_words_is_cut_and_says_so():
    flood = copy.deepcopy(RESULTS["build"])
    flood["message"] = "work/x.c:1: error: y\n" * 100_000
    text = FORMATS["prairielearn"]([flood])
    assert "characters more" in text and len(text) < 100_000


# ---- Hostile texts -------------------------------------------------------------------------------

NASTY = ["]]>", "<script>&amp;", "\n::error::x", "::set-env name=a::b", "%0A%25", "a # SKIP b",
         "\\#", "\\", "\\\\# TODO", "```\n# x", "| a | b |", "\x00\x1b[31m", "\ud800", "\ufffe",
         "````", "", "\u2028\u2029", "\x85\x0b\x0c\r\n", "---", "...", "\t", '"', "'", "1..9",
         "ok 1", "Bail out!", "not ok 2 - x", "%", "a,b:c", "\u202e", "\N{GRINNING FACE}", "  x  "]
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=30),
                  st.text(alphabet=st.characters(), max_size=12),
                  st.lists(st.sampled_from(NASTY), max_size=4).map("".join))
SPOILED = {"title", "message", "what", "want", "have", "note", "blocked_by", "where", "version"}


def spoil(value, draw):
    """`value` with hostile words wherever words may stand."""
    if isinstance(value, list):
        return [draw(TEXTS) if isinstance(one, str) else spoil(one, draw) for one in value]
    if isinstance(value, dict):
        return {key: draw(TEXTS) if key in SPOILED and isinstance(one, str) else spoil(one, draw)
                for key, one in value.items()}
    return value


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_no_text_breaks_a_format(kind, data):
    result = spoil(copy.deepcopy(RESULTS[kind]), data.draw)
    found = cases(result)
    suite = read.junit(FORMATS["junit"]([result]))[0]
    names = [case.attrib["name"] for case in suite.iter("testcase")]
    assert names == [f"{case.id}: {case.title}" for case in found]
    point, = read.tap(FORMATS["tap"]([result]))
    assert [one["name"] for one in point["points"]] == [case.title for case in found]
    bad = [one["yaml"]["message"] for one in point["points"] if one["yaml"]]
    assert bad == [case.message for case in found if case.outcome in ("fail", "error")]
    assert read.gradescope(FORMATS["gradescope"]([result]))["score"] == result["points"]
    read.prairielearn(FORMATS["prairielearn"]([result]))
    read.github(FORMATS["github"]([result]))
    shown(FORMATS["summary"]([result]), found)


def shown(markdown, found):
    """The table holds one row for each case, and no text in it works as Markdown or HTML."""
    rows = [line for line in markdown.split("\n") if line.startswith("| ")][1:]
    assert len([row for row in rows if row.count("|") == 5]) >= len(found)
    for row, case in zip(rows, found):
        cells = row.split("|")
        assert html.unescape(cells[2][1:-1]) == case.title
        plain = re.sub(r"&#\d+;", "", "".join(cells[2:5]))
        assert not re.search(r"[<&`\[\\_#@~]", plain)


@given(st.text(alphabet=st.characters()))
def test_visible_text_holds_nothing_that_xml_forbids(text):
    unfit = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e]"
    assert not re.search(unfit, visible(text))


@pytest.mark.parametrize("text", ["TAP version 14\n1..2\nok 1 - a\n", "1..1\nok 1 - a\n",
                                  "TAP version 14\n1..1\nok 2 - a\n",
                                  "TAP version 14\n1..1\nfine\n",
                                  "TAP version 14\n1..1\nok 1 - a # LATER b\n"])
def test_the_reader_of_tap_is_strict(text):
    with pytest.raises((AssertionError, IndexError)):
        read.tap(text)


@pytest.mark.parametrize("text", [
    '<testsuites><testcase name="a" classname="b"/></testsuites>',
    '<testsuites><testsuite name="a" tests="2"/></testsuites>',
    '<testsuites><testsuite name="a" tests="0" points="3"/></testsuites>'])
def test_the_reader_of_junit_is_strict(text):
    with pytest.raises(AssertionError):
        read.junit(text)
