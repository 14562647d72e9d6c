/*
 * Lesson 6: what the parts of the story share. What the numbers in exam.note mean, where the pages
 * of the story lie, and what each file offers lesson.c.
 */
#ifndef LESSON_PARTS_H
#define LESSON_PARTS_H

#include "paging/geometry.h"
#include "work.h"

enum { PAE_MAP, PAE_TRANSLATE, SET_EXECUTABLE }; /* as in work.h */

enum note {
    ROOT,
    POOL_START,
    POOL_END,
    CODE_VA,
    CODE_PA,
    DATA_VA,
    DATA_PA,
    SWAP_VA,
    SWAP_PA,
    LIVE_VA,
    LIVE_PA,
    LARGE_VA,
    LARGE_PA,
    NEW_VA,
    NEW_PA,
    FREE_BEFORE,
    FREE_NOW,
    SWAP_PTE, /* where that entry lies */
};

#define FOUR_GIB         BIT(32)
#define HIGH_FIRST_FRAME 0x100000u
#define HIGH_FRAMES      0x44000u /* from 4 GiB on: what a machine of 4160 MiB has up there */

extern struct space space;

/* tables.c: everything mapped before paging is on, the kernel apart; in order of addresses. */
struct story_row {
    uint32_t va, pages;
    uint64_t pa;
};
extern struct story_row row[];
extern unsigned rows;

void build(void);               /* draws and maps all of it */
uint32_t va_of(enum note note); /* an address kept in exam.note */

/* Maps a page; ends the run when pae_map is not written yet. */
void map_or_end(uint32_t va, uint64_t pa, uint64_t flags);

/* questions.c */
void ask_all(void);
void ask_for_refusals(void);

/* offered.c. The entry of `level` on the way to va, or NULL where the tables end before it. */
uint64_t *entry_of(uint32_t va, unsigned level);

/* Ends the run when a page of the kernel is not mapped to itself: nobody could report the fault. */
void require_kernel(void);

/* Refuses a CPU without PAE or execute-disable. */
void require_pae(void);

/* demos.c: four demonstrations. They break entries and mend them again. */
void show_upper_xd(void);
void show_without_nxe(void);
void show_pdpte_rights(void);
void show_stale_pdpte(void);

#endif
