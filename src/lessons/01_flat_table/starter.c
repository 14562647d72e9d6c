/* Lesson 1, your part. work.h says what each function must do; lesson.md explains why. */
#include "work.h"

enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags)
{
    /* Which entry of process->table is it, and what must its 32 bits be? */
    (void)process, (void)page, (void)frame, (void)flags;
    return TODO;
}

enum result flat_unmap(struct process *process, va32_t page)
{
    (void)process, (void)page;
    return TODO;
}

enum result flat_translate(const struct process *process, va32_t va, pa32_t *pa)
{
    /* The upper 20 bits choose the page; the lower 12 stay what they are. */
    (void)process, (void)va, (void)pa;
    return TODO;
}

enum result switch_to(const struct process *process)
{
    /* First the table, then paging: the next instruction is fetched through it. */
    (void)process;
    return TODO;
}
