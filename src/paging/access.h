/*
 * What the CPU does with one access: where it goes and which A and D bits it sets, or which
 * exception it raises with which error code.
 *
 * Used by tests that hold it against a CPU, by fault handlers, and by anyone with a dump. It
 * judges what the tables say now: a CPU may still remember older entries in its TLB. SDM
 * volume 3A, sections "Access Rights", "Page-Fault Exceptions", "Protection Keys".
 *
 * Simplified: no shadow stacks, no supervisor protection keys (CR4.PKS), no LAM.
 */
#ifndef PAGING_ACCESS_H
#define PAGING_ACCESS_H

#include "walk.h"

enum pg_kind { PG_READ, PG_WRITE, PG_FETCH };

/* The control bits that decide about rights. What decides about entries is in pg_features. */
struct pg_control {
    bool wp;       /* CR0.WP */
    bool smep;     /* CR4.SMEP */
    bool smap;     /* CR4.SMAP */
    bool pke;      /* CR4.PKE */
    uint32_t pkru; /* PKRU: for key i, bit 2i is AD, bit 2i+1 is WD */
};

/* One byte. An access across the end of a page is two. */
struct pg_access {
    enum pg_kind kind;
    bool user;     /* CPL 3, and not one of the CPU's own accesses to its tables */
    bool implicit; /* such an access: to GDT, IDT, LDT or TSS; then AC does not count */
    bool ac;       /* EFLAGS.AC */
    bool stack;    /* through SS: PUSH, CALL, [RBP] and the like */
};

enum pg_verdict {
    PG_DONE,   /* the byte is at walk.pa, in a page of walk.span_bytes */
    PG_FAULT,  /* `vector` with `error`; CR2 is the address when the vector is #PF */
    PG_UNKNOWN /* va is wider than the mode's addresses, or a table lies outside of memory */
};

enum pg_vector { PG_VECTOR_NONE = 0, PG_VECTOR_SS = 12, PG_VECTOR_GP = 13, PG_VECTOR_PF = 14 };

/* Error code of #PF. */
#define PG_ERROR_P    BIT(0) /* not for want of P */
#define PG_ERROR_WR   BIT(1) /* a write */
#define PG_ERROR_US   BIT(2) /* in user mode */
#define PG_ERROR_RSVD BIT(3) /* a reserved bit is set */
#define PG_ERROR_ID   BIT(4) /* a fetch, with CR4.SMEP or EFER.NXE (the latter not in 32-bit) */
#define PG_ERROR_PK   BIT(5) /* the protection key forbids it */

/*
 * `marks[i]` are the A and D bits still clear in walk.step[i]. PG_DONE: the CPU sets them.
 * PG_FAULT: it may have set them; CPUs differ, and none sets D. PAE's PDPTEs have neither.
 */
struct pg_outcome {
    enum pg_verdict verdict;
    enum pg_vector vector;
    uint32_t error;
    uint64_t marks[PG_LEVELS_MAX];
    struct pg_walk walk;
};

/*
 * Judges one access. The order is the CPU's: canonical, then from the top down present before
 * reserved, and rights last. A reserved bit in a PDPTE of PAE is #GP(0): the CPU raises that
 * earlier, when CR3 is loaded.
 */
struct pg_outcome pg_access(const struct pg_space *space, const struct pg_control *control, va_t va,
                            struct pg_access access);

/*
 * Would MOV CR3 take space->root, or raise #GP(0)? In PAE the four PDPTEs are loaded with it
 * and none that is present may have a reserved bit; in 4- and 5-level paging the bits from
 * MAXPHYADDR up must be 0 (63 apart, which is not stored).
 */
bool pg_root_loads(const struct pg_space *space);

#endif
