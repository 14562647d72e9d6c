/*
 * Lesson 1, your part: a page table that is one array.
 *
 * A process has 2^20 pages of 4 KiB. Its table has one 32-bit entry for each, so the entry of the
 * page at address va is table[va >> 12]. An entry holds the frame's address in bits 31:12 (they
 * *are* the address: nothing needs to be shifted) and flags in bits 11:0; bit 0, PTE_P, says that
 * it holds at all.
 *
 * `process` is never NULL: there would be nobody to answer to.
 */
#ifndef LESSON_WORK_H
#define LESSON_WORK_H

#include "offered/result.h"
#include "paging/types.h"

#define FLAT_ENTRIES (1u << 20)

struct process {
    uint32_t *table;  /* FLAT_ENTRIES entries, all zero at first */
    pa32_t directory; /* what CR3 must hold while this process runs */
};

/*
 * Maps the page at `page` to the frame at `frame`. `flags` are entry bits (PTE_RW, PTE_US, ...),
 * all of them in bits 11:1; PTE_P is yours to add. Any frame will do: frame 0 is a frame, and two
 * pages may share one. UNALIGNED when page or frame is not a multiple of PAGE_SIZE, ALREADY_MAPPED
 * when the page is mapped; either way the table stays as it was.
 */
enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags);

/*
 * Takes the page away again; its entry becomes 0. UNALIGNED when `page` is not a multiple of
 * PAGE_SIZE, else NOT_MAPPED when it is not mapped; either way the table stays as it was.
 */
enum result flat_unmap(struct process *process, va32_t page);

/*
 * What the MMU does: where does the byte at va lie in physical memory? `va` is any address, not
 * only a page's first. DONE with the address in *pa, or NOT_MAPPED and *pa stays as it was. pa may
 * be NULL, when the caller only asks whether there is a page.
 */
enum result flat_translate(const struct process *process, va32_t va, pa32_t *pa);

/*
 * Makes the CPU use this process's table from the next instruction on: CR3, and paging on; every
 * other bit of CR0 stays. Called again when paging is on already, for the other process. UNALIGNED
 * when the directory is not a multiple of PAGE_SIZE, since CR3 could not say so: then no register
 * changes.
 */
enum result switch_to(const struct process *process);

/* The staff's, for switch_to: control registers as functions (src/offered/registers.h). CR0.PG is
 * bit 31. */
#define CR0_PG_BIT (1u << 31)
uintptr_t read_cr0(void);
void write_cr0(uintptr_t value);
void write_cr3(uintptr_t value);
void break_here(void); /* stops the Bochs debugger, if there is one */

#endif
