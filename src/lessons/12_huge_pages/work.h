/*
 * Lesson 12, your part: ranges of memory, in the largest pages that fit.
 *
 *      63      48 47    39 38    30 29    21 20    12 11           0
 *     | as bit 47 |  PML4 |  PDPT |   PD  |   PT   | byte in page   |
 *                             |       |        +------ an entry here maps 4 KiB
 *                             |       +--------------- or, with PTE_PS, 2 MiB
 *                             +----------------------- or, with PTE_PS, 1 GiB
 *
 *      63 62    52 51               13  12  11    9 8  7  6 5  4   3   2  1  0
 *     |XD| free   | frame, 0 below size |PAT| free |G |PS| D|A|PCD|PWT|US|RW|P|   1 GiB, 2 MiB
 *     |XD| free   | 51:12 of the frame      | free |G|PAT| D|A|PCD|PWT|US|RW|P|   4 KiB
 *
 * "Flags" are always as in a PTE, whatever the page's size: bit 7 of them is PTE_PAT, never PS. An
 * entry that names a table gets PTE_P, PTE_RW, PTE_US and nothing else. A table without any page
 * must not be left behind. What these functions find was made by them, or the like of it.
 *
 * Addresses and sizes may be any numbers; no pointer is NULL. Where there are several reasons to
 * refuse, any of them may be told. The TLB is the caller's business, and nobody else changes the
 * tables meanwhile.
 */
#ifndef LESSON_WORK_H
#define LESSON_WORK_H

#include "offered/offered64.h" /* table_at, break_here: yours to call */
#include "offered/result.h"
#include "paging/types.h"

#define PAGE_4K BIT(12)
#define PAGE_2M BIT(21)
#define PAGE_1G BIT(30)

struct space {
    pa_t pml4;        /* its uppermost table: a frame, never given back */
    uint64_t largest; /* the largest page it may have: PAGE_4K, PAGE_2M, or, where the CPU knows
                         such pages (CPUID 80000001H:EDX[26]), PAGE_1G */
};

/*
 * Maps the `bytes` bytes from va on to those from pa on, with these flags and PTE_P. At each
 * address it uses the largest page that fits: not above space->largest, va and pa both multiples
 * of its size, and that many bytes still to map.
 * UNALIGNED when va, pa or bytes is no multiple of PAGE_4K. OUT_OF_RANGE when bytes is 0, when the
 * range is not canonical from end to end (it may end with the last byte of either half), when pa
 * runs past 2^52, when flags hold address bits (51:12). ALREADY_MAPPED when any page of the range
 * is mapped; OUT_OF_FRAMES. Then the tables are as they were before, and no frame is lost.
 */
enum result map_range(struct space *space, va_t va, pa_t pa, uint64_t bytes, uint64_t flags);

/*
 * Makes 512 pages of the next smaller size out of the large page that holds va (any address in
 * it). They translate as it did, with all its flags. DONE too, and nothing happens, where the page
 * has 4 KiB. OUT_OF_RANGE when va is not canonical, NOT_MAPPED, OUT_OF_FRAMES: nothing changes.
 */
enum result split(struct space *space, va_t va);

/*
 * The way back: the 512 pages of the next smaller size from va on become one of `size` bytes, with
 * their flags; A and D are set when any of them had it. The table's frame is given back. DONE too
 * when one page of this size is there already. OUT_OF_RANGE when va is not canonical, or size is
 * neither PAGE_2M nor PAGE_1G, or above space->largest; UNALIGNED when va, or the frame that the
 * first page leads to, is no multiple of size; NOT_MAPPED when one of the 512 is missing; NOT_ALIKE
 * when one of them is a table, their frames do not follow each other, or their entries differ in
 * anything but A and D. Then nothing changes.
 */
enum result join(struct space *space, va_t va, uint64_t size);

/*
 * From now on the `bytes` bytes from va on have these rights: of PTE_RW, PTE_US, PTE_XD exactly
 * those in `rights`. All else stays, in the range and around it. A larger page at an edge is split,
 * as often as it takes and no more. UNALIGNED, OUT_OF_RANGE as in map_range, and when rights hold
 * other bits; NOT_MAPPED when any page of the range is missing: then nothing changes. When it is
 * OUT_OF_FRAMES every right is as before; a page that was split by then may stay so.
 */
enum result protect_range(struct space *space, va_t va, uint64_t bytes, uint64_t rights);

/* The staff's, for you to call. */
bool frame_alloc(pa_t *frame); /* a frame with old rubbish in it; false when none is left */
void frame_free(pa_t frame);

#endif
