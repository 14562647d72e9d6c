"""The judge on synthetic evidence: points, verdicts, blocking, ends, tripwires, comparison."""

import copy

import pytest

from fake import Memory, Run, checks, process, run
from grader.formats.checks import faults
from grader.formats.seeds import Generator, mix
from grader.judge import judge

MAPS = {"id": "rows", "kind": "maps", "set": "p", "points": 2}
ROOT = {"id": "cr3", "kind": "registers", "cr3": "note:root_1"}
REST = {"id": "rest", "kind": "nothing_else", "set": "p", "needs": ["rows"], "points": 3}


def verdicts(result):
    """{id: verdict}."""
    return {entry["id"]: entry["verdict"] for entry in result["checks"]}


def entry(result, name):
    """One check of a result."""
    return next(one for one in result["checks"] if one["id"] == name)


def test_right_tables_earn_everything():
    result = judge.judge(run(*process()).evidence(), checks(ROOT, MAPS, REST))
    assert (result["verdict"], result["status"], result["points"], result["maximum"]) == (
        "pass", 0, 6, 6)
    assert entry(result, "cr3")["message"] == "CR3 = 0x00400000"
    assert [row["va"] for row in result["tables"][0]["rows"]] == [
        "0x0", "0x2000", "0x403000", "0xfffff000"]


def test_judging_changes_nothing_and_says_the_same_twice():
    evidence, data = run(*process()).evidence(), checks(ROOT, MAPS, REST)
    before = copy.deepcopy((evidence, data))
    assert judge.judge(evidence, data) == judge.judge(evidence, data)
    assert (evidence, data) == before


def test_a_failed_check_blocks_what_hangs_on_it():
    memory, root = process(rows=((0, 1), (0x403, 4), (0xFFFFF, 5)))
    result = judge.judge(run(memory, root).evidence(), checks(ROOT, MAPS, REST))
    assert verdicts(result) == {"cr3": "pass", "rows": "fail", "rest": "skipped"}
    assert entry(result, "rest")["blocked_by"] == "rows"
    assert (result["status"], result["points"]) == (1, 1)
    assert entry(result, "rows")["code"] == "E-WRONG-FRAME"
    assert entry(result, "rows")["see"] == [
        "make LESSON=2 SEED=77 debug", "c", "c", "page 0x403000", "xp /1wx 0x400004",
        "xp /1wx 0x40200c"]


def test_with_rows_the_rows_come_first_and_are_shown():
    check = {**REST, "needs": [], "rows": True}
    memory, root = process(rows=((0, 1), (0x403, 4), (0xFFFFF, 5)))
    memory.map("32bit", root, 0x1000, 0x9000)
    both = judge.judge(run(memory, root).evidence(), checks(check))
    assert entry(both, "rest")["code"] == "E-WRONG-FRAME"
    assert len(both["tables"][0]["rows"]) == 4
    memory, root = process()
    memory.map("32bit", root, 0x1000, 0x9000)
    extra = judge.judge(run(memory, root).evidence(), checks(check))
    assert entry(extra, "rest")["code"] == "E-EXTRA-MAPPED" and extra["tables"]


def test_an_absent_page_that_is_present_fails():
    memory, root = process()
    memory.map("32bit", root, 0x2000, 0x9000)
    result = judge.judge(run(memory, root).evidence(), checks(MAPS))
    assert verdicts(result) == {"rows": "fail"}


def test_the_other_emulators_check_leaves_the_maximum():
    only = {"id": "b", "kind": "registers", "mode": "32", "emu": "bochs"}
    after = {**MAPS, "needs": ["b"]}
    result = judge.judge(run(*process(), emulator="qemu").evidence(), checks(only, after))
    assert (result["maximum"], result["points"], result["verdict"]) == (2, 2, "pass")
    assert verdicts(result)["b"] == "skipped"


HOLDS = {"id": "on", "title": "the machine: paging is on", "kind": "registers", "at": "process_1",
         "cr0": {"set": "0x80000000"}}
FAILS = {**HOLDS, "id": "off", "title": "the machine: paging is off",
         "cr0": {"clear": "0x80000000"}}


def test_a_fact_is_seen_and_gives_no_points():
    other = {**FAILS, "emu": "qemu"}
    result = judge.judge(run(*process()).evidence(), checks(ROOT, MAPS, fact=[HOLDS, other]))
    assert verdicts(result) == {"cr3": "pass", "rows": "pass", "on": "pass"}
    assert [one["fact"] for one in result["checks"]] == [False, False, True]
    assert (result["verdict"], result["points"], result["maximum"]) == ("pass", 3, 3)


def test_a_fact_that_does_not_hold_is_our_error():
    result = judge.judge(run(*process()).evidence(), checks(ROOT, MAPS, fact=[HOLDS, FAILS]))
    assert (result["verdict"], result["status"]) == ("error", 2)
    assert verdicts(result) == {"cr3": "pass", "rows": "pass", "on": "pass", "off": "error"}
    assert entry(result, "off")["rows"] and entry(result, "off")["code"] is None
    assert "something else than" in result["message"] and "CR0" in result["message"]


@pytest.mark.parametrize("spoil", [
    lambda recorded, memory: memory.map("32bit", recorded.notes[0], 0x2000, 0x9000),
    lambda recorded, memory: setattr(recorded, "end", {"how": "hang"}),
    lambda recorded, memory: recorded.tripwires.append({"code": "C-STATE", "stop": 1, "what": ""})])
def test_a_run_with_a_failure_says_nothing_about_the_machine(spoil):
    memory, root = process()
    recorded = run(memory, root)
    spoil(recorded, memory)
    recorded.stops.clear()
    recorded.stop("start", mode=None)
    recorded.stop("process_1", memory, root)
    result = judge.judge(recorded.evidence(), checks(MAPS, fact=[FAILS]))
    assert result["status"] == 1 and "off" not in verdicts(result)


def test_starter_earns_nothing_unless_a_check_uses_only_what_is_written():
    stopped = run(*process())
    stopped.todo = 2
    stopped.stops.clear()
    stopped.stop("start", mode=None)
    stopped.stop("process_1", *process())
    result = judge.judge(stopped.evidence(), checks(ROOT, {**MAPS, "uses": ["walk"]}))
    assert verdicts(result) == {"run": "fail", "cr3": "skipped", "rows": "pass"}
    assert entry(result, "run")["code"] == "E-TODO" and "map" in entry(result, "run")["message"]
    assert entry(result, "run")["where"] == "work/02_two_levels.c map()"
    assert (result["points"], result["status"]) == (2, 1)


def test_a_run_that_ends_early_is_the_first_cause():
    early = Run()
    early.stop("start", mode=None)
    early.end = {"how": "hang", "symbol": "map+0x12", "line": "work/02_two_levels.c:41"}
    result = judge.judge(early.evidence(), checks(MAPS, REST))
    assert [one["id"] for one in result["checks"]] == ["run", "rows", "rest"]
    first = result["checks"][0]
    assert first["code"] == "E-HANG" and "map+0x12" in first["message"]
    assert first["where"] == "work/02_two_levels.c:41"
    assert entry(result, "rest")["verdict"] == "skipped" and result["points"] == 0


@pytest.mark.parametrize("end, emulator, code", [
    ({"how": "end", "status": 0x11}, "bochs", "E-PANIC"),
    ({"how": "end", "status": 0x14, "first_fault": {"vector": 14, "error": "0x0", "cr2": "0x8",
                                                   "rip": "0x200010"}}, "bochs", "E-PANIC"),
    ({"how": "end", "status": 0x13}, "bochs", "E-TODO"),
    ({"how": "end", "status": 0x10}, "bochs", "E-NO-CHECKPOINT"),
    ({"how": "budget"}, "bochs", "E-HANG")])
def test_how_a_run_ends(end, emulator, code):
    early = Run(emulator=emulator)
    early.stop("start", mode=None)
    early.end = end
    result = judge.judge(early.evidence(), checks(MAPS))
    assert (result["checks"][0]["code"], result["status"]) == (code, 1)


@pytest.mark.parametrize("dirty, code", [(0, "E-PANIC"), (2, "E-TABLE-DIRTY")])
def test_frames_never_cleared_explain_an_exception(dirty, code):
    early, data = Run(), checks(MAPS)
    data["notes"] = ["root_1", "dirty"]
    early.notes = [0, dirty]
    early.stop("start", mode=None)
    fault = {"vector": 13, "error": "0x0", "rip": "0x200010"}
    early.end = {"how": "end", "status": 0x14, "first_fault": fault}
    result = judge.judge(early.evidence(), data)
    assert (result["checks"][0]["code"], result["status"]) == (code, 1)


@pytest.mark.parametrize("end, emulator", [
    ({"how": "timeout"}, "bochs"), ({"how": "hang"}, "qemu"), ({"how": "budget"}, "qemu"),
    ({"how": "end", "status": 0x12}, "bochs"), ({"how": "smoke"}, "bochs")])
def test_ends_that_are_never_the_learners_failure(end, emulator):
    late = run(*process(), emulator=emulator)
    late.end = end
    result = judge.judge(late.evidence(), checks(MAPS))
    assert (result["verdict"], result["status"]) == ("error", 2) and result["message"]


def test_stops_out_of_order():
    wild = Run()
    wild.stop("start", mode=None)
    wild.stop("start", mode=None)
    result = judge.judge(wild.evidence(), checks(MAPS))
    assert result["checks"][0]["code"] == "E-ORDER"


def test_broken_evidence_is_our_error():
    evidence = run(*process()).evidence()
    evidence["pool"] = {}
    assert judge.judge(evidence, checks(MAPS))["status"] == 2
    assert judge.judge({**evidence, "format": "x"}, checks(MAPS))["verdict"] == "error"


def test_numbers_that_are_none_are_our_error():
    for spoil in (lambda one: one.symbols.update(exam="here"),
                  lambda one: one.stops[1]["tables"].update(there="zero"),
                  lambda one: one.stops[1]["cpus"][0]["registers"].update(cr3="0xyz"),
                  lambda one: setattr(one, "end", {"how": "void"})):
        recorded = run(*process())
        spoil(recorded)
        result = judge.judge(recorded.evidence(), checks(MAPS))
        assert (result["verdict"], result["status"]) == ("error", 2)
        assert result["message"].endswith(": grade the submission again")


def test_refused_by_the_gate():
    evidence = run(*process()).evidence()
    evidence["gate"] = {"passed": False, "findings": [{"code": "C-SYMBOL", "what": "printf"}]}
    result = judge.judge(evidence, checks(MAPS))
    assert (result["status"], result["verdict"], result["points"]) == (3, "build_error", 0)
    assert result["tripwires"][0]["code"] == "C-SYMBOL"


def _changed(key, value):
    def change(recorded):
        recorded.stops[1][key] = value
    return change


def _cpu(key, value):
    def change(recorded):
        recorded.stops[1]["cpus"][0][key] = value
    return change


def _register(name, value):
    def change(recorded):
        recorded.stops[1]["cpus"][0]["registers"][name] = value
    return change


def _elsewhere(recorded):
    page = bytearray(4096)
    page[:] = recorded.memory.pages[0x401000]
    recorded.memory.pages[0x401000] = page
    recorded.memory.put(0x401000 + 4 * 0x200, 0x9000 | 3)
    recorded.stops.pop()
    recorded.stop("process_1", recorded.memory, recorded.root)


@pytest.mark.parametrize("change, code", [
    (_changed("staff", [{"name": "text", "sha256": "bb"}]), "C-PATCHED-STAFF"),
    (_changed("idt", "zero"), "C-PATCHED-STAFF"),
    (_cpu("gdtr", {"base": "0x9000", "limit": 23}), "C-PATCHED-STAFF"),
    (_cpu("rip", "0x208000"), "C-SKIPPED-STAFF"),
    (_register("dr7", "0x401"), "C-STATE"), (_register("eflags", "0x102"), "C-STATE"),
    (_register("eflags", "0x202"), "C-STATE"),
    (_register("cr4", "0x30"), "C-STATE"), (_elsewhere, "C-STALE-TEXT"),
    (lambda recorded: recorded.tripwires.append({"code": "C-EXIT-PORT", "stop": 1, "what": "x"}),
     "C-EXIT-PORT")])
def test_a_tripwire_voids_the_run(change, code):
    memory, root = process()
    recorded = run(memory, root)
    recorded.memory, recorded.root = memory, root
    data = checks(ROOT, tripwires={"cr4": "0x10"})
    assert judge.judge(recorded.evidence(), data)["verdict"] == "pass"
    change(recorded)
    result = judge.judge(recorded.evidence(), data)
    assert (result["verdict"], result["points"], result["status"]) == ("void", 0, 1)
    assert code in [wire["code"] for wire in result["tripwires"]]


def test_a_run_that_was_stopped_for_a_trick_is_void():
    recorded = run(*process())
    recorded.tripwires.append({"code": "C-LIBRARY", "stop": 1, "what": "pg_map() was called"})
    recorded.end = {"how": "void"}
    result = judge.judge(recorded.evidence(), checks(ROOT))
    assert (result["verdict"], result["points"], result["status"]) == ("void", 0, 1)
    assert [e["code"] for e in result["checks"] if e["id"] == "run"] == ["C-LIBRARY"]


def test_the_learner_may_change_what_rebase_names():
    recorded = run(*process())
    recorded.stops[1]["idt"] = "zero"
    data = checks(ROOT, tripwires={"rebase": {"process_1": ["idt"]}})
    assert judge.judge(recorded.evidence(), data)["verdict"] == "pass"


def test_a_skipped_stop_is_a_tripwire():
    data = checks(MAPS, order=["start", "built", "process_1"])
    result = judge.judge(run(*process()).evidence(), data)
    assert result["verdict"] == "void"
    assert result["tripwires"][0]["code"] == "C-SKIPPED-STAFF"


def test_random_rows_are_drawn_from_the_seed():
    data = checks(MAPS)
    data["draw"] = {"extra": {"after": "start", "count": 4, "page": [0x40000, 0x7FFFF],
                              "frame": [0x400, 0x7FF]}}
    data["set"]["p"]["random"] = {"draw": "extra", "cut": 4}
    draw = Generator(mix(77, 1))
    memory, root = process()
    for index in range(4):
        page = 0x40000 + index * 0x10000 + draw.below(0x10000)
        frame = 0x400 + draw.below(0x400)
        if index != 3:
            memory.map("32bit", root, page << 12, frame << 12)
    assert judge.judge(run(memory, root).evidence(), data)["verdict"] == "pass"
    bare = judge.judge(run(*process()).evidence(), data)
    assert entry(bare, "rows")["code"] == "C-HARDCODED"
    memory.map("32bit", root, page << 12, frame << 12)
    kept = judge.judge(run(memory, root).evidence(), data)
    assert entry(kept, "rows")["code"] == "E-STILL-MAPPED"


def test_emulators_that_agree_and_that_do_not():
    data = checks(ROOT, MAPS)
    good, bad = process(), process(rows=((0, 1), (0x403, 4), (0xFFFFF, 5)))
    bochs = judge.judge(run(*good).evidence(), data)
    qemu = judge.judge(run(*good, emulator="qemu").evidence(), data)
    assert judge.compare([bochs, qemu]) == bochs
    other = judge.judge(run(*bad, emulator="qemu").evidence(), data)
    result = judge.compare([bochs, other])
    assert (result["verdict"], result["status"]) == ("error", 2)
    assert [row["what"] for row in entry(result, "rows")["rows"]] == ["bochs", "qemu"]
    hung = run(*good)
    hung.end = {"how": "hang"}
    fell = judge.judge(hung.evidence(), data)
    assert judge.compare([fell, qemu])["status"] == 2


@pytest.mark.parametrize("spoil, words", [
    (lambda c: c["check"][0].update(kind="mops"), 'no kind "mops"'),
    (lambda c: c["check"][0].update(set="q"), 'no set "q"'),
    (lambda c: c["check"][0].update(at="end"), 'stop "end" is not in order'),
    (lambda c: c["check"][0].update(needs=["later"]), "no check before it"),
    (lambda c: c["check"][0].update(rot=1), 'no key "rot"'),
    (lambda c: c["check"][0].update(root="note:nope"), 'note "nope"'),
    (lambda c: c["check"][0].pop("set"), 'needs "set"'),
    (lambda c: c["check"][0].pop("points"), 'lacks "points"'),
    (lambda c: c["check"][0].update(points=0), "no points"),
    (lambda c: c["check"][0].update(uses=["fly"]), "uses must name"),
    (lambda c: c.pop("width"), '"width" is missing'),
    (lambda c: c.update(colour=1), 'unknown key "colour"'),
    (lambda c: c.update(fact=[{**HOLDS, "points": 1}]), 'fact "on": the kind registers has no key'),
    (lambda c: c.update(fact=[{**HOLDS, "id": "rows"}]), 'fact "rows" is there twice'),
    (lambda c: c.update(fact=[{"id": "on"}]), 'fact "on" lacks "title"'),
    (lambda c: c["set"]["p"]["rows"].append({"page": 1}), "a row needs"),
    (lambda c: c.update(tour=[{"stop": "nowhere"}]), "a tour names")])
def test_faults_of_checks_toml_are_one_sentence(spoil, words):
    data = checks(MAPS)
    assert faults(data) == []
    spoil(data)
    assert any(words in fault for fault in faults(data)), faults(data)


def test_the_learners_registers_can_not_crash_the_judge():
    """Garbage tables and a CR3 into nowhere give a verdict, not an exception."""
    memory = Memory()
    root = memory.table()
    for index in range(1024):
        memory.put(root + 4 * index, (index * 0x9E3779B1 ^ root) & 0xFFFFFFFF)
    for cr3 in (root, 0xDEAD000, 0):
        result = judge.judge(run(memory, cr3).evidence(), checks(ROOT, MAPS, REST))
        assert result["verdict"] in ("fail", "void")
