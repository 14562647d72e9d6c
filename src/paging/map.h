/*
 * Changing the tables: map, unmap and split one page.
 *
 * Used by the platform where a lesson may, and by tests and tools. Works through struct
 * pg_space alone (walk.h), with all its functions given.
 *
 * A call that does not return PG_OK has changed nothing and kept no frame. What changed must
 * be invalidated by the caller, in the TLB of every CPU that uses the space, before frames
 * are allocated again. A changed PDPTE of PAE takes effect only when CR3 is loaded.
 *
 * New tables are zeroed and filled before one store links them. An upper entry that lacks RW
 * or US, or has XD, is widened when a page below it needs that. Pages below are then held
 * back by their own entries alone; in a tree built here they always are.
 */
#ifndef PAGING_MAP_H
#define PAGING_MAP_H

#include "walk.h"

enum pg_result {
    PG_OK,
    PG_NONCANONICAL,   /* va is not an address of this mode */
    PG_UNALIGNED,      /* va or pa is not a multiple of the page's size */
    PG_BAD_LEVEL,      /* this mode or CPU has no pages of that level */
    PG_BAD_ADDRESS,    /* the entry cannot hold pa: too wide for the mode or MAXPHYADDR */
    PG_BAD_FLAGS,      /* bits that are not flags, or that are reserved on this CPU */
    PG_ALREADY_MAPPED, /* a page of that size is there */
    PG_NOT_MAPPED,     /* no page is there */
    PG_LARGE_IN_PATH,  /* a larger page covers va */
    PG_TABLE_IN_PATH,  /* a table for smaller pages is there */
    PG_NOT_LARGE,      /* the page cannot be split further */
    PG_OUT_OF_FRAMES,  /* no frame for a table */
    PG_BAD_FRAME,      /* the frame given for a table is unaligned, too high, or no memory */
    PG_RESERVED_BITS,  /* an entry on the path has a reserved bit set */
    PG_OUTSIDE,        /* an entry on the path lies where there is no memory */
};

/*
 * Maps one page: `va` to `pa`, both multiples of its size, by an entry of `level` (PG_PT for
 * 4 KiB, PG_PD for 2 or 4 MiB, PG_PDPT for 1 GiB). `flags` are as in a PTE whatever the size:
 * RW US PWT PCD A D PAT G AVL, XD with EFER.NXE; P is implied, and bit 7 is PAT, never PS. An
 * entry with P clear is free,
 * whatever its other bits hold.
 */
enum pg_result pg_map(const struct pg_space *space, va_t va, pa_t pa, unsigned level,
                      uint64_t flags);

/*
 * Removes the page of `level` at `va`, a multiple of its size, and gives back each table that
 * is left with nothing but zeros, except the root. Upper entries keep their rights.
 */
enum pg_result pg_unmap(const struct pg_space *space, va_t va, unsigned level);

/*
 * Replaces the large page that covers `va` (any address in it) by a table of pages of the
 * next smaller size, with the same translation, rights, memory type and flags. One store does
 * it, so there is no moment without the page. PG_BAD_ADDRESS: a 4 MiB page above 4 GiB
 * (PSE-36) has no smaller pages.
 */
enum pg_result pg_split(const struct pg_space *space, va_t va);

#endif
