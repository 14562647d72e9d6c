"""The check kind leaf_flags: what pages of any size say besides their rights."""

from grader.judge import show
from grader.judge.kinds.base import failed, keys, passed
from grader.judge.paging.walk import A, D, bits

PAT, PAT_LARGE = 1 << 7, 1 << 12
KEPT = bits(4, 3) | bits(11, 8) | bits(62, 52)  # PWT PCD G free: at one place whatever the size


def _flags(step):
    """The flags of a leaf as a PTE holds them, PAT in bit 7; rights, A and D apart."""
    pat = PAT if step.level.leaf == "always" else PAT_LARGE
    return step.entry & KEPT | (PAT if step.entry & pat else 0)


def _lost(walk, due, used):
    """(code or None, sentence) of a leaf whose flags are not `due`, or () when they are."""
    last, wrong = walk.last, _flags(walk.last) ^ due
    if wrong & PAT:
        place = 7 if last.level.leaf == "always" else 12
        state = "clear" if due & PAT else "set"
        return "E-PAT-MOVE", f"PAT, bit {place} of {last.name}, is {state}"
    if wrong:
        return None, f"bits 0x{wrong:X} of {last.name} are not as they were"
    if used & ~last.entry:
        return "E-DIRTY-LOST", f"A or D of {last.name} is clear"
    return ()


def _due(context):
    """Function of an address: the flags due there, by `bits` or by the tables at `since`."""
    if "bits" in context.check:
        bits_due = context.value(context.check["bits"]) & (KEPT | PAT)
        return lambda va: bits_due
    before = context.paging(context.other_stop("since"))
    return lambda va: _flags(before.walk(va).last)


@keys("set", "bits since used root mode")
def leaf_flags(context):
    """Every page of `set` has its flags besides the rights, which are maps' business. Keys: set;
    bits (as a PTE has them: PWT PCD PAT G and the free ones) or since (a stop: as they were then);
    used (of A and D: must be set)."""
    paging, due_at = context.paging(), _due(context)
    used, pages = context.value(context.get("used", 0)) & (A | D), 0
    for row in context.wanted().rows:
        va = row.va
        while va < row.va + row.size:
            walk, due = paging.walk(va), due_at(va)
            wrong = _lost(walk, due, used) if walk.mapped else (None, "it is not mapped")
            if wrong:
                return _not_kept(paging, walk, wrong, due, used)
            va, pages = va + walk.size, pages + 1
    return passed(f"{pages} pages have theirs")


def _not_kept(paging, walk, wrong, due, used):
    """The failing Outcome of a page with other flags than due."""
    have = show.entry_hex(paging.mode, walk.last.entry or 0)
    if walk.mapped:
        have = f"0x{_flags(walk.last) | walk.last.entry & used:X} in {have}"
    entry = show.row(walk.last.name, f"flags 0x{due | used:X}", have, walk.last.address)
    return failed(wrong[0], f"{show.address(walk.va)}: {wrong[1]}", rows=[entry], va=walk.va)
