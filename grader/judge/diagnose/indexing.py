"""Finds the index a learner really used: wrong shift, wrong mask, two indices exchanged.

Used by the diagnosis. Given the tables, an address and where it should lead, it walks again with
every plausible mistake and reports the one that gets there.
"""

from typing import NamedTuple

from grader.judge.paging.walk import canonical


class Detour(NamedTuple):
    """A wrong set of indices: code, the level that goes wrong, right and used index, and why."""
    code: str
    level: str
    right: int
    used: int
    why: str
    indices: tuple


def _swaps(paging, right):
    """Every exchange of two indices (an index too big for the other level loses its top)."""
    levels = paging.mode.levels
    for one in range(len(right)):
        for two in range(one + 1, len(right)):
            changed = list(right)
            changed[one] = right[two] & (1 << levels[one].bits) - 1
            changed[two] = right[one] & (1 << levels[two].bits) - 1
            yield Detour("E-INDEX-SWAP", levels[one].name, right[one], changed[one],
                         f"{levels[one].name} and {levels[two].name} indices are exchanged",
                         tuple(changed))


def _shifts(paging, va, right):
    """Every other shift at one level, nearest first, then masks one bit too narrow."""
    for depth, level in enumerate(paging.mode.levels):
        mask = (1 << level.bits) - 1
        for shift in sorted(range(paging.mode.va_bits), key=lambda s: abs(s - level.shift)):
            used = va >> shift & mask
            if used != right[depth]:
                yield _changed("E-INDEX-SHIFT", level, right, depth, used,
                               f"bits {shift + level.bits - 1}:{shift} of the address were used, "
                               f"not {level.shift + level.bits - 1}:{level.shift}")
        used = right[depth] & mask >> 1
        if used != right[depth]:
            yield _changed("E-INDEX-SHIFT", level, right, depth, used,
                           f"the mask 0x{mask >> 1:X} drops a bit that 0x{mask:X} keeps")


def _changed(code, level, right, depth, used, why):
    """A Detour that differs in one level."""
    indices = (*right[:depth], used, *right[depth + 1:])
    return Detour(code, level.name, right[depth], used, why, indices)


def _masks(paging, right):
    """The mask one bit too narrow at every level at once."""
    levels = paging.mode.levels
    narrow = tuple(index & (1 << level.bits) - 1 >> 1 for index, level in zip(right, levels))
    depth = next((d for d, index in enumerate(narrow) if index != right[d]), None)
    if depth is not None and len(levels) > 1:
        yield Detour("E-INDEX-SHIFT", levels[depth].name, right[depth], narrow[depth],
                     "the index mask is one bit too narrow", narrow)


def detours(paging, va):
    """All the wrong ways to `va` that are worth trying, the likeliest first."""
    right = tuple(paging.indices(va))
    seen = {right}
    for found in (*_swaps(paging, right), *_shifts(paging, va, right), *_masks(paging, right)):
        if found.indices not in seen:
            seen.add(found.indices)
            yield found


def address_of(paging, indices, va):
    """The virtual address whose right indices are `indices`, with the offset of `va`."""
    levels = paging.mode.levels
    result = va & (1 << levels[-1].shift) - 1
    for level, index in zip(levels, indices):
        result |= index << level.shift
    return canonical(result, paging.mode.va_bits)


def where_it_went(paging, va, pa, wanted_at):
    """The Detour that leads to `pa`, or None. wanted_at(va) -> Row or None: a place that is
    wanted to lead there anyway proves nothing."""
    for found in detours(paging, va):
        walk = paging.walk(va, found.indices)
        if not walk.mapped or walk.pa >> 12 != pa >> 12:
            continue
        other = address_of(paging, found.indices, va)
        row = wanted_at(other)
        if row is None or row.pa is None or row.pa + other - row.va >> 12 != pa >> 12:
            return found
    return None
