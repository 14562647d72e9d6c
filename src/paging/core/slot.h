/*
 * One entry in its place: read, written, chosen for a page, and judged when a walk ends there.
 * What every change of the tables is made of. Not for others: use map.h.
 */
#ifndef PAGING_SLOT_H
#define PAGING_SLOT_H

#include "../change.h"
#include "../entry.h"
#include "../walk.h"
#include "leaf.h"
#include "reach.h"

CORE_INLINE void core_write(const struct pg_space *space, pg_pa at, pg_entry entry)
{
    PG_WRITE_ENTRY(&space->memory, (pa_t){ at.value }, space->geometry->entry_bytes, entry);
}

/* The entry at `at`, where memory is known to be. */
CORE_INLINE bool core_load(const struct pg_space *space, pg_pa at, pg_entry *entry)
{
    uint64_t bits = 0;
    bool answered =
        PG_READ_ENTRY(&space->memory, (pa_t){ at.value }, space->geometry->entry_bytes, &bits);
    *entry = (pg_entry)bits;
    return answered;
}

CORE_INLINE pg_pa core_entry_at(const struct pg_space *space, pg_pa table, uint32_t index)
{
    return (pg_pa){ table.value + (pg_entry)index * space->geometry->entry_bytes };
}

CORE_INLINE uint32_t core_index(const struct pg_space *space, unsigned level, pg_va va)
{
    uint32_t page = (uint32_t)(va.value >> space->geometry->level[level].shift);
    return page & (pg_entries(space->geometry, level) - 1);
}

CORE_INLINE bool core_is_aligned(const struct pg_space *space, unsigned level, uint64_t address)
{
    return (address & (pg_span_bytes(space->geometry, level) - 1)) == 0;
}

CORE_INLINE bool core_is_page_level(const struct pg_space *space, unsigned level)
{
    return level >= PG_PT && level <= space->geometry->levels &&
           pg_has_pages(space->geometry, &space->features, level);
}

/* Stores in *entry what maps `pa` with `flags`, or says why no entry can. */
CORE_INLINE enum pg_result core_encode(const struct pg_space *space, unsigned level, pg_pa pa,
                                       uint64_t flags, pg_entry *entry)
{
    const struct pg_geometry *geometry = space->geometry;
    uint64_t known = geometry->entry_bytes == 8 ? PG_FLAG_BITS : BITS(11, 0);
    pg_entry reserved = pg_must_be_zero(geometry, &space->features, level, true);
    pg_entry bare = pg_leaf_entry(geometry, level, pa, 0);
    if (pg_frame_address(geometry, level, bare).value != pa.value || (bare & reserved) != 0)
        return PG_BAD_ADDRESS;
    *entry = pg_leaf_entry(geometry, level, pa, (pg_entry)flags);
    return (flags & ~known) != 0 || (*entry & reserved) != 0 ? PG_BAD_FLAGS : PG_OK;
}

/* The first step whose table is a table above it, too: the step before closes a cycle. Or 0. */
CORE_INLINE unsigned core_cycle(const struct pg_walk *walk)
{
    for (unsigned low = 1; low < walk->steps; low++)
        for (unsigned high = 0; high < low; high++)
            if ((walk->step[low].at.value ^ walk->step[high].at.value) < PAGE_SIZE)
                return low;
    return 0;
}

/* What a walk found where a page of `level` was looked for: PG_OK if the page is there. */
CORE_INLINE enum pg_result core_find(const struct pg_walk *walk, unsigned level)
{
    if (walk->end == PG_END_NONCANONICAL)
        return PG_NONCANONICAL;
    if (core_cycle(walk) != 0)
        return PG_CYCLIC;
    if (walk->level < level)
        return PG_TABLE_IN_PATH;
    switch (walk->end) {
    case PG_END_MAPPED:
        return walk->level == level ? PG_OK : PG_LARGE_IN_PATH;
    case PG_END_NOT_PRESENT:
        return PG_NOT_MAPPED;
    case PG_END_RESERVED:
        return PG_RESERVED_BITS;
    case PG_END_NONCANONICAL:
    case PG_END_OUTSIDE:
        break;
    }
    return PG_OUTSIDE;
}

CORE_INLINE struct pg_change core_changed(enum pg_result result, pg_va first, uint32_t pages,
                                          unsigned page_shift)
{
    return (struct pg_change){ { first.value }, pages, (uint8_t)page_shift, (uint8_t)result };
}

CORE_INLINE struct pg_change core_refused(enum pg_result result)
{
    return core_changed(result, (pg_va){ 0 }, 0, PAGE_SHIFT);
}

#endif
