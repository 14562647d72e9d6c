/*
 * What differs for 32-bit code: linked and mapped 1:1, so a physical address is a pointer (as long
 * as the tables in force say so), and the shapes of gates, TSS and trap frame. Its twin is
 * core/64/arch.h.
 */
#ifndef PAGEWALK_ARCH_H
#define PAGEWALK_ARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/segments.h"

#define ARCH_ACCUMULATOR      "eax"
#define ARCH_BITS             32
#define KERNEL_OFFSET         0u
#define ARCH_DESCRIPTOR_WORDS 1 /* 8-byte slots a TSS descriptor takes */

typedef unsigned long word_t;

/* A physical address as a pointer the kernel may use. */
static inline void *phys_ptr(uint64_t pa)
{
    return (void *)(uintptr_t)pa;
}

/* SDM 3A, "IDT Descriptors". */
struct gate {
    uint16_t offset_low, selector, attributes, offset_high;
};

static inline struct gate gate_to(word_t target, uint16_t selector, uint8_t ist)
{
    (void)ist; /* 32-bit gates have no interrupt stack table */
    return (struct gate){ .offset_low = (uint16_t)target,
                          .selector = selector,
                          .attributes = 0x8E00,
                          .offset_high = (uint16_t)(target >> 16) };
}

/* SDM 3A, "Task-State Segment (TSS)": only what interrupts from ring 3 need is used. */
struct tss {
    uint32_t link, esp0, ss0, unused[22];
    uint32_t io_map;
};

static inline void tss_kernel_stack(struct tss *t, word_t top)
{
    t->esp0 = (uint32_t)top;
    t->ss0 = SELECTOR_DATA;
}

static inline void tss_double_fault_stack(struct tss *t, word_t top)
{
    (void)t, (void)top; /* 32-bit gates cannot switch stacks by themselves */
}

/* The stack as boot/32/vectors.asm leaves it. */
struct trap {
    word_t cr2, di, si, bp, unused, bx, dx, cx, ax;
    word_t vector, error, ip, cs, flags;
};

static inline word_t trap_stack_pointer(const struct trap *t)
{
    return (word_t)(&t->flags + 1); /* no change of ring: nothing more was pushed */
}

#endif
