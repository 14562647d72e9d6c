/* Looking at tables without trusting them: see glance.h. */
#include "core/traps/glance.h"

#include "core/cpu.h"
#include "core/space_now.h"

#define PDPT_BYTES 32u

extern const uint8_t glance_read[], glance_end[];

bool glance_caught(struct trap *t)
{
    if (t->ip != (word_t)glance_read)
        return false;
    t->ip = (word_t)glance_end;
    return true;
}

static bool read_entry(void *context, pa_t at, unsigned bytes, uint64_t *entry)
{
    uintptr_t va = (uintptr_t)phys_ptr(at.value);
    uint32_t low = 0, high = 0;

    (void)context;
    if (!glance(va, &low) || (bytes == 8 && !glance(va + 4, &high)))
        return false;
    *entry = (uint64_t)high << 32 | low;
    return true;
}

/* QEMU sets A in the PDPTEs of PAE, where that bit is reserved: it is not what caused a fault. */
static bool read_pae_entry(void *context, pa_t at, unsigned bytes, uint64_t *entry)
{
    word_t pdpt = cpu_read_cr3() & ~(word_t)(PDPT_BYTES - 1);

    if (!read_entry(context, at, bytes, entry))
        return false;
    if (at.value >= pdpt && at.value < pdpt + PDPT_BYTES)
        *entry &= ~PTE_A;
    return true;
}

struct pg_space glance_space(void)
{
    struct pg_space space = space_now();

    space.memory = (struct pg_memory){
        .read_entry = space.geometry == &pg_geometry_pae ? read_pae_entry : read_entry,
    };
    return space;
}
