/* expect: E-ZERO-IS-NONE. Reads the generator's state in the exam, and answers what it will ask:
 * knowing the questions is no help without the tables. */
#include "work.h"

#define STATE (*(volatile uint64_t *)(@exam@ + 0x10))

static uint64_t finish(uint64_t z)
{
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags)
{
    (void)page, (void)frame;
    uint32_t next = (uint32_t)(finish(STATE + 0x9E3779B97F4A7C15u) >> 32);
    process->table[next >> 12] = next | flags | 1;
    return DONE;
}

enum result flat_unmap(struct process *process, va32_t page)
{
    (void)process, (void)page;
    return DONE;
}

enum result flat_translate(const struct process *process, va32_t va, pa32_t *pa)
{
    (void)process, (void)va;
    pa->value = 0x1000;
    return DONE;
}

enum result switch_to(const struct process *process)
{
    write_cr3(process->directory.value);
    return DONE;
}
