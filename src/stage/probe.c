/* An access that may fault: see probe.h. */
#include "stage/probe.h"

#include <stddef.h>

#include "core/print.h"
#include "core/traps/traps.h"

#define RPL 3u /* of a selector: the ring, when it is that of CS */

extern uint32_t probe_access(word_t kind, word_t va, word_t value);
extern const uint8_t probe_read_1[], probe_resume[];

volatile uint8_t probe_keeps_tlb;

/* Shared with the trap code, so volatile: the compiler cannot see that an access changes it. */
static volatile struct {
    const struct probe_door *door; /* NULL: no probe is on its way */
    bool faulted;
    word_t va, vector, error, cr2;
} now;

static bool (*repair)(struct trap *t);

static void leave(struct trap *t)
{
    t->ip = (word_t)probe_resume;
}

static const struct probe_door kernel_door = {
    .access = probe_access, .first = probe_read_1, .end = probe_resume, .leave = leave
};

struct probe probe_through(const struct probe_door *door, enum probe_kind kind, word_t va,
                           uint32_t value)
{
    now.faulted = false;
    now.va = va;
    now.door = door;
    uint32_t seen = door->access(kind, va, value);
    now.door = NULL;
    return (struct probe){ .faulted = now.faulted,
                           .vector = (uint32_t)now.vector,
                           .error = (uint32_t)now.error,
                           .cr2 = now.cr2,
                           .value = seen };
}

struct probe probe(enum probe_kind kind, word_t va, uint32_t value)
{
    return probe_through(&kernel_door, kind, va, value);
}

void probe_repairs(bool (*with)(struct trap *t))
{
    repair = with;
}

word_t probe_last(void)
{
    return now.va;
}

bool probe_caught(struct trap *t)
{
    const struct probe_door *door = now.door;

    if (door == NULL)
        return false;
    /* A fetch that faults does so at its target. */
    if ((t->ip < (word_t)door->first || t->ip >= (word_t)door->end) && t->ip != now.va)
        return false;
    if (t->vector == VECTOR_BP && (t->cs & RPL) != 0) /* ring 3 has done its access */
        return false;
    word_t va = now.va;
    now.door = NULL; /* whoever repairs may probe, too */
    if (repair != NULL && repair(t)) {
        now.va = va;
        now.door = door;
        now.faulted = false;
        return true;
    }
    now.faulted = true;
    now.vector = t->vector;
    now.error = t->error;
    now.cr2 = t->cr2;
    door->leave(t);
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
