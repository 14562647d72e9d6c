/*
 * Lesson 3, your part: who may do what with a page, and what happens when they may not.
 *
 *     31                                        12 11      9  8 7 6 5 4 3 2 1 0
 *    | address of the table, or of the frame      |  free   |G . D A . . U W P |   PDE and PTE
 *
 *     31                                                           5 4 3 2 1 0
 *    | 0 here                                                          |U|W|P|   error code of #PF
 *       P  0: the page was not present     1: it is there, and a right was missing
 *       W  0: a read                       1: a write
 *       U  0: by ring 0 ("supervisor")     1: by ring 3 ("user")
 */
#ifndef LESSON_WORK_H
#define LESSON_WORK_H

#include "offered/result.h"
#include "paging/types.h"

/* ---- First half: what will the CPU do? ---- */

/*
 * The rights of a page whose two entries these are: DONE with PTE_RW and PTE_US, or those of them
 * that the page has, in *rights (unless rights is NULL); NOT_MAPPED, and *rights untouched, when
 * there is no page. All other bits of the entries may be anything. When `pde` is not present there
 * is no table, and `pte` means nothing.
 */
enum result effective_rights(uint32_t pde, uint32_t pte, uint32_t *rights);

struct access {
    bool write; /* else a read */
    bool user;  /* in ring 3, else in ring 0 */
    bool wp;    /* CR0.WP as it is set meanwhile */
};

struct outcome {
    bool fault;
    uint32_t error; /* the error code that #PF pushes; 0 when there is no fault */
};

/* What the CPU does with this access to a page whose two entries these are. Always DONE; outcome is
 * never NULL. */
enum result predict(uint32_t pde, uint32_t pte, struct access access, struct outcome *outcome);

/* ---- Second half: what do you do about it? ---- */

/* Pages that a process may use. `flags`: PTE_RW (they may be written), PTE_US (ring 3 may, too).
 * Areas start at a page, do not overlap, and may be empty or end exactly at 2^32. */
struct area {
    va32_t start;
    uint32_t pages;
    uint32_t flags;
};

struct process {
    pa32_t directory; /* what CR3 holds now */
    const struct area *areas;
    unsigned count;
};

/*
 * The CPU has just refused an access; `error` is the error code it pushed, and CR2 holds the
 * address (fault_address() reads it). Pages of an area come into being when they are touched.
 * `process` is never NULL.
 *
 *   NOT_MAPPED     no area holds the address: the process has no business there
 *   FORBIDDEN      its area does not allow this access, by this ring
 *   OUT_OF_FRAMES  a frame is needed, for the page or for its table, and there is none
 *   DONE           repaired: the CPU tries the same instruction again
 *
 * DONE means: the page is present, keeps the frame it had or has a zeroed one of its own, and has
 * exactly the rights of its area, whatever the directory's entry allowed before. No other page
 * becomes present. Any other answer leaves the tables as they were and keeps no frame. An entry
 * that you find with P clear holds nothing, whatever its other bits say. In the tables here, no PTE
 * allows more than its page may have, so a PDE may allow everything. No need to flush the TLB: that
 * is lesson 4, and done for you.
 */
enum result on_page_fault(struct process *process, uint32_t error);

/* Yours to call. */
va32_t fault_address(void);       /* what CR2 holds now: the address of the *last* page fault */
bool frame_zeroed(pa32_t *frame); /* a frame, all zeros; false: none left. The staff's records
                                       are mapped on demand, so this may take a page fault itself;
                                       the staff repairs that one, and it is over when you are
                                       back. */
void frame_give(pa32_t frame);    /* back again */
uint32_t *table_at(pa32_t frame); /* a table as the kernel sees it: mapped 1:1 */
void break_here(void);            /* stops the Bochs debugger, if there is one */

#endif
