/*
 * Lesson 7, your part: the first tables of long mode, and the way in.
 *
 *      63      48 47        39 38        30 29        21 20                     0
 *     | copies   | PML4 index | PDPT index | PD index   | byte in a 2 MiB page   |
 *     | of bit 47|  9 bits    |  9 bits    |  9 bits    |  21 bits               |
 *
 * All tables are 4 KiB, one frame each, with 512 entries of eight bytes. An entry holds an address
 * in bits 51:12 and flags below; in a PD, PTE_PS says that it maps a page of 2 MiB itself, at an
 * address that is a multiple of 2 MiB. build_identity_map is C; enter_long_mode is NASM, in the
 * .asm file.
 */
#ifndef LESSON_WORK_H
#define LESSON_WORK_H

#include "offered/far_pointer.h"
#include "offered/result.h"
#include "paging/types.h"

#define TABLE_ENTRIES   512u
#define LARGE_PAGE_SIZE 0x200000u /* 2 MiB */

/*
 * Builds tables that lead every address below 4 GiB to itself, writable, for the kernel alone, by
 * pages of 2 MiB: one PML4, one PDPT, four PDs, each in a frame from frame_take(), and nothing else
 * in them. Stores the PML4's address in *pml4 and answers DONE. OUT_OF_FRAMES when frame_take() has
 * none left; *pml4 then stays as it was. (Frames taken until then need not be given back: a kernel
 * without its first tables does not go on.) Each call builds new tables. Paging is off; pml4 is
 * never NULL.
 */
enum result build_identity_map(pa32_t *pml4);

/*
 * Switches the CPU to 64-bit mode, in NASM: 32-bit code, called the C way, so that on entry
 *
 *     [esp]       where to return to          [esp + 8]   entry.offset
 *     [esp + 4]   pml4                        [esp + 12]  entry.selector: a segment with L = 1
 *
 * Paging is off, CR4 and EFER are 0, interrupts are off. The function sets what long mode wants,
 * turns paging on, and jumps far to `entry`. It does not return; stack and registers are yours to
 * spend. Nothing is checked here: with an address that is no PML4's the CPU resets, and nobody is
 * left to say why. (The starter returns TODO, in eax.)
 */
enum result enter_long_mode(pa32_t pml4, struct far_pointer entry);

/* ---- The staff's, for you to call ---- */

bool frame_take(pa32_t *frame);   /* a frame of your own, with rubbish in it; false: none */
uint64_t *table_at(pa32_t frame); /* it as a table: with paging off, simply its address */
void break_here(void);            /* stops the Bochs debugger, if there is one */

#endif
