/* An access in ring 3: see user32.h. */
#include "stage/user32.h"

#include "arch.h"
#include "core/segments.h"
#include "core/traps/traps.h"

#define GATE_DPL_3 0x6000u /* SDM 3A, "IDT Descriptors": the gate's DPL, bits 14:13 */
#define RPL        3u

extern uint32_t user_access(word_t kind, word_t va, word_t value);
extern const uint8_t user_text_end[], user_resume[];

/* Where the CPU goes on when something interrupts ring 3. */
static __attribute__((aligned(16))) uint8_t entry_stack[8192];

/* Back behind user_access, in ring 0: IRETD stays in the ring that CS names. */
static void leave(struct trap *t)
{
    t->ip = (word_t)user_resume;
    t->cs = SELECTOR_CODE;
}

static const struct probe_door door = {
    .access = user_access, .first = user_text, .end = user_text_end, .leave = leave
};

static bool breakpoint(struct trap *t)
{
    if ((t->cs & RPL) == 0)
        return false;
    leave(t);
    return true;
}

void user_init(void)
{
    tss_kernel_stack(&tss, (word_t)(entry_stack + sizeof entry_stack));
    idt[VECTOR_BP].attributes |= GATE_DPL_3;
    traps_handle(VECTOR_BP, breakpoint);
}

struct probe user_probe(enum probe_kind kind, word_t va, uint32_t value)
{
    return probe_through(&door, kind, va, value);
}
