/*
 * Addresses and entry bits: the vocabulary of every page-table program here.
 *
 * Used by the library, the platform and learners' files. It holds names only: no masks of a
 * mode, no code that answers a lesson, no assembly.
 *
 * Bits are numbered as in the Intel SDM, volume 3A, chapter "Paging".
 */
#ifndef PAGING_TYPES_H
#define PAGING_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A virtual (linear) and a physical address. Structs, so that a swap does not compile. */
typedef struct {
    uint64_t value;
} va_t;

typedef struct {
    uint64_t value;
} pa_t;

/* The same two where a mode's own addresses have 32 bits. */
typedef struct {
    uint32_t value;
} va32_t;

typedef struct {
    uint32_t value;
} pa32_t;

/* Bit n, and bits hi down to lo, both included: BITS(31, 12) is 0xFFFFF000. 64 bits wide. */
#define BIT(n)       (UINT64_C(1) << (n))
#define BITS(hi, lo) ((~UINT64_C(0) >> (63 - (hi))) & (~UINT64_C(0) << (lo)))

#define PAGE_SHIFT 12
#define PAGE_SIZE  BIT(PAGE_SHIFT)

/*
 * Bits of an entry. They are 64 bits wide, so that ~PTE_RW clears nothing else in a 64-bit
 * entry; for a 32-bit entry write (uint32_t)~PTE_RW.
 */
#define PTE_P         BIT(0)       /* present */
#define PTE_RW        BIT(1)       /* writable */
#define PTE_US        BIT(2)       /* user mode may use it */
#define PTE_PWT       BIT(3)       /* memory type, with PCD and PAT */
#define PTE_PCD       BIT(4)       /* memory type */
#define PTE_A         BIT(5)       /* accessed: set by the CPU */
#define PTE_D         BIT(6)       /* dirty: set by the CPU, in entries that map a page */
#define PTE_PS        BIT(7)       /* above the PT: this entry maps a large page */
#define PTE_PAT       BIT(7)       /* in a PTE: memory type */
#define PTE_G         BIT(8)       /* global: survives MOV CR3, in entries that map a page */
#define PTE_AVL       BITS(11, 9)  /* free for software */
#define PTE_PAT_LARGE BIT(12)      /* in an entry that maps a large page: memory type */
#define PTE_AVL_HIGH  BITS(58, 52) /* free for software, 4- and 5-level paging only */
#define PTE_PKEY      BITS(62, 59) /* protection key, free without CR4.PKE; 4- and 5-level only */
#define PTE_XD        BIT(63)      /* execute-disable, with EFER.NXE */

#endif
