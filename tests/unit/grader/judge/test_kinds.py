"""Check kinds one by one: what passes, what fails, and under which code."""

import pytest

from fake import Memory, Run, built, checks, process, run
from grader.formats.seeds import Generator, mix
from grader.judge import judge


def first(recorded, *entries, **more):
    """The first check of the result that is not about the run itself."""
    return judge.judge(recorded.evidence(), checks(*entries, **more))["checks"][0]


ACCESSES = {"id": "probes", "kind": "accesses", "set": "p",
            "addresses": ["0x10", "0x2000", "0x403004"]}


def probed(memory, root, *changes, emulator="bochs"):
    """A run with the accesses of ACCESSES, some replaced: (va, kind, facts)."""
    recorded = run(memory, root, emulator=emulator)
    right = {0x10: ("read_1", {"pa": 0x1010, "value": 7, "canary": 7}),
             0x2000: ("read_4", {"error": 0x0}),
             0x403004: ("write_4", {"pa": 0x3004, "value": 9})}
    for va, kind, facts in changes:
        right[va] = (kind, facts)
    for va, (kind, facts) in right.items():
        if kind:
            recorded.access(va, kind, **facts)
    return recorded


def test_accesses_as_wanted():
    assert first(probed(*process()), ACCESSES)["message"] == \
        "2 reached their frame, 1 faulted as they must"


@pytest.mark.parametrize("change, code", [
    ((0x10, "read_1", {"pa": 0x9010}), "C-UNDONE-AFTER"),
    ((0x10, "read_1", {"value": 1, "canary": 2}), "C-UNDONE-AFTER"),
    ((0x2000, "read_4", {"pa": 0x2000}), "C-UNDONE-AFTER"),
    ((0x2000, "read_4", {"error": 0x2}), "E-UNNAMED"),
    ((0x2000, "read_4", {"error": 0x0, "vector": 13}), "E-VECTOR"),
    ((0x403004, None, {}), "C-SKIPPED-STAFF")])
def test_accesses_that_contradict_right_tables(change, code):
    entry = first(probed(*process(), change), {**ACCESSES})
    assert (entry["verdict"], entry["code"]) == ("fail", code)


def test_accesses_that_follow_wrong_tables_are_named_by_the_tables():
    memory, root = process(flags=1)
    entry = first(probed(memory, root, (0x403004, "write_4", {"error": 0x3})), ACCESSES)
    assert entry["code"] == "E-RIGHTS-LEAF" and len(entry["rows"]) == 3
    memory, root = process(rows=((0, 1), (0xFFFFF, 5)))
    entry = first(probed(memory, root, (0x403004, "write_4", {"error": 0x2})), ACCESSES)
    assert entry["code"] == "E-NOT-MAPPED" and "0x00403004" in entry["message"]


def test_qemu_leaves_p_out_of_a_reserved_bit_error():
    """Error 8 (QEMU) and 9 (Bochs) are the same failure of the same learner."""
    memory = Memory()
    root = memory.table()
    memory.put(root, 0x00200083)
    readings = []
    for error, emulator in ((8, "qemu"), (9, "bochs")):
        recorded = probed(memory, root, (0x10, "read_1", {"error": error}), emulator=emulator)
        recorded.staff = []
        readings.append(first(recorded, ACCESSES)["code"])
    assert readings == ["E-RESERVED"] * 2


def test_rows_demands_a_probe_of_every_row():
    entry = first(probed(*process()), {**ACCESSES, "rows": True})
    assert entry["code"] == "C-SKIPPED-STAFF" and "0xFFFFF000" in entry["message"]


def test_alias_across_two_spaces():
    one, root = process(rows=((2, 3),))
    two = one.table()
    one.map("32bit", two, 0x200000, 0x200000)
    one.map("32bit", two, 0x4000, 0x3000)
    data = {"id": "alias", "kind": "alias", "written": "0x2000", "seen": "0x4000"}
    order = {"order": ["start", "process_1", "process_2"]}
    for emulator, pa, good in (("bochs", 0x3000, True), ("qemu", None, True),
                               ("bochs", 0x7000, False)):
        recorded = run(one, root, emulator=emulator)
        recorded.access(0x2000, "write_4", value=0x55, pa=pa and 0x3000)
        recorded.stop("process_2", one, two)
        recorded.access(0x4000, "read_4", value=0x55, pa=pa)
        assert (first(recorded, data, **order)["verdict"] == "pass") == good
    recorded.accesses.pop()
    assert first(recorded, data, **order)["verdict"] == "fail"


def answered(answers, memory=None, root=None):
    """A run whose second stop holds these answers."""
    if memory is None:
        memory, root = process()
    recorded = Run()
    recorded.stop("start", mode=None)
    recorded.stop("process_1", memory, root, answers=answers)
    return recorded


def asking(asks, **more):
    """A check of translate on fixed questions, the truth from the set."""
    return {"id": "t", "kind": "answers", "set": "p", "group": "asked", "asks": list(asks), **more}


ASKS = (0x10, 0x403ABC, 0x2000, 0xFFFFF123, 0x200010)
TRUTH = (0x1010, 0x3ABC, None, 0x5123, 0x200010)


def told(change=lambda ask, pa: pa):
    """Answers as a learner with this mistake gives them; None is "not mapped"."""
    values = [change(ask, pa) for ask, pa in zip(ASKS, TRUTH)]
    return [(ask, 0, 0) if value is None else (ask, 1, value) for ask, value in zip(ASKS, values)]


@pytest.mark.parametrize("change, code", [
    (lambda ask, pa: pa, None),
    (lambda ask, pa: None if pa is None else pa & ~0xFFF, "E-OFFSET-LOST"),
    (lambda ask, pa: None if pa is None else pa >> 12, "E-FRAME-SHIFT"),
    (lambda ask, pa: None if pa is None else pa + 3, "E-OFFSET-LOST"),
    (lambda ask, pa: pa or 0x77, "E-UNNAMED")])
def test_translate_answers(change, code):
    assert first(answered(told(change)), asking(ASKS))["code"] == code


def test_translate_that_answers_for_another_space():
    sets = {"p": {"rows": [{"page": 0x10, "frame": 3}]},
            "q": {"rows": [{"page": 0x10, "frame": 4}, {"page": 0x11, "frame": 5}]}}
    entry = first(answered([(0x10ABC, 1, 0x4ABC), (0x11000, 1, 0x5000)], *process(rows=())),
                  asking((0x10ABC, 0x11000)), set=sets)
    assert entry["code"] == "E-WRONG-SPACE" and "(q)" in entry["message"]


def test_translate_that_takes_frame_zero_for_none():
    memory, root = process(rows=((0, 0), (0x403, 3)))
    data = {"p": {"rows": [{"page": 0, "frame": 0}, {"page": 0x403, "frame": 3}]}}
    answers = [(0x10, 0, 0), (0x403ABC, 1, 0x3ABC)]
    entry = first(answered(answers, memory, root), asking((0x10, 0x403ABC)), set=data)
    assert entry["code"] == "E-ZERO-IS-NONE"


def test_translate_against_the_tables_with_a_wrong_index():
    memory, root = process(rows=((0x803, 3), (0x806, 9)))
    entry = first(answered([(0x803ABC, 0, 0), (0x806004, 1, 0x3004)], memory, root),
                  {"id": "t", "kind": "answers", "group": "asked", "asks": [0x803ABC, 0x806004]})
    assert entry["code"] == "E-INDEX-SHIFT" and "was read" in entry["message"]


def test_questions_are_drawn_again():
    draw = Generator(mix(77, 1))
    asks = []
    for index in range(6):
        if index % 2:
            row = (0, 0x403, 0xFFFFF)[draw.below(3)]
            asks.append((row + draw.below(1) << 12) + draw.below(4096))
        else:
            asks.append(draw.below(0x100000) << 12 | draw.below(4096))
    pages = {0: 1, 0x403: 3, 0xFFFFF: 5, 0x200: 0x200}
    answers = [(ask, 1, pages[ask >> 12] << 12 | ask & 0xFFF) if ask >> 12 in pages
               else (ask, 0, 0) for ask in asks]
    check = {"id": "t", "kind": "answers", "set": "p", "group": "asked", "draw": "six"}
    six = {"six": {"after": "start", "count": 6, "forms": [{"page": [0, 0xFFFFF], "offset": True},
                                                           {"row": True}]}}
    assert first(answered(answers), check, draw=six)["verdict"] == "pass"
    easy = [(0x10, 1, 0x1010), *answers[1:]]
    for given, code in ((easy, "C-PATCHED-STAFF"), (answers[:4], "C-SKIPPED-STAFF"),
                        ([*answers, (0, 0, 0)], "C-PATCHED-STAFF")):
        result = judge.judge(answered(given).evidence(), checks(check, draw=six))
        assert result["verdict"] == "void" and result["tripwires"][0]["code"] == code


def test_expected_results_carry_their_own_codes():
    check = {"id": "c", "kind": "answers", "group": "asked", "expect": [
        2, {"result": 3, "code": "E-RANGE-ALIGN", "why": "map(0x1001)"}]}
    other = {"other": [(0, 9, 9)]}
    both = {"groups": ["other*1", "asked"]}
    assert first(answered({**other, "asked": [(1, 2, 0), (2, 3, 0)]}), check,
                 **both)["verdict"] == "pass"
    entry = first(answered({**other, "asked": [(1, 2, 0), (2, 0, 0)]}), check, **both)
    assert entry["code"] == "E-RANGE-ALIGN" and "map(0x1001)" in entry["message"]


def test_unchanged_ignores_accessed_and_dirty():
    memory, root = process()
    check = {"id": "u", "kind": "unchanged", "since": "process_1", "at": "later",
             "code": "E-REMAP-SILENT"}
    order = {"order": ["start", "process_1", "later"]}
    recorded = run(memory, root)
    where = memory.get(root + 4) & ~0xFFF
    memory.put(where + 12, memory.get(where + 12) | 0x60)
    recorded.stop("later", memory, root)
    assert first(recorded, check, **order)["verdict"] == "pass"
    recorded.stops.pop()
    memory.put(where + 12, 0x9003)
    recorded.stop("later", memory, root)
    entry = first(recorded, check, **order)
    assert entry["code"] == "E-REMAP-SILENT"
    assert (entry["rows"][0]["want"], entry["rows"][0]["have"]) == ("0x00003003", "0x00009003")


def test_table_bytes():
    check = {"id": "b", "kind": "table_bytes", "set": "p"}
    memory, root = process()
    assert first(run(memory, root), check)["message"].startswith("16384 bytes")
    memory.put(root + 400, memory.table() | 3)
    entry = first(run(memory, root), check)
    assert entry["code"] == "E-FRAME-LEAK" and "empty at" in entry["rows"][1]["have"]


def test_notes_and_frames():
    recorded = run(*process())
    check = {"id": "n", "kind": "note", "note": "root_1", "want": "cr3"}
    assert first(recorded, check)["verdict"] == "pass"
    assert first(recorded, {**check, "test": ">"})["code"] == "E-UNNAMED"
    books = {"id": "f", "kind": "frames", "before": "100", "after": "97", "used": "1 + 2"}
    assert first(recorded, books)["verdict"] == "pass"
    assert first(recorded, {**books, "used": 2})["code"] == "E-FRAME-LEAK"
    assert first(recorded, {**books, "used": 4})["code"] == "E-FRAME-TWICE"


def test_vector():
    recorded = run(*process())
    recorded.access(0x2000, "write_1", error=2, vector=8)
    check = {"id": "v", "kind": "vector", "va": "0x2000", "vector": 14}
    assert first(recorded, check)["code"] == "E-IST-MISSING"
    recorded.accesses[0].update(vector=14)
    assert first(recorded, {**check, "error": 2})["verdict"] == "pass"
    assert first(recorded, {**check, "error": 3})["code"] == "E-ERRCODE"
    recorded.accesses[0]["vector"] = 13
    assert first(recorded, check)["code"] == "E-VECTOR"


def test_registers():
    check = {"id": "r", "kind": "registers", "cr0": {"set": "0x80010000"}, "mode": "32"}
    assert first(run(*process()), check)["verdict"] == "pass"
    entry = first(run(*process()), {**check, "cr4": {"set": "0x20", "clear": "0x10"}})
    assert entry["rows"][0]["what"] == "CR4" and entry["rows"][0]["want"] == "0x00000020"
    assert first(run(*process()), {**check, "mode": "64"})["verdict"] == "fail"


@pytest.mark.parametrize("spec, code", [
    ({"cr0": {"set": "0x80000000"}}, "E-PG-OFF"), ({"cr0": {"set": "0x10000"}}, "E-WP-OFF"),
    ({"efer": {"set": "0x800"}}, "E-XD-NO-NXE"), ({"cr4": {"set": "0x20"}}, "E-UNNAMED")])
def test_bits_that_have_a_name(spec, code):
    recorded = Run()
    recorded.stop("start", mode=None)
    recorded.stop("process_1", mode=None)
    assert first(recorded, {"id": "r", "kind": "registers", **spec})["code"] == code


def test_paging_that_was_never_switched_on_is_the_learners_failure():
    recorded = Run()
    recorded.stop("start", mode=None)
    recorded.stop("process_1", *process(), cr0=0x10011)
    recorded.stops[1]["flush"] = "off"
    for check in ({"id": "m", "kind": "maps", "set": "p"}, {"id": "x", "kind": "table_bytes",
                                                          "exactly": 0}):
        entry = first(recorded, check)
        assert (entry["verdict"], entry["code"]) == ("fail", "E-PG-OFF")


@pytest.mark.parametrize("value, code", [
    (0x5ABC | 1 << 63, "E-MASK-XD"), (0x5ABC | 1 << 55, "E-MASK-XD"), (0x5000, "E-OFFSET-LOST"),
    (0x5ABC | 0x67, "E-OFFSET-LOST"), (0x5ABC | 1 << 40, "E-UNNAMED")])
def test_translate_in_long_mode_keeps_bits(value, code):
    memory = built([(0x1000, 0x5000)], spoil=lambda entry: entry | 1 << 63 | 1 << 55)[1]
    recorded = Run(lesson="08_four_levels")
    recorded.staff = []
    recorded.stop("start", mode=None)
    recorded.stop("process_1", memory, 0x400000, mode="4level", answers=[(0x1ABC, 1, value)])
    check = {"id": "t", "kind": "answers", "group": "asked", "count": 1}
    assert first(recorded, check, width=64)["code"] == code


def test_long_mode_rows_and_bytes():
    recorded, _, _ = built([(0x200000 * n, 0x200000 * n) for n in range(2048)], leaf=21)
    sets = {"p": {"rows": [{"va": 0, "pa": 0, "pages": 2048, "size": "2M"}]}}
    for kind in ("maps", "nothing_else", "table_bytes"):
        check = {"id": kind, "kind": kind, "set": "p"}
        entry = first(recorded, check, set=sets, width=64)
        assert entry["verdict"] == "pass", entry
    assert entry["message"] == "24576 bytes, the least possible"


def test_flat_tables_before_paging_is_on():
    memory = Memory()
    for page in range(1024):
        memory.pages[0x800000 + page * 4096] = bytearray(4096)
    for page, frame in ((0, 1), (0x403, 3), (0xFFFFF, 5), (0x200, 0x200)):
        memory.map("flat", 0x800000, page << 12, frame << 12)
    recorded = Run()
    recorded.stop("start", mode=None)
    recorded.stop("process_1", memory, mode=None)
    check = {"id": "f", "kind": "nothing_else", "set": "p", "root": "0x800000", "mode": "flat"}
    assert first(recorded, check)["verdict"] == "pass"
    memory.map("flat", 0x800000, 0x2000, 0x9000)
    recorded.stops.pop()
    recorded.stop("process_1", memory, mode=None)
    entry = first(recorded, {**check, "kind": "maps"})
    assert entry["code"] == "E-EXTRA-MAPPED" and entry["see"][-1] == "xp /1wx 0x800008"


def test_a_question_that_makes_a_table():
    memory, root = process()
    recorded = run(memory, root)
    memory.put(root + 400, memory.table() | 3)
    recorded.stop("later", memory, root)
    check = {"id": "u", "kind": "unchanged", "since": "process_1", "at": "later"}
    order = {"order": ["start", "process_1", "later"]}
    for code, named in (("E-REMAP-SILENT", "E-LOOKUP-ALLOCATES"), ("E-OOM-HALF", "E-OOM-HALF")):
        assert first(recorded, {**check, "code": code}, **order)["code"] == named
