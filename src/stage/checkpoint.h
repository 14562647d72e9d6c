/*
 * CHECKPOINT(name): a place where a debugger stops and the grader reads the machine from outside.
 *
 * It defines the symbol checkpoint_name at a magic breakpoint: `xchg bx,bx` does nothing on a CPU,
 * but Bochs stops after it; QEMU is given a hardware breakpoint at the symbol. The reload of CR3
 * behind it empties the TLB: whoever watches from outside then sees the CPU fetch its next
 * instruction through the tables that are in memory now. 32-byte alignment keeps the sequence
 * within one page.
 */
#ifndef PAGEWALK_CHECKPOINT_H
#define PAGEWALK_CHECKPOINT_H

#include "arch.h"
#include "stage/exam.h"

#define CHECKPOINT(name)                                         \
    do {                                                         \
        exam_stop();                                             \
        __asm__ volatile(".p2align 5\n"                          \
                         ".globl checkpoint_" #name "\n"         \
                         "checkpoint_" #name ":\n\t"             \
                         "xchgw %%bx, %%bx\n\t"                  \
                         "mov %%cr3, %%" ARCH_ACCUMULATOR "\n\t" \
                         "mov %%" ARCH_ACCUMULATOR ", %%cr3\n\t" \
                         "nop"                                   \
                         :                                       \
                         :                                       \
                         : ARCH_ACCUMULATOR, "memory");          \
    } while (0)

#endif
