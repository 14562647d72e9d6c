/*
 * Lesson 11: what the parts of the story share. The plan, the numbers in exam.note, and what each
 * file offers lesson.c.
 */
#ifndef LESSON_PARTS_H
#define LESSON_PARTS_H

#include "work.h"

enum { BUILD, TO_VIRT, TO_PHYS }; /* as in work.h */

/* The last byte of all belongs to the stack; RSP starts one above it, at 2^64, which is 0. */
#define STACK_TOP  0u
#define USER_CODE  0x400000u
#define LOWER_TOP  0x7FFFFFFFF000u
#define SCREEN     0xFFFFFE0000000000u
#define MODULES    3u
#define MODULE_MAX 7u /* pages */

enum note {
    ROOT,
    FREE_BEFORE,
    FREE_AFTER,
    IMAGE_PAGE, /* page numbers, for the questions */
    IMAGE_END_PAGE,
    RAM_END_PAGE,
    MODULE_PAGE_0, /* MODULES of them */
    MODULE_PAGE_1,
    MODULE_PAGE_2,
    USER_PA,
    STACK_LOW,
    MODULE_LAST_0, /* MODULES of them: the address of the last byte */
    MODULE_LAST_1,
    MODULE_LAST_2,
    RAM_LAST,
    SCRATCH_DIRECT, /* one word at its two addresses */
    SCRATCH,
    TEXT_BYTE,
    CONSTANT,
    RUNS,
    RESULT, /* of build_kernel_map */
    DIRTY,  /* frames in use and never cleared, when something went wrong */
};

extern struct plan plan;

/* regions_drawn.c: fills the plan in; the seed decides some of it. Prints it. */
void make_plan(void);

/* survey.c: what is mapped in the space at `root`, run by run, as the tables say. */
void print_space(pa_t root);

/* survey.c: every region is there, in its frames and with the rights it needs, so the kernel can go
 * on in this space. Else says what is missing. */
bool can_live_in(pa_t root);

/* questions.c: plans that must be refused and leave no trace; where does this byte lie? */
void ask_for_refusals(void);
void ask_for_addresses(void);

#endif
