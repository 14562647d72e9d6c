/*
 * Lesson 6, your part: entries of eight bytes in a 32-bit kernel.
 *
 *      31 30 29           21 20           12 11             0
 *     | PDPT | PD index     | PT index      | byte in page   |
 *
 * CR3 names a table of *four* entries (PDPT, 32 bytes); each of them may name a PD of 512 entries,
 * each of those a PT of 512. PD and PT take a frame each. An entry holds an address in bits 51:12,
 * so a page may lie in memory above 4 GiB, which no pointer of a 32-bit kernel can name. PTE_XD
 * (bit 63) in a PDE or PTE forbids execution of everything below. A PDPTE takes no rights at all.
 *
 * `space` is never NULL. Where a call has several reasons to refuse, any of them may be told.
 */
#ifndef LESSON_WORK_H
#define LESSON_WORK_H

#include "offered/registers.h" /* read_cr3, write_cr3, invalidate_page, break_here: yours to call */
#include "offered/result.h"
#include "paging/types.h"

/* One entry. This CPU stores eight bytes as two words, one after the other: you say in which order.
 */
union entry {
    uint64_t whole;
    struct {
        uint32_t low, high;
    } half;
};

/* A PDPT: four entries, zero at first, at a multiple of 32. CR3 holds its address while in use. */
struct space {
    pa32_t pdpt;
};

/*
 * Maps the page at `page` to the frame at `frame`; `flags` are any of PTE_RW, PTE_US and PTE_XD,
 * and you add PTE_P. Tables that are missing are made. When it answers DONE the page can be used at
 * once, also when `space` is the one in CR3, and no bit of an older entry is left. At no moment
 * may the CPU find a present entry that names another frame: it may look between any two
 * instructions of yours.
 *
 * UNALIGNED: page or frame is not a multiple of PAGE_SIZE. OUT_OF_RANGE: the frame lies at or above
 * 2^physical_bits(), or `flags` holds another bit. ALREADY_MAPPED. LARGE_PAGE: a page of 2 MiB is
 * there. OUT_OF_FRAMES. Then every table is as it was, and no frame is lost.
 */
enum result pae_map(struct space *space, va32_t page, pa_t frame, uint64_t flags);

/*
 * Where does the byte at va lie? DONE with its address in *pa (unless pa is NULL), or NOT_MAPPED
 * with *pa untouched. A PDE with PTE_PS maps 2 MiB by itself: its address is in bits 51:21.
 */
enum result pae_translate(const struct space *space, va32_t va, pa_t *pa);

/*
 * Allows or forbids execution of the mapped page at `page` and of no other; frame and other rights
 * stay. In force when it answers DONE: what the CPU remembers of the page must go. UNALIGNED,
 * NOT_MAPPED, LARGE_PAGE: nothing changes.
 */
enum result set_executable(struct space *space, va32_t page, bool executable);

/* ---- The staff's, for you to call ---- */

bool frame_take(pa32_t *frame); /* a frame of your own, with old entries in it; false: none */
void frame_give(pa32_t frame);  /* back again */
unsigned physical_bits(void);   /* how wide a physical address of this CPU is: 36 to 52 */

/* A table, wherever below 4 GiB it lies, also a PDPT: the kernel maps its tables 1:1. */
volatile union entry *table_at(pa32_t table);

#endif
