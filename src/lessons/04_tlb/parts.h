/* Shared by the files of lesson 4: the pages it works on, and what exam.note holds. */
#ifndef LESSON_PARTS_H
#define LESSON_PARTS_H

#include <stdint.h>

#include "paging/types.h"
#include "stage/probe.h"

enum { REMAP, PROTECT, UNMAP, REFERENCED }; /* as in work.h */

/*
 * A page to try things on, and two frames whose first words hold their own addresses. Where the
 * page lies comes from the seed. In no trial do bits 22:12 of the address equal those of anything
 * the kernel uses: the TLB of Bochs has one place for all pages that agree in these bits.
 */
struct trial {
    va32_t page;
    pa32_t old, new;
};

enum {
    STALE,
    ABSENT,
    READ_ONLY,
    WRITABLE,
    PRESENT,
    DIRTY,
    CROWDED,
    LASTING,
    MOVED,
    DECOY,
    LOCKED,
    GONE,
    GLOBAL,
    ZERO,
    TRIALS
};

extern struct trial trial[TRIALS];

#define NOTES_OF(trial) trial##_PAGE, trial##_OLD, trial##_NEW

enum note {
    NOTES_OF(STALE), /* those of the other trials follow, 3 apart */
    NOTES_OF(ABSENT),
    NOTES_OF(READ_ONLY),
    NOTES_OF(WRITABLE),
    NOTES_OF(PRESENT),
    NOTES_OF(DIRTY),
    NOTES_OF(CROWDED),
    NOTES_OF(LASTING),
    NOTES_OF(MOVED),
    NOTES_OF(DECOY),
    NOTES_OF(LOCKED),
    NOTES_OF(GONE),
    NOTES_OF(GLOBAL),
    NOTES_OF(ZERO),
    POOL_START,
    POOL_END,
    ROOT,
    CROWD_PAGE,
    AGED_PAGE,
    D_STALE,
    D_FRESH,
    MOVED_ENTRY, /* a physical address */
};

#define AGED_PAGES     24u
#define WRITABLE_ENTRY ((uint32_t)(PTE_P | PTE_RW))

/* Builds the space in which the kernel runs, loads it, and turns on global pages. */
void tables_init(void);

/* Draws where every trial and the aged pages lie, and gives each trial its frames. */
void trials_draw(void);

/* Writes a PTE and tells the TLB nothing. Makes the table where there is none. */
void set_entry(va32_t page, uint32_t entry);

/* A page whose address differs from `page` by 8 MiB, mapped to the same frame. */
va32_t crowd_page(va32_t page);

/* One access that may fault, told in one line behind `what`. CR3 is not reloaded before. */
struct probe look(const char *what, enum probe_kind kind, va32_t page);

/* What the CPU does when entries change under it. */
void facts_stale(void);
void facts_changes(void);
void facts_crowd(void);
void facts_global(void);

/* Calls of all four functions: five that are done, sixteen of which fifteen are refused. */
void ask_for_the_rest(void);
void ask_for_refusals(void);

#endif
