"""Every mistake a table can show, made on purpose: the judge must name it."""

import pytest

from fake import CODE, Memory, Run, built, checks, cpus, process, run
from grader.formats.codes import all_codes
from grader.judge import judge

MAPS = {"id": "rows", "kind": "maps", "set": "p"}
REST = {"id": "rest", "kind": "nothing_else", "set": "p"}
ROWS = ((0, 1), (0x403, 3), (0xC12, 7), (0x77F01, 9), (0xFFFFF, 5))


def wide(**more):
    """Checks whose rows differ in both indices."""
    data = checks(MAPS)
    data["set"]["p"]["rows"] = [{"page": page, "frame": frame} for page, frame in ROWS]
    data["set"]["p"].update(more)
    return data


def code(memory, root, data, emulator="bochs"):
    """(code, sentence) of the first check that failed."""
    result = judge.judge(run(memory, root, emulator=emulator).evidence(), data)
    failed = next(entry for entry in result["checks"] if entry["verdict"] == "fail")
    assert failed["code"] in all_codes()
    return failed["code"], failed["message"]


def mistaken(indices=None, entry=None, rows=ROWS, flags=3, upper=3):
    """Tables of the rows with a mistake: indices(va) or entry(pa) as the learner wrote them."""
    memory = Memory()
    root = memory.table()
    memory.map("32bit", root, CODE, CODE)
    for page, frame in rows:
        va = page << 12
        where = memory.map("32bit", root, va, frame << 12, flags=flags, upper=upper,
                           indices=indices and indices(va))
        if entry:
            memory.put(where, entry(frame << 12))
    return memory, root


@pytest.mark.parametrize("made, name, words", [
    (dict(indices=lambda va: [va >> 21 & 0x3FF, va >> 12 & 0x3FF]), "E-INDEX-SHIFT", "index 0x"),
    (dict(indices=lambda va: [va >> 22, va >> 11 & 0x3FF]), "E-INDEX-SHIFT", "bits 20:11"),
    (dict(indices=lambda va: [va >> 22, va >> 12 & 0x1FF]), "E-INDEX-SHIFT", "mask"),
    (dict(indices=lambda va: [va >> 12 & 0x3FF, va >> 22]), "E-INDEX-SWAP", "exchanged"),
    (dict(entry=lambda pa: pa >> 12 | 3), "E-FRAME-SHIFT", "not shifted"),
    (dict(entry=lambda pa: pa << 12 & 0xFFFFFFFF | 3), "E-FRAME-SHIFT", "shifted twice"),
    (dict(entry=lambda pa: pa | 2), "E-P-MISSING", "PTE"),
    (dict(flags=1), "E-RIGHTS-LEAF", "PTE"),
    (dict(flags=7, upper=7), "E-US-LEAK", "ring 3"),
    (dict(rows=[row for row in ROWS if row[0] != 0x403] + [(0x403, 8)]), "E-WRONG-FRAME", "")])
def test_mistakes_of_a_two_level_map(made, name, words):
    found, why = code(*mistaken(**made), wide())
    assert (found, words in why) == (name, True), (found, why)


def test_right_rows_of_all_kinds_pass():
    result = judge.judge(run(*mistaken(), emulator="bochs").evidence(), wide())
    assert result["verdict"] == "pass"


def test_upper_entry_without_write_or_present():
    for bit, name in ((2, "E-RW-UPPER"), (1, "E-P-MISSING")):
        memory, root = mistaken()
        memory.put(root + 4, memory.get(root + 4) & ~bit)
        found, why = code(memory, root, wide())
        assert found == name and "PDE[1]" in why
    memory, root = mistaken(flags=7)
    assert code(memory, root, wide(flags="WU"))[0] == "E-US-UPPER"


def test_frame_zero_left_out():
    data = wide()
    data["set"]["p"]["rows"].append({"page": 1, "frame": 0})
    assert code(*mistaken(), data)[0] == "E-ZERO-IS-NONE"


def test_dirty_table_null_page_and_identity():
    memory, root = mistaken()
    table = memory.get(root + 4) & ~0xFFF
    for index in range(40, 60):
        memory.put(table + 4 * index, 0xA5A5A003 + (index << 12) * 7)
    assert code(memory, root, wide().but(check=checks(REST)["check"]))[0] == "E-TABLE-DIRTY"
    memory, root = process(rows=((0x403, 3), (0, 0)))
    data = checks(REST)
    data["set"]["p"]["rows"] = [{"page": 0x403, "frame": 3}]
    assert code(memory, root, data)[0] == "E-NULL-MAPPED"
    memory, root = process(rows=((0x403, 3), *((page, page) for page in range(16))))
    assert code(memory, root, data)[0] == "E-IDENTITY-LEFT"


def test_ranges():
    data = checks(MAPS)
    data["set"]["p"] = {"rows": [{"va": "0x800000", "pa": "0x1000000", "pages": 8}]}
    short = [(0x800 + n, 0x1000 + n) for n in range(7)]
    assert code(*process(rows=short), data)[0] == "E-RANGE-LAST"
    data["set"]["p"] = {"rows": [{"va": "0xffffc000", "pa": "0x1000000", "pages": 4}]}
    assert code(*process(rows=()), data)[0] == "E-RANGE-WRAP"


def test_wrong_space():
    memory, root = mistaken(rows=())
    other = memory.table()
    for page, frame in ROWS:
        memory.map("32bit", other, page << 12, frame << 12)
    recorded = Run()
    recorded.notes = [other]
    recorded.stop("start", mode=None)
    recorded.stop("process_1", memory, root)
    data = wide()
    data["collect"] = {"roots": {"process_1": ["note:root_1"]}}
    result = judge.judge(recorded.evidence(), data)
    assert result["checks"][0]["code"] == "E-WRONG-SPACE"


def test_pointers_in_the_wrong_table():
    memory, root = mistaken()
    memory.put(root + 4, root | 3)
    assert code(memory, root, wide())[0] == "E-ENTRY-WRONG-TABLE"


def test_large_page_on_the_way():
    memory, root = mistaken()
    memory.put(root + 4, 0x400083)
    assert code(memory, root, wide())[0] == "E-PS-IN-PATH"


def long_mode(rows, **more):
    """Checks and a run in 4-level paging: rows as {page, frame, size?}, tables from `build`."""
    data = checks({"id": "rows", "kind": "maps", "set": "p"}, width=64, **more)
    data["set"]["p"] = {"rows": rows, "flags": more.get("flags", "W")}
    return data


@pytest.mark.parametrize("row, pages, name", [
    (dict(va="0x7f0000001000", pa="0x234567000"), [(0x7F0000001000, 0x34567000)], "E-TRUNC32"),
    (dict(va="0x7f0000001000", pa="0x5000"), [(0x1000, 0x5000)], "E-TRUNC32"),
    (dict(va="0xffff800000003000", pa="0x5000"), [], "E-NOT-MAPPED")])
def test_four_levels(row, pages, name):
    recorded, _, _ = built(pages)
    result = judge.judge(recorded.evidence(), long_mode([row]))
    assert result["checks"][0]["code"] == name


@pytest.mark.parametrize("spoil, name", [
    (lambda entry: entry | 1 << 14, "E-LARGE-ALIGN"),
    (lambda entry: entry | 1 << 45, "E-RESERVED")])
def test_large_entries(spoil, name):
    recorded, _, _ = built([(0, 0x200000)], leaf=21, spoil=spoil)
    data = long_mode([{"va": 0, "pa": "0x200000", "size": "2M"}])
    assert judge.judge(recorded.evidence(), data)["checks"][0]["code"] == name


def test_execute_disable():
    recorded, _, _ = built([(0, 0x5000)], spoil=lambda entry: entry | 1 << 63)
    data = long_mode([{"va": 0, "pa": "0x5000"}], flags="WX")
    data.pop("flags")
    assert judge.judge(recorded.evidence(), data)["checks"][0]["code"] == "E-XD-INVERTED"


def test_entry_with_a_virtual_address():
    recorded, memory, root = built([(0, 0x5000)])
    high = 0xFFFFFFFF80000000
    recorded.offset = high
    memory.put(root, (memory.get(root, 8) + high) & 0x000FFFFFFFFFFFFF, 8)
    recorded.stops.clear()
    recorded.stop("start", memory, root, mode="4level")
    recorded.stop("process_1", memory, root, mode="4level")
    result = judge.judge(recorded.evidence(), long_mode([{"va": 0, "pa": "0x5000"}]))
    assert result["checks"][0]["code"] in ("E-CR3-VIRTUAL", "E-RESERVED")
    assert "PML4E" in result["checks"][0]["message"]


@pytest.mark.parametrize("cr3, note, offset, name", [
    (0x400000, 0x400000, 0, None), (0x400018, 0x400000, 0, None),
    (0x401000, 0x400000, 0, "E-CR3-STALE"), (0x400000, 0x400010, 0, "E-CR3-ALIGN"),
    (0x400, 0x400000, 0, "E-FRAME-SHIFT"),
    (0xC0400000, 0x400000, 0xC0000000, "E-CR3-VIRTUAL")])
def test_cr3(cr3, note, offset, name):
    memory, _ = process()
    recorded = Run()
    recorded.notes, recorded.offset, recorded.staff = [note], offset, []
    recorded.stop("start", mode=None)
    recorded.stop("process_1", memory, cr3)
    data = checks({"id": "cr3", "kind": "registers", "cr3": "note:root_1"})
    assert judge.judge(recorded.evidence(), data)["checks"][0]["code"] == name


def test_ignored_bits_in_cr3_are_a_remark():
    memory, root = process()
    data = checks({"id": "cr3", "kind": "registers", "cr3": "note:root_1"})
    recorded = Run()
    recorded.notes = [root]
    recorded.stop("start", mode=None)
    recorded.stop("process_1", memory, root | 3)
    result = judge.judge(recorded.evidence(), data)
    assert result["verdict"] == "pass" and result["remarks"][0]["code"] == "R-CR3-BITS"


def died(pages, vector=14, cr2=0x200010, registers=(), **more):
    """A triple fault with these identity pages mapped at that moment."""
    memory = Memory()
    root = memory.table()
    for page in pages:
        memory.map("32bit", root, page << 12, page << 12)
    recorded = Run()
    recorded.stop("start", mode=None)
    recorded.end = {"how": "triple_fault", "symbol": "enter+0x4", "tables": {
        hex(pa): recorded.store(page) for pa, page in memory.pages.items()},
        **cpus(0x200010, **{"cr0": 0x80010011, "cr3": root, "cr4": 0, "efer": 0,
                            "rsp": 0x220000, **dict(registers)}),
        "first_fault": {"vector": vector, "error": "0x0", "cr2": hex(cr2), "rip": "0x200010"},
        "line": "src/enter.c:7", **more}
    return recorded


@pytest.mark.parametrize("pages, name", [
    ((), "E-NO-IDENTITY"), ((0x201, 0x202, 0x21F), "E-NO-IDENTITY"),
    ((0x200, 0x201, 0x202), "E-STACK-UNMAPPED"), ((0x200, 0x21F, 0x201), "E-STACK-UNMAPPED"),
    ((0x200, 0x201, 0x202, 0x21F), "E-TRIPLE-FAULT")])
def test_autopsy(pages, name):
    result = judge.judge(died(pages, cr2=0x500000).evidence(), checks(MAPS))
    first = result["checks"][0]
    assert first["code"] == name and "enter+0x4" in first["message"]
    assert result["status"] == 1 and first["rows"]


def test_autopsy_shows_the_walk_of_cr2_and_how_to_look_at_it():
    recorded = died((0x200, 0x201, 0x202, 0x21F), cr2=0x500000)
    first = judge.judge(recorded.evidence(), checks(MAPS))["checks"][0]
    assert first["rows"][0]["what"] == "address (CR2) 0x00500000"
    at = first["rows"][0]["address"]
    assert first["see"] == ["make LESSON=2 SEED=77 debug", "c", f"xp /1wx {at}"]
    assert first["read"] == "Common mistakes"
    same = judge.judge(died((), cr2=0x200010).evidence(), checks(MAPS))["checks"][0]
    assert same["rows"][0]["what"].startswith("code (RIP)")     # CR2 is RIP: told once


def test_autopsy_sees_a_missing_present_bit_and_a_lost_root():
    recorded = died((0x200, 0x201, 0x202, 0x21F))
    key = recorded.end["tables"]["0x400000"]
    memory = Memory()
    root = memory.table()
    memory.put(root, 0x401002)
    recorded.end["tables"] = {hex(root): recorded.store(memory.page(root))}
    result = judge.judge(recorded.evidence(), checks(MAPS))
    assert key and result["checks"][0]["code"] == "E-P-MISSING"
    lost = died((0x200,), registers={"cr3": 0xdead000})
    assert judge.judge(lost.evidence(), checks(MAPS))["checks"][0]["code"] == "E-CR3-VIRTUAL"


def long_step(**more):
    """One STEP of the way into long mode, everything ready unless changed."""
    state = {"cr0": "0x80000011", "cr3": "0x400000", "cr4": "0x20", "efer": "0x500"}
    state.update({key: hex(value) for key, value in more.items() if key in state})
    return {"rip": "0x200020", "symbol": "enter", "insn": more.get("insn", "mov cr0, eax"),
            "cs_l": more.get("cs_l", 1), **state}


@pytest.mark.parametrize("steps, name", [
    ([long_step(cr0=0x11, efer=0x100, cs_l=0), long_step(cs_l=0), long_step()], None),
    ([long_step(cr4=0, cs_l=0), long_step()], "E-ORDER-LM"),
    ([long_step(efer=0, cs_l=0), long_step()], "E-ORDER-LM"),
    ([long_step(cr3=0, cs_l=0), long_step()], "E-ORDER-LM"),
    ([long_step(cs_l=0)], "E-ORDER-LM"),
    ([long_step(cs_l=0), long_step(cr3=0x80000)], "E-ORDER-LM"),
    ([long_step(cr0=0x11, efer=0, cs_l=0)], "E-ORDER-LM")])
def test_order_into_long_mode(steps, name):
    memory, root = process()
    recorded = run(memory, root)
    recorded.steps = steps
    data = checks({"id": "s", "kind": "steps", "root": "0x400000"}, wants_long_mode=True)
    assert judge.judge(recorded.evidence(), data)["checks"][0]["code"] == name


def test_a_triple_fault_on_the_way_into_long_mode_is_an_order():
    recorded = died((), vector=13)
    recorded.end["cpus"][0]["registers"]["cr0"] = "0x11"
    recorded.steps = [long_step(cr0=0x11, cr4=0, cs_l=0)]
    result = judge.judge(recorded.evidence(), checks(MAPS, wants_long_mode=True))
    assert result["checks"][0]["code"] == "E-ORDER-LM"
    assert "CR4.PAE is clear" in result["checks"][0]["message"]


def test_a_table_full_of_what_its_frame_held():
    memory, root = mistaken()
    table = memory.get(root + 4) & ~0xFFF
    kept = memory.get(table + 12)
    for index in range(1024):
        memory.put(table + 4 * index, 0x0BADF00F)
    memory.put(table + 12, kept)
    data = wide()
    data["set"]["p"]["rows"].append({"page": 0x500, "frame": 0x77})
    assert code(memory, root, data)[0] == "E-TABLE-DIRTY"


def test_a_directory_entry_with_the_number_of_a_frame():
    memory, root = mistaken()
    memory.put(root + 4, memory.get(root + 4) >> 12 | 3)
    memory.table(0)
    assert code(memory, root, wide())[0] == "E-FRAME-SHIFT"


def test_another_sets_row_in_this_space_and_a_root_never_loaded():
    memory, root = mistaken()
    memory.map("32bit", root, 0x2000, 0x8000)
    data = wide()
    data["set"]["q"] = {"rows": [{"page": 2, "frame": 8}]}
    found, why = code(memory, root, data)
    assert found == "E-WRONG-SPACE" and "q wants it" in why
    recorded = run(memory, root)
    recorded.stop("process_2", memory, root)
    late = checks({"id": "rows", "kind": "maps", "set": "q", "at": "process_2"},
                  order=["start", "process_1", "process_2"])
    late["set"] = {"q": {"rows": [{"page": 0x403, "frame": 9}]},
                   "p": {"rows": [{"page": 0x403, "frame": 3}]}}
    entry = judge.judge(recorded.evidence(), late)["checks"][0]
    assert entry["code"] == "E-CR3-STALE" and "checkpoint_process_1" in entry["message"]
