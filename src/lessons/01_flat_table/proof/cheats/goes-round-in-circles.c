/* expect: E-ORDER. Passes the first checkpoint again and again, and then says that all is done. */
#include "work.h"

#define EXAM_STOPS  (*(volatile uint32_t *)(@exam@ + 0x18))
#define EXAM_STATUS (*(volatile uint32_t *)(@exam@ + 0x24))

enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags)
{
    (void)process, (void)page, (void)frame, (void)flags;
    if (EXAM_STOPS > 3) {
        EXAM_STATUS = 0x10;
        ((void (*)(uint32_t))@machine_end@)(0x10);
    }
    EXAM_STOPS = EXAM_STOPS + 1;
    ((void (*)(void))@checkpoint_start@)();
    return DONE;
}

enum result flat_unmap(struct process *process, va32_t page)
{
    (void)process, (void)page;
    return DONE;
}

enum result flat_translate(const struct process *process, va32_t va, pa32_t *pa)
{
    (void)process, (void)va, (void)pa;
    return DONE;
}

enum result switch_to(const struct process *process)
{
    (void)process;
    return DONE;
}
