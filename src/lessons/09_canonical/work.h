/*
 * Lesson 9, your part: which addresses there are, and what the CPU says to the others.
 *
 *     63           48 47     39 38     30 29     21 20     12 11           0
 *    +---------------+---------+---------+---------+---------+--------------+
 *    | copies of 47  |  PML4   |  PDPT   |   PD    |   PT    | byte in page |
 *    +---------------+---------+---------+---------+---------+--------------+
 *
 * An address is canonical when its bits 63:48 all equal bit 47. No function here reads what lies at
 * one. Pointers are not NULL but where it says so.
 */
#ifndef LESSON_WORK_H
#define LESSON_WORK_H

#include "offered/result.h"
#include "paging/types.h"

#define VA_BITS  48u
#define USER_END 0x0000800000000000u /* the first address that is no user's */

/* DONE when va is canonical, OUT_OF_RANGE when it is not. */
enum result is_canonical(va_t va);

/*
 * Copies bit `bits` - 1 of value into every bit above it, whatever stood there, and stores the
 * address in *va. `bits` is 1 to 64: an address is as wide as the paging mode says, 48 bits today,
 * 57 with five levels. OUT_OF_RANGE for any other `bits`; *va then stays as it was. `va` may be
 * NULL: nothing is stored, and the result is the same.
 */
enum result sign_extend(uint64_t value, unsigned bits, va_t *va);

struct indices {
    unsigned pml4, pdpt, pd, pt; /* 0 to 511 */
    unsigned offset;             /* 0 to 4095 */
};

/*
 * The address that the CPU takes apart into these five, in canonical form. OUT_OF_RANGE when one of
 * them is too large; *va then stays as it was. `va` may be NULL, as above.
 */
enum result va_from_indices(const struct indices *indices, va_t *va);

/*
 * May user code name these bytes? `bytes` bytes from `start` on, as a system call is given them:
 * any two numbers may come. DONE when every one of them lies below USER_END; a range may end there.
 * No bytes at all are allowed from any start up to and including USER_END. Else OUT_OF_RANGE.
 */
enum result is_user_range(va_t start, uint64_t bytes);

/* General registers as instructions encode them; 16 are all there are. */
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

struct access {
    va_t va;       /* all its bytes lie in one page */
    unsigned base; /* the register that held the address; for push, pop, call and ret it is RSP */
    bool mapped;   /* the tables hold a page for bits 47:0 of va, and it allows the access */
};

struct outcome {
    unsigned vector; /* the exception, or NO_EXCEPTION */
    uint64_t cr2;    /* what CR2 holds afterwards */
};

#define NO_EXCEPTION 255u

/*
 * What does an Intel CPU make of this access, when CR2 held `cr2` before? Vectors: 12 is #SS, 13
 * #GP, 14 #PF. OUT_OF_RANGE when base is no register; *outcome then stays as it was.
 */
enum result predict_vector(const struct access *access, uint64_t cr2, struct outcome *outcome);

void break_here(void); /* stops the Bochs debugger, if there is one */

#endif
