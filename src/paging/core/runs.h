/*
 * Which run a range begins with: the largest pages that fit, as many as are free. map_range.h
 * goes from run to run. Not for others: use map.h.
 */
#ifndef PAGING_RUNS_H
#define PAGING_RUNS_H

#include "store.h"
#include "walker.h"

/* Is `pages` from `va` on a range of addresses in one half of the space? */
CORE_INLINE enum pg_result core_check_range(const struct pg_space *space, pg_va va, pg_entry pages)
{
    const struct pg_geometry *geometry = space->geometry;
    if (!core_is_canonical(geometry, va))
        return PG_NONCANONICAL;
    uint64_t half = BIT(geometry->va_bits - geometry->sign_extended);
    uint64_t left = (half - (va.value & (half - 1))) >> PAGE_SHIFT;
    return pages == 0 || pages > left ? PG_BAD_RANGE : PG_OK;
}

/* Pages of 4 KiB in one of `level`. */
CORE_INLINE pg_entry core_pages_in(const struct pg_space *space, unsigned level)
{
    return (pg_entry)1 << (space->geometry->level[level].shift - PAGE_SHIFT);
}

/* The largest size, from that of `level` down, for the page at the start of the range. */
CORE_INLINE unsigned core_best_level(const struct pg_space *space, unsigned level, pg_va va,
                                     pg_pa pa, pg_entry pages)
{
    while (level > PG_PT &&
           (!core_is_page_level(space, level) || pages < core_pages_in(space, level) ||
            !core_is_aligned(space, level, va.value | pa.value)))
        level--;
    return level;
}

/* How many pages of `level` fit the range and the table that `va` lies in. */
CORE_INLINE uint32_t core_fits(const struct pg_space *space, unsigned level, pg_va va, pg_pa pa,
                               pg_entry pages)
{
    const struct pg_level *row = &space->geometry->level[level];
    pg_entry fits = pages / core_pages_in(space, level);
    uint32_t count = pg_entries(space->geometry, level) - core_index(space, level, va);
    if (count > fits)
        count = (uint32_t)fits;
    if (row->high_mask != 0) { /* PSE-36: the upper address bits do not count on from the lower */
        uint32_t in_4g = (uint32_t)((BIT(32) - (pa.value & BITS(31, 0))) >> row->shift);
        count = count > in_4g ? in_4g : count;
    }
    return count;
}

/* How many of the `count` entries from `at` on are free, up to the first that is not. */
CORE_INLINE uint32_t core_count_free(const struct pg_space *space, pg_pa at, uint32_t count)
{
    const unsigned bytes = space->geometry->entry_bytes;
    uint32_t found = 0;
    pg_entry any = 0, one;
    bool answered = true;
    while (found + CORE_UNROLLED <= count) {
#pragma GCC unroll 16
        for (unsigned i = 0; i < CORE_UNROLLED; i++) {
            answered &= core_load(space, (pg_pa){ at.value + i * bytes }, &one);
            any |= one;
        }
        if (!answered || pg_is_present(any))
            break;
        at.value += CORE_UNROLLED * bytes;
        found += CORE_UNROLLED;
    }
    for (; found < count; found++, at.value += bytes)
        if (!core_load(space, at, &one) || pg_is_present(one))
            break;
    return found;
}

/* Stores in *entry what maps the first of `count` pages, or says why one of them cannot be. */
CORE_INLINE enum pg_result core_encode_run(const struct pg_space *space, unsigned level, pg_pa pa,
                                           uint32_t count, uint64_t flags, pg_entry *entry)
{
    pg_entry last = count - 1, ignored;
    last <<= space->geometry->level[level].shift;
    *entry = pg_leaf_entry(space->geometry, level, pa, (pg_entry)flags);
    return core_encode(space, level, (pg_pa){ pa.value + last }, flags, &ignored);
}

/*
 * The run that the range begins with. The second time, what is `checked` already is not checked
 * again: no page was there, though above the PT a table may be. With a constant for the level,
 * which mostly is that of the PT, a run costs half.
 */
CORE_INLINE enum pg_result core_next_run(const struct pg_space *space, pg_va va, pg_pa pa,
                                         pg_entry pages, uint64_t flags, bool checked,
                                         struct core_run *run)
{
    core_walk_into(space, va, &run->walk);
    enum pg_result result = checked ? PG_NOT_MAPPED : core_find(&run->walk, PG_PT);
    if (result != PG_NOT_MAPPED)
        return result == PG_OK ? PG_ALREADY_MAPPED : result;
    unsigned level = core_best_level(space, run->walk.level, va, pa, pages);
    bool small = level == PG_PT;
    run->level = level;
    run->count =
        small ? core_fits(space, PG_PT, va, pa, pages) : core_fits(space, level, va, pa, pages);
    if (level == run->walk.level && !(checked && small)) {
        pg_pa at = { (pg_entry)run->walk.step[run->walk.steps - 1].at.value };
        run->count = core_count_free(space, at, run->count);
    }
    if (small)
        result = core_encode_run(space, PG_PT, pa, run->count, flags, &run->entry);
    else
        result = core_encode_run(space, level, pa, run->count, flags, &run->entry);
    return checked ? PG_OK : result;
}

#endif
