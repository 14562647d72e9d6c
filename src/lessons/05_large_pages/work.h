/*
 * Lesson 5, your part: pages of 4 MiB, and the way between them and pages of 4 KiB.
 *
 * An entry of the directory with PTE_PS (bit 7) names no table: it maps 4 MiB itself.
 *
 *      31       22 21 20        13 12  11   9 8 7 6 5 4   3   2  1  0
 *     | 31:22 of   |0| 39:32 of  |PAT| free  |G|1|D|A|PCD|PWT|US|RW|P|    a PDE with PS
 *     | the frame  | | the frame |   |       | | | | |   |   |  |  | |
 *
 *      31                         12  11   9 8  7  6 5 4   3   2  1  0
 *     | 31:12 of the frame          | free  |G|PAT|D|A|PCD|PWT|US|RW|P|    a PTE
 *
 * Bit 21 is reserved: the CPU faults on it. Frames may lie anywhere below 2^40, pages below 2^32.
 * All this holds only while CR4.PSE is set: without it PTE_PS is ignored, and the entry names a
 * table. "Flags" are always as in a PTE, whatever the page's size: bit 7 of them is PTE_PAT.
 *
 * Where a call has several reasons to refuse, any of them may be told. A refusal changes no table
 * and keeps no frame. `space` is never NULL. Nobody but you changes the tables meanwhile, and the
 * caller sees to the TLB.
 */
#ifndef LESSON_WORK_H
#define LESSON_WORK_H

#include "offered/offered32.h" /* frame_take, frame_give, table_at: yours to call */
#include "offered/registers.h" /* read_cr0, write_cr0, write_cr3, read_cr4, write_cr4, break_here */
#include "offered/result.h"
#include "paging/types.h"

#define LARGE_BYTES 0x400000u /* 4 MiB */

struct space {
    pa32_t directory; /* a frame: what CR3 holds while the space is in use */
    bool pse;         /* CR4.PSE while it is in use. False is tried with translate only */
};

/*
 * Maps the 4 MiB page at `page` to the 4 MiB at `frame`, with these flags and PTE_P. UNALIGNED when
 * page or frame is not a multiple of LARGE_BYTES, OUT_OF_RANGE when the frame does not lie below
 * 2^40, ALREADY_MAPPED when the directory has a page or a table there.
 */
enum result map_large(struct space *space, va32_t page, pa_t frame, uint32_t flags);

/*
 * Where does the CPU find the byte at va? DONE with its address in *pa (unless pa is NULL), or
 * NOT_MAPPED, also where the CPU refuses an entry because its bit 21 is set. *pa is touched by DONE
 * only. Large pages, tables, and space->pse must be heeded.
 */
enum result translate(const struct space *space, va32_t va, pa_t *pa);

/*
 * Makes the page that holds va small: a table of 1,024 pages takes its place, which lead where it
 * led, with the rights, the flags, A and D that it had. DONE too when it is small already.
 * NOT_MAPPED (as translate, for a large page), OUT_OF_FRAMES, OUT_OF_RANGE when it lies above
 * 4 GiB, where no PTE can lead. The table is complete before the directory names it.
 */
enum result split_large(struct space *space, va32_t va);

/*
 * The way back: the 1,024 small pages from `page` on become one, with the rights that they had, and
 * the table's frame is given back. A or D is set when it was in any of them. DONE too when it is
 * large already. UNALIGNED when page, or the frame it leads to, is not a multiple of LARGE_BYTES;
 * NOT_MAPPED when there is no table, or one of the pages is missing; NOT_ALIKE when their frames do
 * not follow each other, or their entries differ in anything but A and D.
 */
enum result join_pages(struct space *space, va32_t page);

/*
 * Turns paging on: from the next instruction on, `directory`, with its large pages, is in force.
 * UNALIGNED when it is not a multiple of PAGE_SIZE, since CR3 could not say so: then no register
 * changes.
 */
enum result switch_on(pa32_t directory);

#endif
