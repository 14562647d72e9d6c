/*
 * Lesson 12: what the parts of the story share. Which space is which, what the numbers in exam.note
 * mean, and what each file offers lesson.c.
 */
#ifndef LESSON_PARTS_H
#define LESSON_PARTS_H

#include "work.h"

enum { MAP_RANGE, SPLIT, JOIN, PROTECT_RANGE }; /* as in work.h */

/*
 * SMALL, MEDIUM, LARGE: the first 4 GiB, in pages of 4 KiB, 2 MiB, 1 GiB. MIXED: ranges that the
 * seed draws. PLAIN: the first of them, on a CPU without 1 GiB pages. EDGE: ranges that end where
 * the halves end. MADE: tables by the staff. EDGE and MADE have no kernel and are never in force.
 */
enum which { SMALL, MEDIUM, LARGE, MIXED, PLAIN, EDGE, MADE, SPACES };

#define RANGES 4u

enum note {
    ROOT_SMALL, /* + which: its PML4 */
    ROOT_MEDIUM,
    ROOT_LARGE,
    ROOT_MIXED,
    ROOT_PLAIN,
    ROOT_EDGE,
    ROOT_MADE,
    USED_SMALL, /* + which: the frames its tables took, the PML4 included */
    USED_MEDIUM,
    USED_LARGE,
    USED_MIXED,
    USED_PLAIN,
    USED_EDGE,
    USED_MADE,
    VA_0, /* + range: as it is mapped into MIXED */
    VA_1,
    VA_2,
    VA_3,
    PA_0, /* + range */
    PA_1,
    PA_2,
    PA_3,
    PAGES_0, /* + range: in units of 4 KiB */
    PAGES_1,
    PAGES_2,
    PAGES_3,
    FLAGS_0, /* + range */
    FLAGS_1,
    FLAGS_2,
    FLAGS_3,
    TOUCHED,    /* an address in the first 4 GiB */
    HEAD,       /* range 0: its pages before the first GiB that one page maps */
    BIG,        /* where that page begins */
    TAIL,       /* pages of the range behind it */
    INNER,      /* which of the 512 parts of BIG was split again */
    HEAD_1,     /* range 1: pages before the 2 MiB page that was split */
    SPLIT_1,    /* where that page begins */
    TAIL_1,     /* pages of the range behind it */
    SHUT_FROM,  /* in BIG: pages before the part that lost its rights */
    SHUT_PAGES, /* and pages of that part */
    OPEN_FROM,  /* the same in range 1, for the part that won some */
    OPEN_PAGES,
    EDGE_LOW,    /* where the range begins that ends with the lower half */
    EDGE_HIGH,   /* and the one that ends with the last byte of all */
    EDGE_PA,     /* both lead there */
    SIZES_KNOWN, /* 3 when the CPU has 1 GiB pages, else 2 */
};

/* spaces.c: an empty space whose largest page is `largest`; with the kernel's half or without. */
void space_make(enum which which, uint64_t largest, bool kernel);
void space_load(enum which which);
void space_leave(void); /* back to the staff's own tables */
bool cpu_has_1g(void);

/* The learner's functions, called for one of the spaces. The result becomes the next answer, with
 * `value` 0; frames that it took or gave back are counted in exam.note[USED_SMALL + which]. */
enum result ask_map(enum which which, uint64_t va, uint64_t pa, uint64_t bytes, uint64_t flags);
enum result ask_split(enum which which, uint64_t va);
enum result ask_join(enum which which, uint64_t va, uint64_t size);
enum result ask_protect(enum which which, uint64_t va, uint64_t bytes, uint64_t rights);

/* How many entries a walk of va reads in this space, and the bytes of the page it ends in. */
unsigned walk_reads(enum which which, uint64_t va, uint64_t *page_bytes);

/* ranges.c: draws the ranges and what will be done to them; maps them; changes them; touches. */
void ranges_draw(void);
void ranges_map(void);
void edges_map(void);
void ranges_split(void);
void ranges_join(void);
void ranges_protect(void);
void ranges_touch(void);
void parts_touch(void);
void rights_touch(void);

/* questions.c: calls that must be refused and leave no trace. */
void ask_for_refusals(void);
void make_pages_to_join(void); /* in MADE: six times 512 pages, each with a fault of its own */

#endif
