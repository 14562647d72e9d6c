/*
 * One entry: how to write it. The other direction of entry.h.
 *
 * Used by the mapper. Knows the geometry; knows no memory and asks nothing of the CPU's
 * features, so the result is checked with entry.h. Include word_64.h or word_32.h first.
 */
#ifndef PAGING_ENCODE_H
#define PAGING_ENCODE_H

#include "entry.h"

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
 * The entry that names the table at `pa` (4 KiB aligned) and lets through what a page with
 * `flags` needs: RW and US of them where the level carries rights, never XD.
 */
static inline pg_entry pg_table_entry(const struct pg_geometry *geometry, unsigned level, pg_pa pa,
                                      pg_entry flags)
{
    uint64_t rights = geometry->level[level].has_rights ? flags & (PTE_RW | PTE_US) : 0;
    return (pg_entry)(PTE_P | rights | pa.value);
}

#endif
