/*
 * Lesson 8, your part: four levels, and the frames they are made of.
 *
 *      63      48 47    39 38    30 29    21 20    12 11           0
 *     | as bit 47 |  PML4 |  PDPT |   PD  |   PT  | byte in page   |
 *
 * A table is one frame with 512 entries of eight bytes. An entry holds an address in bits 51:12;
 * all others are flags or free. The CPU wants a right (PTE_RW, PTE_US) at *every* level, and
 * PTE_XD at any level forbids execution below it: so an entry that names a table gets PTE_P,
 * PTE_RW, PTE_US and nothing else. With PTE_PS a PDPTE maps 1 GiB by itself, a PDE 2 MiB.
 */
#ifndef LESSON_WORK_H
#define LESSON_WORK_H

#include "offered/offered64.h" /* table_at, break_here: yours to call */
#include "offered/result.h"
#include "paging/types.h"

/* No pointer is NULL but where it says so. */

/* ---- First half: one address space, whether CR3 names it or not ---- */

struct space {
    pa_t pml4;                        /* its uppermost table: a frame, never given back by you */
    enum result (*take)(pa_t *frame); /* DONE, and a frame with old rubbish in it; OUT_OF_FRAMES */
    enum result (*give)(pa_t frame);  /* back again */
};

/*
 * Maps the 4 KiB page at `page` to the frame at `frame`; `flags` are entry bits outside 51:12
 * without PTE_P, which you add: in the PTE they all stand as given, the free ones, PAT and G too.
 * Tables that are missing on the way are taken and cleared.
 * UNALIGNED when page or frame is no multiple of PAGE_SIZE; OUT_OF_RANGE when page is not canonical
 * (bits 63:48 do not copy bit 47), or frame or flags do not fit their bits; ALREADY_MAPPED;
 * LARGE_PAGE when a large page covers it; OUT_OF_FRAMES. Then the tables are as they were before,
 * and no frame is lost. The TLB is the caller's business, here and below.
 */
enum result map_page(struct space *space, va_t page, pa_t frame, uint64_t flags);

/*
 * Takes the 4 KiB page away: its entry becomes 0, and *frame (unless frame is NULL) the address it
 * led to. That frame is not given back: it may be anyone's. A table without a present entry is:
 * the PT, then perhaps the PD, then the PDPT, each with the entry that named it. UNALIGNED;
 * OUT_OF_RANGE when page is not canonical; NOT_MAPPED; LARGE_PAGE: then nothing changes.
 */
enum result unmap_page(struct space *space, va_t page, pa_t *frame);

/*
 * Where does the byte at va lie? DONE with its address in *pa (unless pa is NULL), in a large page
 * too; else NOT_MAPPED, also when va is not canonical: then *pa stays as it is.
 */
enum result translate(const struct space *space, va_t va, pa_t *pa);

/* ---- Second half: which frames are free? ---- */

#define MEMORY_LIMIT  BIT(30) /* Simplified: frames from here on are nobody's */
#define MEMORY_IS_RAM 1u      /* any other type is not yours */

struct memory_row { /* as in the Multiboot2 memory map: unaligned, unsorted, may overlap */
    uint64_t start, bytes;
    uint32_t type, reserved;
};

struct span { /* from start up to, not including, end: never empty */
    uint64_t start, end;
};

struct memory_map {
    const struct memory_row *row;
    unsigned rows;
    const struct span *kept; /* in use already: the kernel, modules, boot information ... */
    unsigned spans;
};

/*
 * Begins anew, with every frame free that lies wholly within one row of MEMORY_IS_RAM, wholly below
 * MEMORY_LIMIT, and has no byte in common with a row of another type or with a kept span. A row may
 * be empty, and may end with the last byte of all: then start + bytes is 2^64, which is 0. None
 * runs past it. Remember what you need: the map is gone when this returns. DONE.
 */
enum result frames_setup(const struct memory_map *map);

/*
 * A free frame's address in *frame, whatever is in it; OUT_OF_FRAMES, also before the first
 * frames_setup: *frame stays as it is.
 */
enum result frame_alloc(pa_t *frame);

/*
 * The frame may be handed out again. UNALIGNED; OUT_OF_RANGE when frame_alloc has not handed it
 * out, or it was given back since: then nothing changes. Any number may come.
 */
enum result frame_free(pa_t frame);

#endif
