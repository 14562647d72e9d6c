/*
 * The two processes of the first lessons: which pages map to which frames, the labels in those
 * frames, the pages that only the seed knows, questions about them, and a visit to all of them by
 * the CPU. Pages and frames are numbers (addresses >> 12). Knows nothing of tables: mapping and
 * translating are functions it is given.
 */
#ifndef PAGEWALK_PROCESSES_H
#define PAGEWALK_PROCESSES_H

#include <stdint.h>

#include "offered/result.h"

struct row {
    uint32_t page, frame;
};

struct process_rows {
    unsigned count;
    struct row row[6];
    uint32_t absent; /* a page that must stay unmapped */
};

extern const struct process_rows process_1, process_2;

typedef void (*map_function)(void *space, uint32_t page, uint32_t frame);

/* Refuses a machine that lacks one of the frames. */
void processes_require_frames(void);

/* Writes 0xF0000000 | frame at offset 0xFF0 of every frame; the ROM keeps its own. Paging is off.
 */
void processes_label_frames(void);

/* The pages that a running kernel needs, each at the frame of its own number. */
void map_kernel(map_function map, void *space, uint32_t first_pool_page, uint32_t end_pool_page);

void map_rows(map_function map, void *space, const struct process_rows *process);

#define EXTRA_ROWS 16u

/* Maps pages that are drawn, each in its part of 0x40000..0xBFFFF, and stores them in page[]. */
void map_extras(map_function map, void *space, uint32_t page[EXTRA_ROWS]);

/* Reads each row's label through the running tables, then reads and writes the absent page. */
void visit(const struct process_rows *process);

/* What the learner's function says about one address. pa may be NULL. */
typedef enum result (*translate_function)(void *space, uint32_t va, uint32_t *pa);

/* Asks `count` questions and writes down the answers: every other address lies among the first
 * eight pages, the others anywhere. */
void ask_translations(translate_function translate, void *space, unsigned count);

/*
 * Three more answers, about a mapped page and an absent one: both with nowhere to write (pa NULL),
 * answered with the word at address 0, then the absent one with a place for the address, answered
 * with what stands there. In all three UNTOUCHED is what a careful function leaves. Paging is off.
 */
#define UNTOUCHED 0x5AFE0000u
void ask_without_place(translate_function translate, void *space, uint32_t mapped, uint32_t absent);

/* Prints what two spaces make of the same addresses, side by side. */
void show_translations(translate_function translate, void *one, void *two);

#endif
