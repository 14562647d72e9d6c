/*
 * The frames that a change needs for new tables, all taken before anything is changed. They
 * are chained through their own first entries, so any number takes no memory of ours.
 *
 * Used by store.h and split.c. Not for others: use map.h.
 */
#ifndef PAGING_TABLE_FRAMES_H
#define PAGING_TABLE_FRAMES_H

#include "slot.h"

struct core_pool {
    pg_pa first;
    pg_entry count;
};

CORE_INLINE pg_pa core_pop(const struct pg_space *space, struct core_pool *pool)
{
    pg_pa frame = pool->first;
    (void)core_load(space, frame, &pool->first.value);
    pool->count--;
    return frame;
}

CORE_INLINE void core_free(const struct pg_space *space, pg_pa frame)
{
    space->frames.free(space->frames.context, (pa_t){ frame.value });
}

/* Can an entry above the PT name `frame`, and is there memory? */
CORE_INLINE bool core_is_usable(const struct pg_space *space, pa_t frame)
{
    const struct pg_geometry *geometry = space->geometry;
    unsigned level = geometry->levels;
    pg_entry entry, ignored;
    entry = pg_table_entry(geometry, level, (pg_pa){ (pg_entry)frame.value }, 0);
    return pg_table_address(geometry, level, entry).value == frame.value &&
           pg_reserved(geometry, &space->features, level, entry) == 0 &&
           core_load(space, (pg_pa){ (pg_entry)frame.value }, &ignored);
}

/* Takes `count` frames into the empty pool; all of them or none. */
CORE_INLINE enum pg_result core_take(const struct pg_space *space, pg_entry count,
                                     struct core_pool *pool)
{
    enum pg_result result = PG_OK;
    *pool = (struct core_pool){ .count = 0 };
    while (pool->count < count && result == PG_OK) {
        pa_t frame = { 0 };
        if (!space->frames.alloc(space->frames.context, &frame)) {
            result = PG_OUT_OF_FRAMES;
        } else if (!core_is_usable(space, frame)) {
            space->frames.free(space->frames.context, frame);
            result = PG_BAD_FRAME;
        } else {
            core_write(space, (pg_pa){ (pg_entry)frame.value }, pool->first.value);
            pool->first.value = (pg_entry)frame.value;
            pool->count++;
        }
    }
    while (result != PG_OK && pool->count > 0)
        core_free(space, core_pop(space, pool));
    return result;
}

#endif
