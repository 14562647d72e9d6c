/*
 * Where a lesson that starts in 32-bit C meets 64-bit code: the place the far jump lands at, the
 * way back, and exceptions while both are in use. The code is boot/64/landing.asm.
 *
 * The C code stays 32-bit. Once long mode is active it runs in *compatibility mode*, where every
 * instruction means what it did before (SDM 3A, "64-Bit Mode and Compatibility Mode Operation").
 * Probes and reports work there as they do without long mode, through the tables then in force,
 * which must map the image, the stack and the screen to themselves.
 */
#ifndef PAGEWALK_LANDING_H
#define PAGEWALK_LANDING_H

#include <stdint.h>

#include "offered/far_pointer.h"
#include "offered/result.h"
#include "paging/types.h"

enum landing {
    LANDING_RETURNED, /* the function came back instead of jumping */
    LANDING_NOT_64,   /* the jump arrived, but in 16-bit or 32-bit code */
    LANDING_64,       /* it arrived in 64-bit mode and passed its checkpoint */
};

/* What the 64-bit code computed on the way through. */
struct landing_facts {
    uint64_t product, r8, ip;
};
extern const struct landing_facts landing_facts;

/* The last exception in long mode: its addresses in full. struct trap has their lower halves. */
struct landing_fault {
    uint64_t cr2, ip;
};
extern volatile struct landing_fault landing_fault;

/* One read of four bytes by 64-bit code, which may fault. */
struct landing_look {
    uint64_t va;    /* in */
    uint32_t value; /* out: what was read */
    uint32_t error; /* out: the error code, when it faulted */
    uint64_t cr2;   /* out: CR2, when it faulted */
    bool faulted;   /* out: by #PF */
};

/*
 * Loads an interrupt table that serves with and without long mode, so that a wrong step in between
 * is reported in words. To be called before the lesson's first checkpoint.
 */
void landing_init(void);

/* The CPU has long mode: SDM 2A, "CPUID", 80000001H:EDX[29]. */
bool landing_is_possible(void);

/*
 * Says which of the things that must survive the switch these tables do not map to themselves. A
 * fault there cannot be reported afterwards: it resets the machine. Paging must be off.
 */
void landing_warn(pa32_t root);

/*
 * Calls `enter` with the root and the far pointer to jump to, and returns in 32-bit code whatever
 * it does: what became of it, and in *answer what the function returned, if it did.
 */
typedef enum result (*landing_function)(pa32_t root, struct far_pointer entry);
enum landing landing_cross(landing_function enter, pa32_t root, enum result *answer);

/* Fills in *look. Long mode must be active. */
void landing_read(struct landing_look *look);

#endif
