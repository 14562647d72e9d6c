"""Check kinds about single pages: leaf_size and guard."""

from grader.judge import show
from grader.judge.kinds.base import failed, keys, passed
from grader.judge.paging.walk import PAGE
from grader.judge.wanted.sets import SIZES


@keys("va size", "root mode")
def leaf_size(context):
    """The page at `va` has this size. Keys: va (an expression), size (4K, 2M, 4M, 1G)."""
    paging, va = context.paging(), context.value(context.check["va"])
    walk, size = paging.walk(va), SIZES[context.check["size"]]
    have = walk.size if walk.mapped else 1 << walk.last.level.shift if walk.last else 0
    if have == size:
        return passed(f"{show.address(va)} lies in a page of {context.check['size']}")
    rows = [show.row(step.name, "", show.entry_hex(paging.mode, step.entry or 0), step.address)
            for step in walk.steps]
    return failed("E-GUARD-LARGE" if have > size and not context.get("code") else None,
                  f"{show.address(va)}: {show.found_text(walk)}, in a page of {have} bytes where "
                  f"{size} are wanted", rows=rows, va=va)


@keys("low high", "below above root mode")
def guard(context):
    """[low, high) is mapped and writable, with unmapped pages beside it. Keys: low, high
    (expressions, page aligned), below and above (numbers of guard pages, default 0)."""
    paging = context.paging()
    low, high = context.value(context.check["low"]), context.value(context.check["high"])
    if low >= high or low % PAGE or high % PAGE or high - low >> 30:
        return failed(None, f"[{show.address(low)}, {show.address(high)}) is no range of pages")
    below, above = context.get("below", 0), context.get("above", 0)
    guards = [low - PAGE * (n + 1) for n in range(below)] + [high + PAGE * n for n in range(above)]
    walks = {va: paging.walk(va) for va in range(low - PAGE * 3, high + PAGE * 3, PAGE)}
    walks.update((va, paging.walk(va)) for va in guards)
    hit = [va for va in guards if walks[va].mapped]
    lost = [va for va in range(low, high, PAGE) if not walks[va].mapped]
    if not hit and not lost:
        return passed(f"{len(guards)} guard pages beside [{show.address(low)}, "
                      f"{show.address(high)})")
    code, why = _guard_mistake(walks, low, high, below, above, hit, lost)
    where = (hit or lost)[0]
    rows = [show.row(f"page {show.address(va)}", "not present" if va in guards else "mapped",
                     show.found_text(walks[va])) for va in sorted({*hit[:3], *lost[:3]})]
    return failed(code, why, rows=rows, va=where)


def _guard_mistake(walks, low, high, below, above, hit, lost):
    """(code, sentence) for a guard that is mapped or an object that is not."""
    if hit and walks[hit[0]].size > PAGE and walks[low].size > PAGE:
        return "E-GUARD-LARGE", f"the guard {show.address(hit[0])} lies inside a large page"
    if hit and lost == [high - PAGE if below else low] and not (below and above):
        return "E-GUARD-SIDE", "the guard is on the other side: the object lies one page off"
    if lost:
        edge = "first" if lost[0] == low else "last" if lost[-1] == high - PAGE else "a middle"
        return "E-GUARD-OFF-BY-ONE", f"the {edge} page of the object itself is not mapped"
    other = high if hit[0] < low else low - PAGE
    wanted = above if hit[0] < low else below
    if not wanted and not walks[other].mapped:
        return "E-GUARD-SIDE", "the guard is on the other side"
    beyond, behind = (hit[0] + (-PAGE if hit[0] < low else PAGE) * n for n in (1, 2))
    if behind in walks and not walks[beyond].mapped and walks[behind].mapped:
        return "E-GUARD-OFF-BY-ONE", f"the unmapped page is {show.address(beyond)}, one too far"
    return "E-GUARD-MISSING", f"{show.address(hit[0])} should be a guard and is mapped"
