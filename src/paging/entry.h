/*
 * One entry: what its bits say, and how one that names a table is written.
 *
 * Used by the walker and the mapper, and by anyone who shows an entry. Knows the geometry and
 * the CPU's features; knows no memory. A pg_entry has 64 bits, unless mode.h says otherwise.
 */
#ifndef PAGING_ENTRY_H
#define PAGING_ENTRY_H

#include "core/any_mode.h"
#include "geometry.h"

/* Bits of an entry that are not address: what pg_map() calls flags. */
#define PG_FLAG_BITS (BITS(11, 0) | BITS(63, 52))

static inline bool pg_is_present(pg_entry entry)
{
    return (entry & PTE_P) != 0;
}

/* May an entry of `level` map a page at all? */
static inline bool pg_has_pages(const struct pg_geometry *geometry,
                                const struct pg_features *features, unsigned level)
{
    switch (geometry->level[level].leaf) {
    case PG_LEAF_NEVER:
        break;
    case PG_LEAF_ALWAYS:
    case PG_LEAF_PS:
        return true;
    case PG_LEAF_PSE:
        return features->pse;
    case PG_LEAF_1G:
        return features->pages_1g;
    }
    return false;
}

/* Does this present entry map a page (and not name a table)? */
static inline bool pg_is_leaf(const struct pg_geometry *geometry,
                              const struct pg_features *features, unsigned level, pg_entry entry)
{
    if (geometry->level[level].leaf == PG_LEAF_ALWAYS)
        return true;
    return (entry & PTE_PS) != 0 && pg_has_pages(geometry, features, level);
}

/*
 * The bits that must be 0 on this CPU in a present entry of `level`: one that maps a page, or
 * one that names a table. SDM volume 3A, the figures of the entries.
 */
static inline pg_entry pg_must_be_zero(const struct pg_geometry *geometry,
                                       const struct pg_features *features, unsigned level,
                                       bool leaf)
{
    const struct pg_level *row = &geometry->level[level];
    uint64_t no_address = ~(BIT(features->maxphyaddr) - 1);
    uint64_t reserved = geometry->above_reserved & no_address;
    if (geometry->entry_bytes == 8 && !features->nxe)
        reserved |= PTE_XD;
    if (leaf) {
        reserved |= row->frame_reserved;
        reserved |=
            features->pse36 ? row->high_mask & no_address >> row->high_shift : row->high_mask;
    } else {
        reserved |= row->table_reserved;
        if (row->leaf == PG_LEAF_1G)
            reserved |= PTE_PS;
    }
    return (pg_entry)reserved;
}

/*
 * The bits set in this present entry that must be 0 on this CPU: 0 for a good one. SDM
 * volume 3A, section "Page-Fault Exceptions", flag RSVD.
 */
static inline pg_entry pg_reserved(const struct pg_geometry *geometry,
                                   const struct pg_features *features, unsigned level,
                                   pg_entry entry)
{
    bool leaf = pg_is_leaf(geometry, features, level, entry);
    return entry & pg_must_be_zero(geometry, features, level, leaf);
}

/* The table that this entry names. */
static inline pg_pa pg_table_address(const struct pg_geometry *geometry, unsigned level,
                                     pg_entry entry)
{
    return (pg_pa){ (pg_entry)(entry & geometry->level[level].table_mask) };
}

/* The first byte of the page that this entry maps; aligned to pg_span_bytes(). */
static inline pg_pa pg_frame_address(const struct pg_geometry *geometry, unsigned level,
                                     pg_entry entry)
{
    const struct pg_level *row = &geometry->level[level];
    uint64_t high = (entry & row->high_mask) << row->high_shift;
    return (pg_pa){ (pg_entry)((entry & row->frame_mask) | high) };
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
