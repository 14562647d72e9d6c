"""The frame of evidence: what is refused, in which words, and that nobody meets a traceback."""

import copy
import subprocess
import sys
from pathlib import Path

import pytest

from fake import Run, checks, cpus, process, run
from grader.formats import evidence as records, frame
from grader.judge import judge
from grader.judge.facts import Facts

ROOT = Path(__file__).resolve().parents[4]
MAPS = {"id": "rows", "kind": "maps", "set": "p"}
LOADED = {"id": "cr3", "kind": "registers", "cr3": "note:root_1"}


def sound():
    """Evidence with something in each part of the frame."""
    recorded = run(*process())
    recorded.access(0x1000, pa=0x1000)
    recorded.end.update(cpus(cr0=1))
    recorded.tripwires = [{"code": "C-X", "stop": 0, "what": "x"}]
    recorded.remarks = [{"code": "R-EXTRA-BREAK", "count": 1}]
    recorded.steps = [{"rip": "0x0"}]
    recorded.gate = {"passed": True, "findings": [{"code": "C-X", "what": "x"}]}
    return recorded.evidence()


def put(value, *path):
    """A change to evidence: `value` at a path; GONE takes the key away."""
    def change(evidence):
        for key in path[:-1]:
            evidence = evidence[key]
        if value is GONE:
            del evidence[path[-1]]
        else:
            evidence[path[-1]] = value
    return change


GONE = object()
STOP = ("boots", 0, "stops", 1)
CPU = cpus()["cpus"][0]
REFUSED = [
    (put("x", "format"), "this is not Pagewalk evidence"),
    (put(1, "version"), "evidence of version 1, written by an older Pagewalk: grade the submission "
     "again"),
    (put(3, "version"), "evidence of version 3, written by a newer Pagewalk: update Pagewalk, or"),
    (put(10 ** 4000, "version"), "it states no version"),
    (put(GONE, "version"), "it states no version"), (put("2", "version"), "it states no version"),
    (put(True, "version"), "it states no version"), (put(2.0, "version"), "it states no version"),
    (put(GONE, "boots"), 'it has no "boots"'), (put({}, "boots"), "boots is no list"),
    (put(None, "boots"), "boots is no list"), (put([], "boots"), "it holds no boot"),
    (put(None, "boots", 0), "boots[0] is no object"),
    (put(GONE, "boots", 0, "end"), 'boots[0] has no "end"'),
    (put({}, "boots", 0, "end"), 'boots[0].end has no "how"'),
    (put(1, "boots", 0, "end", "cpu"), "boots[0].end.cpu is 1, but its cpus are 1"),
    (put(GONE, "boots", 0, "end", "cpu"), 'boots[0].end has no "cpu"'),
    (put(GONE, "boots", 0, "end", "cpus"), 'boots[0].end has no "cpus"'),
    (put([CPU, CPU], "boots", 0, "end", "cpus"), "boots[0].end has 2 cpus, but boots[0].stops[0]"),
    (put("x", "boots", 0, "stops"), "boots[0].stops is no list"),
    (put(3, *STOP), "boots[0].stops[1] is no object"),
    (put(GONE, *STOP, "cpus"), 'boots[0].stops[1] has no "cpus"'),
    (put([], *STOP, "cpus"), "boots[0].stops[1].cpu is 0, but its cpus are 0"),
    (put([None], *STOP, "cpus"), "boots[0].stops[1].cpus[0] is no object"),
    (put(GONE, *STOP, "cpus", 0, "rip"), 'boots[0].stops[1].cpus[0] has no "rip"'),
    (put("8", *STOP, "cpus", 0, "rip"), 'boots[0].stops[1].cpus[0].rip is no "0x…"'),
    (put(GONE, *STOP, "cpus", 0, "registers", "cr3"), 'cpus[0].registers has no "cr3"'),
    (put("0xyz", *STOP, "cpus", 0, "registers", "cr9"), "cpus[0].registers.'cr9' is no \"0x…\""),
    (put(5, *STOP, "cpus", 0, "registers", "\n\x1b[1m" * 99), r".registers.'\n\x1b[1m\n\x1b[1m"),
    (put(GONE, *STOP, "cpus", 0, "registers"), 'boots[0].stops[1].cpus[0] has no "registers"'),
    (put(GONE, *STOP, "cpus", 0, "mode"), 'boots[0].stops[1].cpus[0] has no "mode"'),
    (put(GONE, *STOP, "cpu"), 'boots[0].stops[1] has no "cpu"'),
    (put(1, *STOP, "cpu"), "boots[0].stops[1].cpu is 1, but its cpus are 1"),
    (put(-1, *STOP, "cpu"), "boots[0].stops[1].cpu is -1, but its cpus are 1"),
    (put(False, *STOP, "cpu"), "boots[0].stops[1].cpu is no whole number"),
    (put("0", *STOP, "cpu"), "boots[0].stops[1].cpu is no whole number"),
    (put(7, "boots", 0, "accesses", 0), "boots[0].accesses[0] is no object"),
    (put("yes", "gate", "passed"), "gate.passed is no true or false"),
    (put(None, "lesson"), "lesson is no string")]


def says(evidence):
    """The sentence that refuses this evidence, or None."""
    try:
        frame.check(evidence)
    except frame.EvidenceError as why:
        return str(why)
    return None


def test_what_collectors_write_is_let_through():
    for evidence in (sound(), Run().evidence(), run(*process()).evidence()):
        assert says(evidence) is None


@pytest.mark.parametrize("change, sentence", REFUSED)
def test_a_broken_frame_gets_one_sentence_from_all_who_read(change, sentence, tmp_path):
    evidence = sound()
    change(evidence)
    assert sentence in says(evidence) and "\n" not in says(evidence)
    result = judge.judge(evidence, checks(MAPS))
    assert (result["verdict"], result["status"], result["message"]) == ("error", 2, says(evidence))
    records.dump(evidence, tmp_path / "e.json")
    with pytest.raises(records.EvidenceError) as found:
        records.load(tmp_path / "e.json")
    assert str(found.value) == f"{tmp_path / 'e.json'}: {says(evidence)}"


@pytest.mark.parametrize("value", [None, [], {}, 3, "boots", [[]], {"boots": 1}])
def test_what_is_no_evidence_at_all_is_refused(value):
    assert says(value).startswith("this is not Pagewalk evidence")
    assert judge.judge(value, checks(MAPS))["status"] == 2


def places(value, path=()):
    """The path of each part of the frame."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else \
        enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if not {"pool", "symbols", "registers", "tables", "memory"} & {*path}:
            yield from places(item, (*path, key))


def test_each_part_of_the_frame_is_missed():
    """Whatever of it is taken away or replaced: it is refused or judged, and never a traceback."""
    whole, refused, data = sound(), set(), checks(MAPS)
    for path in list(places(whole)):
        for value in (GONE, None, [], {}, "x", 7, True):
            evidence = copy.deepcopy(whole)
            put(value, *path)(evidence)
            if says(evidence):
                refused.add(path)
            assert judge.judge(evidence, data)["verdict"] == "error" or not says(evidence)
    due = {("boots",), ("boots", 0), ("boots", 0, "end"), ("boots", 0, "end", "how"), STOP,
           (*STOP, "cpu"), (*STOP, "cpus"), (*STOP, "cpus", 0), (*STOP, "cpus", 0, "rip"),
           ("gate",), ("image",), ("emulator", "name"), ("seed",), ("pool",)}
    assert due <= refused


@pytest.mark.parametrize("verb", [["grade"], ["view"], ["tree"]])
@pytest.mark.parametrize("change, sentence", [REFUSED[1], REFUSED[2], REFUSED[10], REFUSED[-7]])
def test_the_commands_say_it_with_status_2(verb, change, sentence, tmp_path):
    evidence = sound()
    change(evidence)
    records.dump(evidence, tmp_path / "e.json")
    done = subprocess.run([sys.executable, "pagewalk", *verb, "--from", str(tmp_path / "e.json")],
                          cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and sentence in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) == 1 and done.stdout == ""


def test_checks_that_look_at_one_boot_refuse_more():
    recorded = run(*process())
    result = judge.judge({**recorded.evidence(), "boots": [recorded.boot()] * 3}, checks(MAPS))
    assert (result["verdict"], result["status"], result["checks"]) == ("error", 2, [])
    assert "3 boots, but the checks of this lesson look at one" in result["message"]


def two_cpus(recorded, stopped):
    """The same run on two CPUs, of which `stopped` came to every stop and to the end."""
    for stop in recorded.stops:
        [mine] = stop["cpus"]
        other = {**mine, "rip": "0x0", "mode": "64", "registers": {
            **mine["registers"], "cr3": "0x7000", "eflags": "0x202", "dr7": "0x401"}}
        stop.update(cpu=stopped, cpus=[mine, other] if stopped == 0 else [other, mine])
    return recorded


@pytest.mark.parametrize("stopped", [0, 1])
def test_the_cpu_that_stopped_is_judged(stopped):
    recorded, data = two_cpus(run(*process()), stopped), checks(LOADED, MAPS)
    assert judge.judge(recorded.evidence(), data)["verdict"] == "pass"
    place = Facts(recorded.evidence(), data).end_place()
    assert place.registers == Facts(recorded.evidence(), data).stops[1].registers
    for stop in recorded.stops:
        stop["cpu"] = 1 - stopped
    assert judge.judge(recorded.evidence(), data)["verdict"] == "void"


def test_no_cpu_may_change_its_descriptor_tables():
    recorded = two_cpus(run(*process()), 0)
    recorded.stops[1]["cpus"][1]["idtr"] = {"base": "0x9000", "limit": 255}
    result = judge.judge(recorded.evidence(), checks(MAPS))
    assert [wire["what"] for wire in result["tripwires"]] == [
        "checkpoint_process_1: IDTR was changed"]
