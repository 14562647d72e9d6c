/*
 * An entry that maps a page, written and taken apart: where PAT stands, and whether PS is set, goes
 * by the page's size. Asks nothing of the CPU's features, so the result is checked with entry.h.
 */
#ifndef PAGING_LEAF_H
#define PAGING_LEAF_H

#include "../entry.h"

/*
 * The entry that maps the page at `pa` (aligned to its size) with `flags` as in a PTE: in a
 * large page's entry PAT moves to bit 12 and PS is set. P is set always. An address or a flag
 * that the entry cannot hold shows in pg_reserved() or pg_frame_address() of the result.
 */
static inline pg_entry pg_leaf_entry(const struct pg_geometry *geometry, unsigned level, pg_pa pa,
                                     pg_entry flags)
{
    const struct pg_level *row = &geometry->level[level];
    uint64_t entry = PTE_P | flags | (pa.value & row->frame_mask);
    if (row->leaf != PG_LEAF_ALWAYS) {
        entry |= flags & PTE_PAT ? PTE_PAT_LARGE : 0;
        entry |= PTE_PS;
    }
    if (row->high_mask != 0)
        entry |= (uint64_t)pa.value >> row->high_shift & row->high_mask;
    return (pg_entry)entry;
}

/*
 * The flags of an entry that maps a page, as a PTE holds them: PAT in bit 7, no PS. So they
 * can be given to pg_leaf_entry() for a page of another size.
 */
static inline pg_entry pg_leaf_flags(const struct pg_geometry *geometry, unsigned level,
                                     pg_entry entry)
{
    uint64_t flags = entry & PG_FLAG_BITS;
    if (geometry->level[level].leaf != PG_LEAF_ALWAYS) {
        flags &= ~PTE_PS;
        flags |= entry & PTE_PAT_LARGE ? PTE_PAT : 0;
    }
    return (pg_entry)flags;
}

#endif
