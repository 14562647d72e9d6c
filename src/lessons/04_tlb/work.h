/*
 * Lesson 4, your part: change a page that the CPU remembers.
 *
 *      memory                       the CPU
 *     +-------------------+        +---------------------------------------+
 *     | PTE: frame | bits |  --->  | TLB: page -> frame, rights, D, global |
 *     +-------------------+  walk  +---------------------------------------+
 *      what you write                what every access really uses
 *
 * Two functions drop what the CPU remembers: invalidate_page(va) the page that holds the *address*
 * va; write_cr3(read_cr3()) everything but global pages. All addresses lie in the space in use.
 * When a function returns DONE, no access of this CPU may use what stood there before.
 */
#ifndef LESSON_WORK_H
#define LESSON_WORK_H

#include "offered/entry32.h"   /* entry_of: finds the PTE, so that nobody has to walk again */
#include "offered/registers.h" /* invalidate_page, read_cr3, write_cr3, break_here */
#include "offered/result.h"
#include "paging/types.h"

#define REFERENCED_MOST 32u /* pages that one map of bits can hold */

/*
 * The page at `page` leads to `frame` from now on. Bits 11:0 of its entry stay as they are, P and G
 * among them. *old (unless old is NULL) gets the address of the frame it led to; frame 0 is a frame
 * like any other. UNALIGNED when page or frame is not a multiple of PAGE_SIZE; NOT_MAPPED when
 * there is no table or the entry is not present: then nothing changes, *old included.
 */
enum result remap(va32_t page, pa32_t frame, pa32_t *old);

/*
 * The rights of the page become exactly `rights`: PTE_RW, PTE_US, both or neither. Its frame and
 * all other bits stay. UNALIGNED, NOT_MAPPED; OUT_OF_RANGE when `rights` has any other bit.
 */
enum result protect(va32_t page, uint32_t rights);

/*
 * Takes the page away: its entry becomes 0. *frame (unless it is NULL) gets the address of the
 * frame it led to. UNALIGNED, NOT_MAPPED: nothing changes. Tables are not given back here.
 */
enum result unmap(va32_t page, pa32_t *frame);

/*
 * Which pages has somebody used? For the `pages` pages from `first` on, bit i of *map becomes 1
 * when page i is mapped and its A is set, else 0; bits beyond stay 0. Every A found is cleared, so
 * that the CPU sets it again with the *next* access, and the next call tells what happened since
 * this one. D stays as it is: it says that the frame must be written back. UNALIGNED; OUT_OF_RANGE
 * when pages is 0, above REFERENCED_MOST, or the range runs past 2^32: then *map stays. map is
 * never NULL.
 */
enum result referenced_pages(va32_t first, uint32_t pages, uint32_t *map);

#endif
