"""Tables as cards, virtual and physical memory as stretches: what is folded, and what never is."""

import time

import view_examples
from fake import Memory
from picture import regions
from picture.cards import Cards
from picture.model import Features, Space
from view_spaces import MODES, Generated


def space(memory, root, mode="32bit", **on):
    pages = {at: bytes(page) for at, page in memory.pages.items()}
    return Space(mode, root, pages.get, Features(**on))


def test_a_million_equal_entries_are_one_row():
    begun = time.process_time()
    scene = view_examples.flat_identity().scene()
    root, *below = scene.cards.drawn()
    assert len(root[0].rows) == 1 and not any(below)
    row = root[0].rows[0]
    assert (row.kind, row.count, row.target, row.size) == ("group", 1024, 0, 1 << 32)
    assert [one[:3] for one in scene.stretches] == [(0, 0, 1 << 32)]
    assert time.process_time() - begun < 5          # a loop gone quadratic, not a stopwatch


def test_one_odd_entry_in_a_million_is_seen():
    memory = Memory()
    root = memory.table()
    for page in range(3 * 1024):
        memory.map("32bit", root, page << 12, page << 12)
    memory.map("32bit", root, 1500 << 12, 0x7777000)
    cards = Cards(space(memory, root))
    assert [row.kind for row in cards.by_frame[root].rows] == ["table"] * 3 + ["absent"]
    found, complete = regions.stretches(cards)
    assert complete and [(one.va >> 12, one.pa >> 12, one.size >> 12) for one in found] == [
        (0, 0, 1500), (1500, 0x7777, 1), (1501, 1501, 1571)]


def test_effective_rights_are_cut_by_the_level_above():
    memory = Memory()
    root = memory.table()
    memory.map("32bit", root, 0x400000, 0x1000, flags=7, upper=1)
    table = next(card for card in Cards(space(memory, root)).by_frame.values() if card.depth)
    assert table.rows[0].flags[:2] == "bb"


def test_a_table_reached_twice_is_one_card_with_two_ways():
    memory = Memory()
    root, shared = memory.table(), memory.table()
    memory.put(shared, 0x5007)
    memory.put(root + 4, shared | 7)
    memory.put(root + 8, shared | 5)
    cards = Cards(space(memory, root))
    card = cards.by_frame[shared]
    assert cards.count == 2 and [way.index for way in card.ways] == [1, 2]
    assert card.rows[0].flags[:2] == "p1"           # W by one way only, U by both
    assert [one.va for one in regions.stretches(cards)[0]] == [0x400000, 0x800000]


def test_pdptes_of_pae_take_no_rights_away():
    memory = Memory()
    root = memory.table()
    memory.map("pae", root, 0x1000, 0x2000, flags=7, upper=7)
    memory.put(root, memory.get(root, 8) & ~6, 8)
    cards = Cards(space(memory, root, "pae"))
    assert cards.by_frame[root].rows[0].flags == "------"
    last = [card for card in cards.by_frame.values() if card.depth == 2][0]
    assert last.rows[1].flags[:2] == "11"


def test_the_self_map_is_drawn_once_and_never_followed():
    scene = view_examples.everything()[0].scene()
    loops = [row for card in scene.cards.by_frame.values() for row in card.rows
             if row.kind == "loop"]
    assert len(loops) == 1 and loops[0].target == scene.space.root
    assert [one.size for one in scene.stretches if one.loop] == [1 << 39]


def test_changes_are_marked_and_the_cpus_own_marks_are_not():
    before, after = view_examples.everything()
    rows = [row for card in after.scene().cards.by_frame.values() for row in card.rows]
    assert [row.was for row in rows if row.was is not None] == [0x8000000000301005, 0]
    memory = Memory()
    root = memory.table()
    memory.map("32bit", root, 0, 0x1000)
    old = space(memory, root)
    memory.put(root, memory.get(root) | 0x20)
    cards = Cards(space(memory, root), old)
    assert cards.by_frame[root].rows[0].was is None and cards.by_frame[root].rows[0].aged == 1
    assert before.scene().cards.by_frame[before.scene().space.root].rows[0].was is None


def test_tables_shared_without_end_stop_with_a_sentence():
    memory = Memory()
    tables = [memory.table() for _ in range(4)]
    for table, below in zip(tables, [*tables[1:], 0x9000]):
        for index in range(0, 512, 2):
            memory.put(table + 8 * index, below | 3, 8)
    scene = view_examples.moment("tangle", view_examples.LONG, tables[0], memory).scene()
    assert len(scene.stretches) == regions.MOST
    assert "there are many more" in scene.troubles()[0]


def test_an_alias_is_one_piece_of_physical_memory_with_two_owners():
    scene = view_examples.everything()[0].scene()
    piece = next(piece for piece in scene.pieces if piece.pa == 0x300000)
    assert [scene.stretches[number].va for number in piece.owners][:2] == [0x400000, 0x500000]


def test_stretches_agree_with_the_walk_on_generated_spaces():
    """Every stretch begins, ends and leads where the walk says, in all geometries."""
    for mode in MODES:
        for number in range(60):
            made = Generated(mode, number)
            model = Space(mode, made.root, made.pages.get, Features(**made.on))
            cards = Cards(model)
            found, complete = regions.stretches(cards)
            for one in found:
                if one.loop:
                    continue
                for offset in (0, one.size - 1):
                    walk = model.walk(one.va + offset)
                    assert (walk.end, walk.pa) == ("mapped", one.pa + offset), (mode, number)
                    assert walk.rights == one.rights and walk.size == one.page
            for va in made.addresses if complete else ():
                inside = [one for one in found if one.va <= va < one.va + one.size]
                assert len(inside) <= 1
                if model.walk(va).end == "mapped":
                    assert inside, (mode, number, hex(va))
