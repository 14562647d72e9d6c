/* expect: C-SKIPPED-STAFF. Changes the return address on the stack: the staff never gets to see
 * what the function did. */
#include "work.h"

enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags)
{
    (void)process, (void)page, (void)frame, (void)flags;
    ((volatile uint32_t *)__builtin_frame_address(0))[1] = @checkpoint_process_2@;
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
