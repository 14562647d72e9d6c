"""The report's look, line by line, and what it promises: hex in full, each mistake told once."""

import io
import json
import re
from pathlib import Path

import jsonschema
import pytest

from fake import CR0, KINDS, checks, cpus, process, run
from grader.formats import values
from grader.formats.codes import all_codes
from grader.judge import judge
from grader.judge.kinds.registry import KINDS as COMMON
from grader.report import text as report
from sample_results import ROOT, WANT, example, results

SCHEMAS = Path(values.__file__).with_name("schema")


def test_the_whole_report_of_one_mistake():
    assert report.text(example(), tables=False).splitlines() == [
        "Lesson 2  Two levels                         4/7 points   seed 77   Bochs 2.7",
        " ok    CR3 points at your directory           CR3 = 0x00400000",
        " FAIL  E-RW-UPPER   0x00403A10 must be writable checkpoint_process_1",
        "         PDE[1]   want P RW    0x00402003     have P [-]   0x00402001    "
        "work/02_two_levels.c:41 map()",
        "         PTE[3]   want P RW    0x00003003     have P RW    0x00003003    "
        "effective: read only, the AND of both",
        "       why:     0x00403000 has the wrong rights: PDE[1] does not say writable, and the "
        "weakest level decides",
        "                A page is writable only when every level on the way says so.",
        "       see it:  make LESSON=2 SEED=77 debug,  then  c   c   page 0x403000   "
        "xp /1wx 0x400004   xp /1wx 0x40200c",
        "       picture: make LESSON=2 SEED=77 view STOP=process_1 VA=0x00403000",
        " --    writes reach the frame                 skipped: blocked by "
        "\"0x00403A10 must be writable\"",
        " next: make LESSON=2 hint   |   lesson.md, \"The effective right is the AND\""]


def test_a_fact_is_told_as_seen_below_the_checks():
    fact = {"id": "pg", "title": "the machine: paging is on", "kind": "registers",
            "at": "process_1", "cr0": {"set": "0x80000000"}}
    result = judge.judge(run(*process()).evidence(), checks(ROOT, fact=[fact]))
    assert report.text(result, tables=False).splitlines()[1:] == [
        " ok    CR3 points at your directory           CR3 = 0x00400000",
        " seen  the machine: paging is on              CR0 = 0x80010011"]


def test_a_hang_says_how_to_stop_there():
    text = report.text(results()["hang"])
    assert "see it:  make LESSON=2 SEED=77 debug,  then  c   c   Ctrl-C   u /8" in text
    assert 'next: make LESSON=2 hint   |   lesson.md, "Common mistakes"' in text


def test_where_only_the_way_is_known_the_code_says_what_to_look_at():
    entry = {"see": ["make LESSON=2 SEED=77 debug", "c", "c"], "code": "E-CR3-STALE"}
    assert report.see_it(entry) == \
        "make LESSON=2 SEED=77 debug,  then  c   c   (creg at this checkpoint)"


def test_a_long_code_leaves_the_columns_alone():
    failed = example()
    failed["checks"][1]["code"] = "E-TRIPLE-FAULT"
    line = report.text(failed, tables=False).splitlines()[2]
    assert line == " FAIL  E-TRIPLE-FAULT 0x00403A10 must be writable checkpoint_process_1"


def test_tables_show_cr3_and_every_row():
    text = report.text(judge.judge(run(*process()).evidence(), checks(WANT)))
    assert "checkpoint_process_1   CR3 = 0x00400000   (32bit, set p)" in text
    assert re.search(r"0x00403000 page 0x00403 -> 0x00003000 .*PDE\[1\] 0x00402003  "
                     r"PTE\[3\] 0x00003003", text)
    assert re.search(r"0x00002000 page 0x00002 -> not present at PTE\[2\]", text)


def test_hex_is_never_cut_short():
    for word in re.findall(r"(?<![-/ ])0x[0-9A-F]{5,}", report.text(example(), tables=False)):
        assert len(word) in (10, 18), word


@pytest.mark.parametrize("terminal, environment, colour", [
    (True, {}, True), (True, {"NO_COLOR": "1"}, False), (False, {}, False),
    (False, {"FORCE_COLOR": "1"}, True), (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)])
def test_colour_only_on_a_terminal(terminal, environment, colour):
    stream = io.StringIO()
    stream.isatty = lambda: terminal
    assert report.wants_colour(stream, environment) == colour


def test_colour_adds_nothing_but_colour():
    plain, painted = (report.text(example(), colour=colour) for colour in (False, True))
    assert "\033" not in plain and "\033[1;31mFAIL" in painted
    assert re.sub(r"\033\[[0-9;]*m", "", painted) == plain


def test_the_same_mistake_is_explained_once():
    twice = {**WANT, "id": "again", "title": "and once more"}
    memory, root = process(upper=1)
    data = checks(WANT, twice)
    text = report.text(judge.judge(run(memory, root).evidence(), data), tables=False)
    assert text.count("see it:") == 1 and text.count("FAIL") == 2
    assert "the same mistake as above" in text


WORDS = {"pass": "7/7 points", "fail": "FAIL  E-RW-UPPER", "hang": "map+0x1",
         "error": "wall clock", "void": "VOID  C-EXIT-PORT", "build": "work/x.c:1: error: y",
         "torn": "the emulators disagree"}


@pytest.mark.parametrize("name", WORDS)
def test_every_result_fits_its_schema_and_reads_well(name):
    result = results()[name]
    schema = json.loads((SCHEMAS / "result.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(result, schema, jsonschema.Draft202012Validator)
    assert json.loads(json.dumps(result)) == result
    assert WORDS[name] in report.text(result)


def test_the_schema_refuses_what_is_no_result():
    schema = json.loads((SCHEMAS / "result.schema.json").read_text(encoding="utf-8"))
    for spoil in ({"status": 7}, {"points": -1}, {"verdict": "good"}, {"version": 2},
                  {"checks": [{}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**example(), **spoil}, schema)


def test_synthetic_evidence_fits_the_schema_of_evidence():
    schema = json.loads((SCHEMAS / "evidence.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    recorded = run(*process())
    recorded.access(0x10, pa=0x1010, value=3, canary=3)
    recorded.access(0x2000, error=0)
    recorded.end.update(tick=9000, exam=recorded.store(recorded.exam()), **cpus(cr0=CR0))
    evidence, boot = recorded.evidence(), recorded.boot()
    jsonschema.validate(evidence, schema, jsonschema.Draft202012Validator)
    at_once = {key: value for key, value in boot["stops"][0].items() if key != "cpus"}
    for spoil in ({"seed": "7"}, {"printed": "PASS"}, {"version": 1}, {"boots": []}, *(
            {"boots": [boot, {**boot, **spoil}]} for spoil in (
                {"stops": [{}]}, {"end": {"how": "well"}}, {"printed": "PASS"},
                {"end": {**boot["end"], "cpus": []}}, {"end": {"how": "hang"}},
                {"stops": [{**at_once, "registers": {}}]}, {"stops": [{**at_once, "cpus": []}]}))):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**evidence, **spoil}, schema)
    for end in ({"how": "timeout"}, {"how": "void"}):
        jsonschema.validate({**evidence, "boots": [boot, {**boot, "end": end}]}, schema)


def test_every_code_has_its_sentences():
    for code, entry in all_codes().items():
        assert re.fullmatch(r"[ECR](-[A-Z0-9]+)+", code)
        assert entry["says"][0].isupper() or entry["says"][0].isdigit()
        assert entry["says"].endswith(".") and set(entry) == {"says", "look"}


def test_every_kind_is_documented():
    page = (Path(judge.__file__).parents[1] / "CONTRACT.md").read_text(encoding="utf-8")
    for name, kind in KINDS.items():
        assert kind.__doc__, name
        assert (f"\n| `{name}` |" in page) == (name in COMMON), name
