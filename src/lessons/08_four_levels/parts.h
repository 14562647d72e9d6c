/*
 * Lesson 8: what the parts of the story share. What the numbers in exam.note mean, the rows that
 * the first half maps, and what each file offers lesson.c.
 */
#ifndef LESSON_PARTS_H
#define LESSON_PARTS_H

#include "work.h"

enum { MAP, UNMAP, TRANSLATE, SETUP, ALLOC, FREE }; /* as in work.h */

enum note {
    ROOT,
    GROUP,
    FRAME_0,
    FRAME_1,
    FRAME_2,
    FRAME_3,
    LARGE,
    HUGE_PA,
    LARGE_PA,
    FREE_START,
    FREE_NOW,
    ROOT_CYCLES,
    CYCLES_WRONG,
    ARENA,
    MAP_ROWS,
    SPANS,
    HANDED,
    ROOT_OWN,
    OWN_LEFT,
    GROUP_PML4E, /* where the entry lies that the group's walks begin with */
};

/* ---- rows.c: the space of the first half ---- */

#define GIB           BIT(30)
#define LARGE_BYTES   BIT(21)
#define RANDOM_ROWS   15u
#define MIDDLE_ROWS   6u /* top, the group of four, beside the large pages */
#define LARGE_ROWS    2u
#define ROWS          (RANDOM_ROWS + MIDDLE_ROWS + LARGE_ROWS)
#define LARGE_PML4    505u
#define LARGE_INDEX   5u   /* where in its PD the 2 MiB page stands */
#define UNUSED_PML4   509u /* nothing is ever mapped there */
#define GROUP_ENTRIES 500u /* the group's indices stay below, so that its neighbours exist */

/* Sorted by address, as unsigned numbers: the grader draws its questions from the same order. */
struct row {
    va_t va;
    pa_t pa;
    uint64_t pages, flags;
};
extern struct row row[ROWS];

extern struct space one; /* the space the first half builds */

va_t va_of(unsigned pml4, unsigned pdpt, unsigned pd, unsigned pt);
va_t plus(va_t va, uint64_t bytes);

/* An empty space whose frames come from the staff's allocator; its root goes to the note. */
struct space new_space(enum note note);

/* Makes `one`, with the kernel's part of the space that is in force. */
void make_space_one(void);

void draw_rows(void);                /* what is to be mapped where */
void plant_large_pages(void);        /* the two large pages, by the staff's own hand */
void map_rows(void);                 /* all the others, by the learner's map_page */
void ask_translate(void);            /* seeded questions */
void unmap_rows(bool of_each_third); /* the random rows: each third one, or the rest */
void unmap_middle(void);             /* all that remain but the large pages */

/* ---- trouble.c: what must be refused, what must not get lost ---- */

uint64_t inside_a_page(void); /* a drawn offset: aligned for a word, not for a page */
void ask_for_refusals(void);
void come_and_go(void);
void run_short(void);
void run_cycles(void);

/* ---- memory_map.c: the two memory maps of the second half ---- */

#define ARENA_FRAMES 1024u /* real memory that the drawn map speaks of */
#define ARENA_BYTES  (ARENA_FRAMES * PAGE_SIZE)
#define HIGH_FRAME   850u /* what is available 4 GiB above it has the same lower 32 bits */
#define FOUR_GIB     0x100000000u
#define ROWS_MAX     64u
#define SPANS_MAX    12u

extern struct memory_row map_row[ROWS_MAX];
extern struct span kept[SPANS_MAX];
extern unsigned rows, spans; /* how many of them count */

void find_arena(void);         /* refuses a machine without */
uint64_t at_frame(uint32_t n); /* the arena's frame n */
void one_row_map(void);        /* the arena, all of it available */
void draw_map(void);
void use_this_map(void);
bool is_usable(uint64_t frame); /* truly free on this machine: nothing of ours is there */

/* ---- memory_half.c: the second half ---- */

void memory_half(void);

#endif
