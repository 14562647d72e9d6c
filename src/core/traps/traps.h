/*
 * Exceptions: the table of vectors, who gets to handle one, and the report when nobody does.
 * The frame's shape is arch.h's; the first instructions are in boot/32/vectors.asm
 * and boot/64/vectors.asm.
 */
#ifndef PAGEWALK_TRAPS_H
#define PAGEWALK_TRAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"

#define VECTOR_BP 3u
#define VECTOR_DF 8u
#define VECTOR_SS 12u
#define VECTOR_GP 13u
#define VECTOR_PF 14u
#define VECTORS   32u

#define PF_PRESENT  (1u << 0) /* error code of #PF: SDM 3A, "Page-Fault Exceptions" */
#define PF_WRITE    (1u << 1)
#define PF_USER     (1u << 2)
#define PF_RESERVED (1u << 3)
#define PF_FETCH    (1u << 4)

extern struct gate idt[VECTORS];
extern struct tss tss;

/* Loads IDT and TSS; every vector is reported in words from here on. */
void traps_init(void);

/* A lesson's handler: true when the trap is dealt with and the instruction may be resumed. */
typedef bool (*trap_handler)(struct trap *t);
void traps_handle(unsigned vector, trap_handler handler);

/* `handler` is asked before all others, whatever the vector: the staff's probes. */
void traps_first(trap_handler handler);

void trap_dispatch(struct trap *t); /* called by the vectors */

const char *trap_mnemonic(uint64_t vector); /* "#PF" */
const char *trap_name(uint64_t vector);     /* "page fault" */

/* Prints vector, error code in words, registers; for #PF the walk of CR2 with the level that
 * refuses. */
void trap_report(const struct trap *t);

#endif
