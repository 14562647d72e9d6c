/*
 * The walker itself: one loop for every mode, with the geometry as data.
 *
 * Compiled in two ways. walk.c knows the geometry at run time. A file that includes mode.h and
 * calls it with a constant space gets straight code for its mode: the loop unrolls and the tests
 * on the geometry fold away. Not for others: use walk.h.
 */
#ifndef PAGING_WALKER_H
#define PAGING_WALKER_H

#include "../entry.h"
#include "../walk.h"
#include "reach.h"

/* Half the space added, the two canonical halves become one run from 0. */
CORE_INLINE bool core_is_canonical(const struct pg_geometry *geometry, pg_va va)
{
    uint64_t half = geometry->sign_extended ? BIT(geometry->va_bits - 1) : 0;
    return ((uint64_t)va.value + half) >> geometry->va_bits == 0;
}

/* How a walk that reads `entry` ends there; PG_END_MAPPED too if it names a table. */
CORE_INLINE enum pg_end core_judge(const struct pg_space *space, unsigned level, pg_entry entry,
                                   struct pg_walk *walk)
{
    if (!pg_is_present(entry))
        return PG_END_NOT_PRESENT;
    walk->reserved = pg_reserved(space->geometry, &space->features, level, entry);
    if (walk->reserved != 0)
        return PG_END_RESERVED;
    if (space->geometry->level[level].has_rights) {
        walk->rights.write &= (entry & PTE_RW) != 0;
        walk->rights.user &= (entry & PTE_US) != 0;
        walk->rights.execute &= (entry & PTE_XD) == 0;
    }
    return PG_END_MAPPED;
}

/* Reads the entry for `va` in the table at `table` and adds the step to the walk. */
CORE_INLINE bool core_read(const struct pg_space *space, unsigned level, pg_pa table, pg_va va,
                           struct pg_walk *walk)
{
    const struct pg_geometry *geometry = space->geometry;
    const struct pg_level *row = &geometry->level[level];
    uint32_t index = (uint32_t)(va.value >> row->shift) & (pg_entries(geometry, level) - 1);
    pa_t at = { table.value + (pg_entry)index * geometry->entry_bytes };
    uint64_t entry = 0;
    bool answered = PG_READ_ENTRY(&space->memory, at, geometry->entry_bytes, &entry);
    walk->step[geometry->levels - level] = (struct pg_step){ level, index, at, entry };
    walk->level = level;
    walk->steps = geometry->levels - level + 1;
    walk->span_bytes = pg_span_bytes(geometry, level);
    return answered;
}

/* As pg_walk(), into *walk: where a copy would cost more than the walk. */
CORE_INLINE void core_walk_into(const struct pg_space *space, pg_va va, struct pg_walk *walk)
{
    const struct pg_geometry *geometry = space->geometry;
    walk->end = PG_END_NONCANONICAL;
    walk->rights = (struct pg_rights){ true, true, true };
    walk->steps = walk->level = 0; /* not the steps themselves: zeroing them costs a walk */
    walk->reserved = walk->span_bytes = walk->pa.value = 0;
    if (!core_is_canonical(geometry, va))
        return;
    pg_pa table = { (pg_entry)(space->root.value & geometry->root_mask) };
#pragma GCC unroll 5
    for (unsigned level = geometry->levels; level >= PG_PT; level--) {
        walk->end = PG_END_OUTSIDE;
        if (!core_read(space, level, table, va, walk))
            break;
        pg_entry entry = (pg_entry)walk->step[geometry->levels - level].entry;
        walk->end = core_judge(space, level, entry, walk);
        if (walk->end != PG_END_MAPPED)
            break;
        /* Before the test: what stands after it is outside the loop and would not unroll. */
        pg_pa frame = pg_frame_address(geometry, level, entry);
        walk->pa.value = frame.value | (va.value & (pg_span_bytes(geometry, level) - 1));
        if (pg_is_leaf(geometry, &space->features, level, entry))
            break;
        table = pg_table_address(geometry, level, entry);
    }
}

/* As pg_walk(). */
CORE_INLINE struct pg_walk core_walk(const struct pg_space *space, pg_va va)
{
    struct pg_walk walk;
    core_walk_into(space, va, &walk);
    return walk;
}

#endif
