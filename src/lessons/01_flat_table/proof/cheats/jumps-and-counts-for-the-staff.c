/* expect: C-SKIPPED-STAFF. As jumps-to-the-end, and makes the staff's count right. */
#include "work.h"

#define EXAM_STOPS (*(volatile uint32_t *)(@exam@ + 0x18))

enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags)
{
    (void)process, (void)page, (void)frame, (void)flags;
    EXAM_STOPS = EXAM_STOPS + 1;
    ((void (*)(void))@checkpoint_answers@)();
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
