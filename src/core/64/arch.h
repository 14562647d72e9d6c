/*
 * What differs for 64-bit code: the image is linked in the top 2 GiB, physical memory below 4 GiB
 * is reached through a window at an offset. Its twin is core/32/arch.h.
 */
#ifndef PAGEWALK_ARCH_H
#define PAGEWALK_ARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "offered/descriptors64.h"

#define ARCH_ACCUMULATOR      "rax"
#define ARCH_BITS             64
#define KERNEL_OFFSET         0xFFFFFFFF80000000u
#define WINDOW                0xFFFF800000000000u
#define ARCH_DESCRIPTOR_WORDS 2

typedef unsigned long word_t;

/* A physical address (below 4 GiB) as a pointer the kernel may use: the staff's window. */
static inline void *phys_ptr(uint64_t pa)
{
    return (void *)(uintptr_t)(WINDOW + pa);
}

static inline struct gate gate_to(word_t target, uint16_t selector, uint8_t ist)
{
    return (struct gate){ .offset_low = (uint16_t)target,
                          .selector = selector,
                          .ist = ist,
                          .type = 0x8E,
                          .offset_middle = (uint16_t)(target >> 16),
                          .offset_high = (uint32_t)(target >> 32) };
}

static inline void tss_kernel_stack(struct tss *t, word_t top)
{
    t->rsp[0] = top;
}

/* IST1 is the staff's, for #DF. */
static inline void tss_double_fault_stack(struct tss *t, word_t top)
{
    t->ist[0] = top;
}

/* The stack as boot/64/vectors.asm leaves it. */
struct trap {
    word_t cr2, r15, r14, r13, r12, r11, r10, r9, r8, di, si, bp, bx, dx, cx, ax;
    word_t vector, error, ip, cs, flags, sp, ss;
};

static inline word_t trap_stack_pointer(const struct trap *t)
{
    return t->sp;
}

#endif
