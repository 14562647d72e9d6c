/*
 * An access by the CPU that may fault, and what came of it. The instruction itself stands in
 * boot/32/probe.asm and its twin, where the grader can watch it; the trap code resumes behind it.
 *
 * CR3 is reloaded before every probe, so that the tables in memory answer and not what the CPU
 * remembers of older ones (lesson 4 is about the difference and switches it off).
 */
#ifndef PAGEWALK_PROBE_H
#define PAGEWALK_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"

enum probe_kind {
    PROBE_READ_1,
    PROBE_READ_4,
    PROBE_WRITE_1,
    PROBE_WRITE_4,
    PROBE_FETCH,
    PROBE_READ_4_RBP, /* the rest in 64-bit code only: four bytes at [rbp], which is the stack's, */
    PROBE_READ_4_R13, /* four bytes at [r13], which is not, */
    PROBE_PUSH        /* and eight bytes written by a push */
};

struct probe {
    bool faulted;
    uint32_t vector, error; /* when it faulted */
    word_t cr2;             /* when the vector is #PF */
    uint32_t value;         /* what was read, when it did not */
};

/* How an access is carried out: by `access`, whose probing instructions lie in [first, end).
 * `leave` makes a trap taken there return behind it. */
struct probe_door {
    uint32_t (*access)(word_t kind, word_t va, word_t value);
    const uint8_t *first, *end;
    void (*leave)(struct trap *t);
};

extern volatile uint8_t probe_keeps_tlb;

struct probe probe(enum probe_kind kind, word_t va, uint32_t value);
struct probe probe_through(const struct probe_door *door, enum probe_kind kind, word_t va,
                           uint32_t value);

/* From now on a probe that faults asks `repair` first; when it answers true the same instruction is
 * tried again. NULL: nobody is asked. */
void probe_repairs(bool (*repair)(struct trap *t));

/* The address probed last; 0 when there was none yet. */
word_t probe_last(void);

/* For the trap code: true when the trap was a probe's, which is then recorded and resumed. */
bool probe_caught(struct trap *t);

/* Prints "reads 0x..." or "#PF, error 0x..., CR2 0x...". */
void probe_print(const struct probe *p);

#endif
