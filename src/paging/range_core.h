/*
 * pg_map_range(), for every mode: once to check and to count the tables it lacks, then, when those
 * are taken and nothing can fail any more, once to store. Compiled in the two ways that walk_core.h
 * describes. Sizes are in pages of 4 KiB: the bytes of a 32-bit space do not fit a 32-bit word.
 */
#ifndef PAGING_RANGE_CORE_H
#define PAGING_RANGE_CORE_H

#include "run_core.h"

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

/* Tables that the run lacks and no run before it, in a range that starts at `start`. */
CORE_INLINE pg_entry core_lacking(const struct pg_space *space, const struct core_run *run,
                                  pg_va start, pg_va va)
{
    pg_entry tables = 0;
    for (unsigned level = run->level + 1; level <= run->walk.level; level++)
        tables += va.value == start.value || core_is_aligned(space, level, va.value);
    return tables;
}

/* Checks the range and counts in *lacking the tables that it lacks. */
CORE_INLINE enum pg_result core_check_map(const struct pg_space *space, pg_va va, pg_pa pa,
                                          pg_entry pages, uint64_t flags, pg_entry *lacking)
{
    enum pg_result result = core_check_range(space, va, pages);
    if (result == PG_OK && (va.value | pa.value) % PAGE_SIZE != 0)
        result = PG_UNALIGNED;
    unsigned bits = sizeof pa.value == sizeof(uint32_t) ? 32 : space->features.maxphyaddr;
    uint64_t room = BIT(bits) >> PAGE_SHIFT, frame = pa.value >> PAGE_SHIFT;
    if (result == PG_OK && (frame > room || pages > room - frame))
        result = PG_BAD_ADDRESS;
    struct core_run run;
    for (pg_entry done = 0, size; result == PG_OK && done < pages; done += size) {
        pg_va here = { va.value + (done << PAGE_SHIFT) };
        pg_pa there = { pa.value + (done << PAGE_SHIFT) };
        result = core_next_run(space, here, there, pages - done, flags, false, &run);
        size = result == PG_OK ? run.count * core_pages_in(space, run.level) : 0;
        *lacking += result == PG_OK ? core_lacking(space, &run, va, here) : 0;
    }
    return result;
}

/* As pg_map_range(), over `pages` times 4 KiB. */
CORE_INLINE struct pg_change core_map_range(const struct pg_space *space, pg_va va, pg_pa pa,
                                            pg_entry pages, uint64_t flags)
{
    struct core_run run;
    struct core_pool pool;
    struct pg_change change = core_refused(PG_OK);
    pg_entry lacking = 0;
    enum pg_result result = core_check_map(space, va, pa, pages, flags, &lacking);
    if (result == PG_OK)
        result = core_take(space, lacking, &pool);
    if (result != PG_OK)
        return core_refused(result);
    for (pg_entry done = 0; done < pages;) {
        pg_va here = { va.value + (done << PAGE_SHIFT) };
        pg_pa there = { pa.value + (done << PAGE_SHIFT) };
        (void)core_next_run(space, here, there, pages - done, flags, true, &run);
        /* It was so when it was checked: what was stored since changed it, in no tree. */
        if (run.walk.end != PG_END_NOT_PRESENT || run.walk.level - run.level > pool.count) {
            change = core_changed(PG_SHARED, va, PG_ALL_PAGES, PAGE_SHIFT);
            break;
        }
        core_store(space, &run, here, &pool, &change);
        done += run.count * core_pages_in(space, run.level);
    }
    while (pool.count > 0)
        core_free(space, core_pop(space, &pool));
    return change;
}

#endif
