/*
 * The C half of the landing: see landing.h.
 *
 * One interrupt table for both modes. A vector's gate has 8 bytes without long mode and 16 with it,
 * so the first 128 bytes hold either vectors 0-15 of the one or vectors 0-7 of the other. They are
 * given to the 32-bit gates; from byte 128 on stand the long-mode gates of vectors 8 and up, #DF,
 * #GP and #PF among them. An exception below 8 in long mode finds a gate of the wrong shape, and is
 * reported as the #GP that this is. SDM 3A, "IDT Descriptors" and "64-Bit Mode IDT".
 */
#include "stage/landing.h"

#include "arch.h"
#include "core/cpu.h"
#include "core/memory.h"
#include "core/print.h"
#include "core/segments.h"
#include "core/traps/traps.h"
#include "core/space_now.h"

#define GATES_32       16u /* what the first eight long-mode gates leave room for */
#define GATES_64_FROM  8u
#define GATE_INTERRUPT 0x8E00u /* P, DPL 0, interrupt gate, no stack switch */

struct gate64 {
    uint16_t offset_low, selector, attributes, offset_middle;
    uint32_t offset_high, zero;
};

__attribute__((aligned(16), section(".data.idt"))) static struct gate64 both_tables[VECTORS];

extern const uint8_t landing64[], work_start[];
extern const uint32_t landing_vectors[VECTORS];
extern const uint8_t landing_look_at[], landing_look_resume[];
extern void landing_look(struct landing_look *look);

static struct landing_look *volatile looking;

/* The read of landing_read() faulted: note it and go on behind it. */
static bool look_faulted(struct trap *t)
{
    if (looking == NULL || landing_fault.ip != (uintptr_t)landing_look_at)
        return false;
    looking->faulted = true;
    looking->cr2 = landing_fault.cr2;
    looking->error = t->error;
    t->ip = (uintptr_t)landing_look_resume;
    return true;
}

void landing_init(void)
{
    memcpy(both_tables, idt, GATES_32 * sizeof *idt);
    for (unsigned v = GATES_64_FROM; v < VECTORS; v++) {
        uint32_t target = landing_vectors[v];
        both_tables[v] = (struct gate64){ .offset_low = (uint16_t)target,
                                          .offset_middle = (uint16_t)(target >> 16),
                                          .selector = SELECTOR_CODE64,
                                          .attributes = GATE_INTERRUPT };
    }
    cpu_load_idt(&(struct cpu_table_pointer){ sizeof both_tables - 1, (uintptr_t)both_tables });
    traps_handle(VECTOR_PF, look_faulted);
}

bool landing_is_possible(void)
{
    return cpu_id(CPUID_EXTENDED).eax >= CPUID_FEATURES &&
           (cpu_id(CPUID_FEATURES).edx & EDX_LONG_MODE) != 0;
}

void landing_read(struct landing_look *look)
{
    look->faulted = false;
    looking = look;
    landing_look(look);
    looking = NULL;
}

void landing_warn(pa32_t root)
{
    struct pg_space space = space_now();
    const struct {
        uintptr_t va;
        bool written;
        const char *what;
    } needed[] = {
        { (uintptr_t)work_start, false, "your own code" },
        { (uintptr_t)landing64, false, "the code you jump to" },
        { (uintptr_t)&space, true, "the stack" },
        { (uintptr_t)both_tables, false, "the interrupt table" },
    };
    bool lost = false;

    space.geometry = &pg_geometry_4; /* paging is off: this is what the learner is about to enter */
    space.root.value = root.value;
    for (unsigned i = 0; i < sizeof needed / sizeof *needed; i++) {
        struct pg_walk w = pg_walk(&space, (va_t){ needed[i].va });
        if (w.end == PG_END_MAPPED && w.pa.value == needed[i].va &&
            (w.rights.write || !needed[i].written))
            continue;
        lost = true;
        print("     Careful: 0x%08lx, %s, does not lead to itself%s in these tables.\n",
              (word_t)needed[i].va, needed[i].what, needed[i].written ? ", writable," : "");
    }
    if (lost)
        print("     If the machine resets at the switch, this is why.\n");
}
