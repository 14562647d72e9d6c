/*
 * Lesson 2, your part: the same table as a tree of two levels.
 *
 *      31            22 21            12 11             0
 *     | directory index | table index   | byte in page   |
 *
 * A directory of 1,024 entries names up to 1,024 tables; a table of 1,024 entries names frames.
 * Both are 4 KiB, one frame each, and a table exists only where a page needs it. An entry holds an
 * address in bits 31:12 and flags in 11:0. The CPU wants a right (PTE_RW, PTE_US) at *both* levels,
 * so an entry of the directory must allow whatever any page below it is allowed.
 *
 * `space` is never NULL, nor is walk's `entry`.
 */
#ifndef LESSON_WORK_H
#define LESSON_WORK_H

#include "offered/offered32.h" /* frame_take, frame_give, table_at, break_here: yours to call */
#include "offered/result.h"
#include "paging/types.h"

struct space {
    pa32_t directory; /* a frame, all zero at first: what CR3 holds while the space is in use */
};

/* ---- First half ---- */

/*
 * Finds the entry of the page that holds va and stores a pointer to it in *entry. If its table does
 * not exist: with `make`, a frame is taken for it, cleared, and entered in the directory; without,
 * NOT_MAPPED. OUT_OF_FRAMES when a frame is needed and there is none. Only DONE touches *entry, and
 * a call that does not say DONE changes no table.
 */
enum result walk(struct space *space, va32_t va, bool make, uint32_t **entry);

/*
 * Maps the page at `page` to the frame at `frame`; `flags` are entry bits (PTE_RW, PTE_US) without
 * PTE_P, which you add. UNALIGNED when page or frame is not a multiple of PAGE_SIZE,
 * ALREADY_MAPPED, OUT_OF_FRAMES: then every table is as it was before.
 */
enum result map(struct space *space, va32_t page, pa32_t frame, uint32_t flags);

/*
 * Where does the byte at va lie? DONE with its address in *pa, or NOT_MAPPED and *pa stays as it
 * was. pa may be NULL, when the caller only asks whether there is a page. Makes no table.
 */
enum result translate(struct space *space, va32_t va, pa32_t *pa);

/* ---- Second half ---- */

/*
 * Takes the page away: its entry becomes 0. If the table now maps nothing, its frame is given back
 * and the directory's entry becomes 0 too. UNALIGNED when `page` is not a multiple of PAGE_SIZE,
 * else NOT_MAPPED when it is not mapped, whether its table is there or not: nothing changes.
 */
enum result unmap(struct space *space, va32_t page);

/*
 * Maps `pages` consecutive pages from `page` on to consecutive frames from `frame` on. The range
 * may end exactly at 2^32, in both memories. OUT_OF_RANGE when it is empty or runs past that;
 * UNALIGNED; and if any page of it is ALREADY_MAPPED, or a table cannot be had (OUT_OF_FRAMES),
 * then nothing of it is mapped and no frame is lost.
 */
enum result map_range(struct space *space, va32_t page, pa32_t frame, uint32_t pages,
                      uint32_t flags);

#endif
