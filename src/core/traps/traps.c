/* Exceptions: see traps.h. */
#include "core/traps/traps.h"

#include "core/cpu.h"
#include "core/machine.h"
#include "core/memory.h"
#include "core/segments.h"
#include "core/traps/glance.h"

#define TSS_AVAILABLE    0x89u /* P, type 9: SDM 3A, "TSS Descriptor" */
#define IST_DOUBLE_FAULT 1u

extern const word_t vector_table[VECTORS];
extern uint64_t gdt[];

__attribute__((aligned(16), section(".data.idt"))) struct gate idt[VECTORS];
__attribute__((section(".data.tss"))) struct tss tss;

static trap_handler first, handlers[VECTORS];
static bool reporting;

/* #DF gets a stack of its own: it is what remains when a fault could not be pushed (64-bit only).
 */
static __attribute__((aligned(16))) uint8_t double_fault_stack[4096];

static void load_tss(void)
{
    word_t base = (word_t)&tss;
    uint64_t *descriptor = &gdt[SELECTOR_TSS / 8];

    tss.io_map = sizeof tss;
    descriptor[0] = (sizeof tss - 1) | (uint64_t)(base & 0xFFFFFF) << 16 |
                    (uint64_t)TSS_AVAILABLE << 40 | (uint64_t)(base >> 24 & 0xFF) << 56;
    if (ARCH_DESCRIPTOR_WORDS == 2)
        descriptor[1] = (uint64_t)base >> 32;
    cpu_load_tss(SELECTOR_TSS);
}

void traps_init(void)
{
    for (unsigned v = 0; v < VECTORS; v++)
        idt[v] = gate_to(vector_table[v], SELECTOR_CODE, v == VECTOR_DF ? IST_DOUBLE_FAULT : 0);
    tss_double_fault_stack(&tss, (word_t)(double_fault_stack + sizeof double_fault_stack));
    load_tss();
    cpu_load_idt(&(struct cpu_table_pointer){ sizeof idt - 1, (uintptr_t)idt });
}

void traps_first(trap_handler handler)
{
    first = handler;
}

void traps_handle(unsigned vector, trap_handler handler)
{
    handlers[vector] = handler;
}

void trap_dispatch(struct trap *t)
{
    if (glance_caught(t) || (first != NULL && first(t)))
        return;
    if (t->vector < VECTORS && handlers[t->vector] != NULL && handlers[t->vector](t))
        return;
    if (reporting) {
        print("\nA second exception while the first was being reported: %s at 0x%lx.\n",
              trap_mnemonic(t->vector), t->ip);
        machine_stop(END_EXCEPTION);
    }
    reporting = true;
    trap_report(t);
    machine_stop(END_EXCEPTION);
}
