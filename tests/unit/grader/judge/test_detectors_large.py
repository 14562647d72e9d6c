"""Mistakes that only large pages allow, made on purpose: the judge must name them."""

from fake import Memory, Run, checks
from grader.judge import judge

MIB_2 = 1 << 21
MAPS = {"id": "pages", "kind": "maps", "set": "p"}


def code(memory, root, check=None):
    """(code, sentence) of the first check that failed."""
    data = checks(check or MAPS)
    data["set"]["p"] = {"rows": [{"va": "0x0", "pa": "0x0", "pages": 4, "size": "2M"}],
                        "flags": "W"}
    data["set"]["twin"] = data["set"]["p"]
    data["width"] = 64
    one = Run()
    one.notes = [root]
    one.stop("start", mode=None)
    one.stop("process_1", memory, root, mode="4level")
    result = judge.judge(one.evidence(), data)
    failed = next((entry for entry in result["checks"] if entry["verdict"] == "fail"), None)
    return (failed["code"], failed["message"]) if failed else (None, "")


def four_pages(change=lambda entry: entry):
    """Four large pages at their own addresses; `change` is done to each of their entries."""
    memory = Memory()
    root = memory.table()
    for page in range(4):
        where = memory.map("4level", root, page * MIB_2, page * MIB_2, leaf=21)
        memory.put(where, change(memory.get(where, 8)), 8)
    return memory, root


def test_right_large_pages_have_no_finding():
    assert code(*four_pages()) == (None, "")


def test_large_page_without_ps():
    memory, root = four_pages(lambda entry: entry & ~0x80)
    found, why = code(memory, root)
    assert found == "E-PS-MISSING" and "PDE[" in why


def test_frame_number_of_a_large_page_not_shifted():
    found, why = code(*four_pages(lambda entry: (entry & ~0xFFF) >> 12 | 0x83))
    assert found == "E-FRAME-SHIFT" and "not shifted" in why


def test_directory_entered_in_the_pml4():
    memory, root = four_pages()
    pdpt = memory.get(root, 8) & ~0xFFF
    memory.put(root, memory.get(pdpt, 8), 8)
    found, why = code(memory, root)
    assert found == "E-ENTRY-WRONG-TABLE" and "one level too high" in why


def test_read_only_page_that_another_set_wants_at_the_same_place():
    memory, root = four_pages()
    memory.put(root, memory.get(root, 8) & ~2, 8)
    found, why = code(memory, root)
    assert found == "E-RW-UPPER" and "PML4E[0]" in why


def test_pml4_full_of_an_old_entry():
    memory, root = four_pages()
    old = memory.table()
    memory.put(old + 7 * 8, 1 << 30 | 0x83, 8)
    for index in range(1, 512):
        memory.put(root + 8 * index, old | 3, 8)
    found, why = code(memory, root, {"id": "rest", "kind": "nothing_else", "set": "p"})
    assert found == "E-TABLE-DIRTY" and f"0x{root:08X}" in why
