/* An access that may fault: see probe.h. */
#include "probe.h"

#include "console.h"
#include "traps.h"

extern uint32_t probe_access(word_t kind, word_t va, word_t value);
extern const uint8_t probe_read_1[], probe_resume[];

volatile uint8_t probe_keeps_tlb;

/* Shared with the trap code, so volatile: the compiler cannot see that an access changes it. */
static volatile struct {
    bool armed, faulted;
    word_t va, vector, error, cr2;
} now;

struct probe probe(enum probe_kind kind, word_t va, uint32_t value)
{
    now.faulted = false;
    now.va = va;
    now.armed = true;
    uint32_t seen = probe_access(kind, va, value);
    now.armed = false;
    return (struct probe){ .faulted = now.faulted,
                           .vector = (uint32_t)now.vector,
                           .error = (uint32_t)now.error,
                           .cr2 = now.cr2,
                           .value = seen };
}

bool probe_caught(struct trap *t)
{
    bool at_probe = t->ip >= (word_t)probe_read_1 && t->ip < (word_t)probe_resume;

    /* A fetch that faults does so at its target. */
    if (!now.armed || !(at_probe || t->ip == now.va))
        return false;
    now.armed = false;
    now.faulted = true;
    now.vector = t->vector;
    now.error = t->error;
    now.cr2 = t->cr2;
    t->ip = (word_t)probe_resume;
    return true;
}

void probe_print(const struct probe *p)
{
    if (!p->faulted)
        print("0x%08x", p->value);
    else if (p->vector == VECTOR_PF)
        print("#PF, error 0x%x, CR2 = 0x%lx", p->error, p->cr2);
    else
        print("%s, error 0x%x", trap_mnemonic(p->vector), p->error);
}
