/*
 * pg_map_range(), for every mode: once to check and to count the tables it lacks, then, when those
 * are taken and nothing can fail any more, once to store. Compiled in the two ways that walker.h
 * describes. Sizes are in pages of 4 KiB: the bytes of a 32-bit space do not fit a 32-bit word.
 */
#ifndef PAGING_MAP_RANGE_H
#define PAGING_MAP_RANGE_H

#include "runs.h"

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
