/* Shared by the files of lesson 3: the tables that staff code builds, the matrix, the faults, and
 * what the numbers in exam.todo and exam.note mean. */
#ifndef LESSON_PARTS_H
#define LESSON_PARTS_H

#include "work.h"

enum { EFFECTIVE_RIGHTS, PREDICT, ON_PAGE_FAULT }; /* as in work.h */
enum note {
    POOL_START,
    POOL_END,
    MATRIX_ROOT,
    PROCESS_ROOT,
    CODE_START,
    DATA_START,
    DATA_PAGES,
    NARROW_START, /* the data pages whose directory entry allows nothing */
    FRAME_0,      /* of the first such page, the second, and a page of somebody else's */
    FRAME_1,
    FRAME_OTHER,
    OTHER_PAGE,
    BUFFER_START,
    SPARE_START,
    FREE_BEFORE,
    FREE_NOW,
    SHOWN_PAGE, /* of the matrix: user's table entry under a kernel's directory entry */
    SHOWN_PTE,  /* where that table entry lies */
    ENTRY_TOP,  /* of the stack that faults of ring 3 arrive on */
};

/* ---- tables.c: mapping, as in lesson 2 ---- */

uint32_t take_frame(void);    /* a frame of zeros; panics when there is none */
uint32_t take_labelled(void); /* the same with its own address in every word */
uint32_t *pde_of(uint32_t directory, uint32_t va);
uint32_t *pte_of(uint32_t directory, uint32_t va); /* its table exists */

/* Maps a page; a table that is missing gets a directory entry that allows everything. */
void stage(uint32_t directory, uint32_t va, uint32_t pa, uint32_t flags);

/* A directory with what a running kernel needs, and the page that ring 3 runs from. */
uint32_t new_space(void);

/* ---- matrix.c: 8 directory entries x 8 table entries, each combination of P, W, U ---- */

void matrix_build(uint32_t directory);
void matrix_ask(void);    /* the learner's rights and predictions */
void matrix_try(bool wp); /* every access by the CPU */
void matrix_print(void);
void matrix_compare(void);
void matrix_try_hits(void); /* rights when the translation is in the TLB already */

/* ---- faults.c: a process that touches what is not there ---- */

void faults_build(uint32_t directory);
void faults_run(void);
void faults_run_short(void);

#endif
