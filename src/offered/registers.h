/*
 * Control registers as ordinary functions, for the learner's file: it may not hold assembly of its
 * own, so that the grader can tell what it does. Values are the raw registers.
 */
#ifndef PAGEWALK_REGISTERS_H
#define PAGEWALK_REGISTERS_H

#include <stdint.h>

#define CR0_PG_BIT  (1u << 31) /* paging on (SDM 3A, "Control Registers") */
#define CR4_PSE_BIT (1u << 4)  /* 4 MiB pages in 32-bit paging */

uintptr_t read_cr0(void);
void write_cr0(uintptr_t value);
uintptr_t read_cr3(void);
void write_cr3(uintptr_t value); /* also empties the TLB, global pages excepted */
uintptr_t read_cr4(void);
void write_cr4(uintptr_t value);
void invalidate_page(uintptr_t va); /* INVLPG: drops the TLB's entry for the page of va */
void break_here(void);              /* a debugger stops here; without one, nothing happens */

#endif
