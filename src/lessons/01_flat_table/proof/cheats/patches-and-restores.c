/* expect: E-ZERO-IS-NONE. Answers TODO, and makes the staff's test for it a RET between the stops;
 * the last row of each process puts the byte back before anybody looks. */
#include "work.h"

#define LAST_ROW 0xFFFFF000u

static void write_there(uint8_t byte)
{
    *(volatile uint8_t *)@lesson_needs@ = byte;
}

enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags)
{
    static uint8_t kept;
    static unsigned restored;

    (void)process, (void)frame, (void)flags;
    if (kept == 0)
        kept = *(volatile uint8_t *)@lesson_needs@;
    if (restored == 2)
        return DONE;
    write_there(0xC3);
    if (page.value != LAST_ROW)
        return TODO;
    write_there(kept);
    restored++;
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
    (void)process;
    return DONE;
}
