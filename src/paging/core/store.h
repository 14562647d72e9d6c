/*
 * Stores a run: one page, or more of one size that follow each other in one table. By then
 * nothing can fail any more. Not for others: use map.h.
 */
#ifndef PAGING_STORE_H
#define PAGING_STORE_H

#include "table_frames.h"

/* Loops over entries are what a large range costs. The pragmas that unroll them take no names. */
enum { CORE_UNROLLED = 16 };

struct core_run {
    struct pg_walk walk; /* of the first page; it ends at an entry that is not present */
    unsigned level;      /* of the pages: at or below the walk's last step */
    uint32_t count;
    pg_entry entry; /* maps the first page */
};

/* Writes `count` entries from `at` on: `entry`, then `step` more each time. */
CORE_INLINE void core_fill(const struct pg_space *space, pg_pa at, pg_entry entry, uint32_t count,
                           pg_entry step)
{
    const unsigned bytes = space->geometry->entry_bytes;
    for (; count >= CORE_UNROLLED; count -= CORE_UNROLLED) {
#pragma GCC unroll 16
        for (unsigned i = 0; i < CORE_UNROLLED; i++) {
            core_write(space, (pg_pa){ at.value + i * bytes }, entry);
            entry += step;
            __asm__("" : "+r"(entry)); /* else computed from `at`, which takes more instructions */
        }
        at.value += CORE_UNROLLED * bytes;
    }
    for (; count > 0; count--, at.value += bytes, entry += step)
        core_write(space, at, entry);
}

/* Lets the path above the last step of `walk` grant what `entry` grants. Was there a need? */
CORE_INLINE bool core_widen(const struct pg_space *space, const struct pg_walk *walk,
                            pg_entry entry)
{
    const struct pg_geometry *geometry = space->geometry;
    bool widened = false;
#pragma GCC unroll 4
    for (unsigned i = 0; i + 1 < walk->steps; i++) {
        const struct pg_step *step = &walk->step[i];
        if (!geometry->level[geometry->levels - i].has_rights)
            continue;
        uint64_t wide = (step->entry | (entry & (PTE_RW | PTE_US))) & (entry | ~PTE_XD);
        if (wide == step->entry)
            continue;
        core_write(space, (pg_pa){ (pg_entry)step->at.value }, (pg_entry)wide);
        widened = true;
    }
    return widened;
}

/* Stores the run, in tables from the pool where they lack; adds to *change what that owes. */
CORE_INLINE void core_store(const struct pg_space *space, const struct core_run *run, pg_va va,
                            struct core_pool *pool, struct pg_change *change)
{
    const struct pg_geometry *geometry = space->geometry;
    const struct pg_step *last = &run->walk.step[run->walk.steps - 1];
    pg_pa at = { (pg_entry)last->at.value };
    pg_entry link = 0;
    for (unsigned level = last->level; level > run->level; level--) {
        pg_pa table = core_pop(space, pool);
        pg_entry entry = pg_table_entry(geometry, level, table, run->entry);
        core_fill(space, table, 0, pg_entries(geometry, level - 1), 0);
        if (level == last->level)
            link = entry;
        else
            core_write(space, at, entry);
        at = core_entry_at(space, table, core_index(space, level - 1, va));
    }
    if (run->level == PG_PT) /* the case that counts: with a constant it costs half */
        core_fill(space, at, run->entry, run->count, PAGE_SIZE);
    else
        core_fill(space, at, run->entry, run->count, (pg_entry)pg_span_bytes(geometry, run->level));
    if (core_widen(space, &run->walk, run->entry) && change->pages == 0)
        *change = core_changed(PG_OK, va, 1, PAGE_SHIFT);
    if (link == 0)
        return;
    core_write(space, (pg_pa){ (pg_entry)last->at.value }, link);
    if (!geometry->level[last->level].has_rights)
        change->pages = PG_ALL_PAGES;
}

#endif
