/*
 * What a call that changes tables gives back: its result, bound to the invalidations that the
 * caller now owes the TLB.
 *
 * Used by map.h and its callers. The result is handed out by pg_settle(), so that it cannot be
 * read and the debt forgotten; a change that is dropped altogether draws a warning.
 */
#ifndef PAGING_CHANGE_H
#define PAGING_CHANGE_H

#include "types.h"

#define PG_MUST_USE __attribute__((warn_unused_result))

enum pg_result {
    PG_OK,
    PG_NONCANONICAL,   /* va is not an address of this mode */
    PG_UNALIGNED,      /* va, pa or the size is not a multiple of the page's size */
    PG_BAD_LEVEL,      /* this mode or CPU has no pages of that level */
    PG_BAD_ADDRESS,    /* the entry cannot hold pa: too wide for the mode or MAXPHYADDR */
    PG_BAD_FLAGS,      /* bits that are not flags, or that are reserved on this CPU */
    PG_BAD_RANGE,      /* empty, or it runs past the last address */
    PG_ALREADY_MAPPED, /* a page of that size is there */
    PG_NOT_MAPPED,     /* no page is there */
    PG_LARGE_IN_PATH,  /* a larger page covers va */
    PG_TABLE_IN_PATH,  /* a table for smaller pages is there */
    PG_NOT_LARGE,      /* the page cannot be split further */
    PG_NOT_ALIKE,      /* the pages do not follow each other, or their flags differ */
    PG_OUT_OF_FRAMES,  /* no frame for a table */
    PG_BAD_FRAME,      /* the frame given for a table is unaligned, too high, or no memory */
    PG_RESERVED_BITS,  /* an entry on the path has a reserved bit set */
    PG_OUTSIDE,        /* an entry on the path lies where there is no memory */
    PG_CYCLIC,         /* a table on the path is a table above itself */
    PG_SHARED,         /* one table in two places: map.h says what then holds */
};

#define PG_ALL_PAGES UINT32_MAX

/* `pages` to invalidate, each of 2^page_shift bytes, from `first` on; or PG_ALL_PAGES. */
struct pg_change {
    va_t first;
    uint32_t pages;
    uint8_t page_shift;
    uint8_t result; /* for pg_settle() */
};

/*
 * How the caller's CPUs forget; all of them that use the space.
 *
 * drop_page: INVLPG of one address. It drops the page, of any size, and whatever the CPU kept
 * of the tables above. drop_all: loads CR3, and toggles CR4.PGE where global pages are used.
 * In PAE it is also what makes a changed PDPTE count.
 */
struct pg_tlb {
    void (*drop_page)(void *context, va_t va);
    void (*drop_all)(void *context);
    void *context;
    uint32_t most_pages; /* beyond this number drop_all is cheaper */
};

/*
 * Pays what `change` owes and returns its result. Call it before the frames that the change
 * unmapped or gave back get another use. tlb NULL: the space is in force on no CPU.
 */
static inline PG_MUST_USE enum pg_result pg_settle(struct pg_change change,
                                                   const struct pg_tlb *tlb)
{
    if (tlb != NULL && change.pages > tlb->most_pages)
        tlb->drop_all(tlb->context);
    else if (tlb != NULL)
        for (uint32_t i = 0; i < change.pages; i++)
            tlb->drop_page(tlb->context,
                           (va_t){ change.first.value + ((uint64_t)i << change.page_shift) });
    return (enum pg_result)change.result;
}

#endif
