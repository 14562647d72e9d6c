/*
 * Changing the tables: map, unmap, protect, split and join; and visiting what is mapped.
 *
 * Used by the platform where a lesson may, and by tests and tools. Works through struct
 * pg_space alone (walk.h), with all its functions given.
 *
 * A call whose result is not PG_OK has changed nothing and kept no frame. The result comes out
 * of pg_settle() (change.h), which also does the invalidations that the change asks for.
 *
 * New tables are zeroed before one store links them. An upper entry that lacks RW or US, or
 * has XD, is widened when a page below it needs that. Pages below are then held back by their
 * own entries alone; in a tree built here they always are.
 *
 * `flags` are as in a PTE whatever the page's size: RW US PWT PCD A D PAT G AVL, XD with
 * EFER.NXE; P is implied, and bit 7 is PAT, never PS. An entry with P clear is free, whatever
 * its other bits hold.
 *
 * The tables must be a tree. A call that comes to a table which is a table above itself refuses
 * (PG_CYCLIC). A table in two places of one space, or of two, is not looked for: pg_check() does.
 * What is changed through the one place is changed through the other, and the invalidations are
 * those of the one; whoever shares tables lets `free` count the references to them. A call over
 * a range that comes through the same table twice may end with PG_SHARED, a part of it done.
 *
 * Simplified: entries are read and written, not exchanged, so an A or D that another CPU sets
 * between the two may be lost.
 */
#ifndef PAGING_MAP_H
#define PAGING_MAP_H

#include "change.h"
#include "walk.h"

/*
 * Maps one page: `va` to `pa`, both multiples of its size, by an entry of `level` (PG_PT for
 * 4 KiB, PG_PD for 2 or 4 MiB, PG_PDPT for 1 GiB).
 */
PG_MUST_USE struct pg_change pg_map(const struct pg_space *space, va_t va, pa_t pa, unsigned level,
                                    uint64_t flags);

/*
 * Maps `bytes` from `va` on to as many from `pa` on, all multiples of 4 KiB, each part by the
 * largest page that fits. Nothing in the range may be mapped; a table that is there is used.
 * All tables are taken before the first entry is written.
 */
PG_MUST_USE struct pg_change pg_map_range(const struct pg_space *space, va_t va, pa_t pa,
                                          uint64_t bytes, uint64_t flags);

/*
 * Removes the page of `level` at `va`, a multiple of its size, and gives back each table that
 * is left with nothing but zeros, except the root. Upper entries keep their rights.
 */
PG_MUST_USE struct pg_change pg_unmap(const struct pg_space *space, va_t va, unsigned level);

/*
 * Gives every page from `va` on, over `bytes`, these `flags` instead of its own; A and D stay
 * where they are set. All of the range is mapped, and no page reaches beyond it (split first:
 * PG_LARGE_IN_PATH).
 */
PG_MUST_USE struct pg_change pg_protect(const struct pg_space *space, va_t va, uint64_t bytes,
                                        uint64_t flags);

/*
 * Replaces the large page that covers `va` (any address in it) by a table of pages of the
 * next smaller size, with the same translation, rights, memory type and flags. One store does
 * it, so there is no moment without the page. PG_BAD_ADDRESS: a 4 MiB page above 4 GiB
 * (PSE-36) has no smaller pages.
 */
PG_MUST_USE struct pg_change pg_split(const struct pg_space *space, va_t va);

/*
 * The reverse: replaces the table below the entry of `level` for `va` by one page, and gives
 * it back. Its pages must follow each other from an aligned frame on and have the same flags,
 * A and D apart: the page gets them if any had them. Rights that the table's entry withheld,
 * the page withholds.
 */
PG_MUST_USE struct pg_change pg_join(const struct pg_space *space, va_t va, unsigned level);

/* `va` is the first address that the walk's last entry covers. False: enough. */
typedef bool pg_visit(void *context, va_t va, const struct pg_walk *walk);

/*
 * Visits in ascending order everything in the range that is not a hole: pages (PG_END_MAPPED)
 * and what is broken (PG_END_RESERVED, PG_END_OUTSIDE). An entry that closes a cycle is passed
 * over, and the result is PG_CYCLIC. Ends on any contents of memory.
 */
PG_MUST_USE enum pg_result pg_for_each(const struct pg_space *space, va_t va, uint64_t bytes,
                                       pg_visit *visit, void *context);

/* Asked for each table, the root first. False: this one was asked for before. */
typedef bool pg_claim(void *context, pa_t table);

/*
 * Are the tables a tree, all of them in memory and without a reserved bit? PG_SHARED: `claim`
 * said no. Reads every table once, and changes nothing.
 */
PG_MUST_USE enum pg_result pg_check(const struct pg_space *space, pg_claim *claim, void *context);

#endif
