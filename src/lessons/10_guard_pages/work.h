/*
 * Lesson 10, your part: pages that are not there, on purpose.
 *
 *        a stack: grows down, so the guard lies below        a buffer: ends where the guard begins
 *
 *      | guard |  page 1 ... page n  |                    | guard |    ...|  bytes  | guard |
 *      ^ below ^      usable         ^                    ^ below ^       ^  usable ^ above ^
 *      not mapped                                         not mapped                not mapped
 *
 * A guard is one page. Nothing is mapped there, so that the first byte written into it raises #PF.
 */
#ifndef LESSON_WORK_H
#define LESSON_WORK_H

#include "offered/descriptors64.h" /* struct gate, struct tss */
#include "offered/regions.h"       /* heap_reserve, heap_release, area_reserve, area_release */
#include "offered/result.h"
#include "offered/space.h" /* frame_alloc, frame_free, map_page, unmap_page, split_large */
#include "paging/types.h"

/* No pointer is NULL. */

#define STACK_PAGES_MAX 64u
#define BUFFER_ALIGN    16u
#define FAULT_STACK_IST 2u /* IST1 is the double fault's already */

/* Addresses from start up to, not including, end. start == end: none at all. */
struct span {
    va_t start, end;
};

struct guarded {
    const char *name;         /* whose it is: the pointer you are given */
    struct span usable;       /* what its owner may touch */
    struct span below, above; /* its guards; none where there is no guard */
};

/*
 * A stack of `pages` pages with a guard below it. Takes exactly pages + 1 pages of the area: first
 * the guard, then the stack, each page with a frame of its own, writable. The guard gets no frame.
 * OUT_OF_RANGE when pages is 0, above STACK_PAGES_MAX, or more than the area has left;
 * OUT_OF_FRAMES. Then everything is as before: *stack, tables, frames, area.
 */
enum result alloc_guarded_stack(const char *name, uint64_t pages, struct guarded *stack);

/*
 * A buffer of `bytes` bytes between two guards. Takes as many pages of the heap as the bytes fill,
 * and one below and one above them for the guards. The heap is mapped already, by one large page:
 * of what you took, only the guards are unmapped, and nothing else of the heap changes. The frame
 * behind a guard remains the heap's. The buffer *ends* where the guard above begins.
 * UNALIGNED when bytes is no multiple of BUFFER_ALIGN; OUT_OF_RANGE when it is 0 or more than the
 * heap has left (any 64-bit number may come); OUT_OF_FRAMES. Then everything is as before.
 */
enum result alloc_guarded_buffer(const char *name, uint64_t bytes, struct guarded *buffer);

/*
 * From now on a page fault (vector 14) is handled on a stack of its own, which ends at `top`: entry
 * FAULT_STACK_IST of the TSS's interrupt stack table, and the number of that entry in the vector's
 * gate. Everything else in both stays as it is. tss->ist[0] is IST1 (SDM 3A, "Interrupt Stack
 * Table"). UNALIGNED when top is no multiple of 16: nothing changes. Whether a stack lies below top
 * is not asked here: the first fault would tell.
 */
enum result install_fault_stack(struct tss *tss, struct gate *idt, va_t top);

/*
 * Whose guard was hit? Looks for the address cr2 in the guards of list[0] to list[count - 1]. DONE
 * with the index in *which, or NOT_MAPPED when it lies in none of them; *which then stays as it
 * was. A guard may have more than one page, or none; count may be 0. Runs in the handler of #PF.
 */
enum result is_guard_hit(va_t cr2, const struct guarded *list, unsigned count, unsigned *which);

void break_here(void); /* stops the Bochs debugger, if there is one */

#endif
