/* Lesson 1, the reference. */
#include "work.h"

#define PAGE_OFFSET 0xFFFu /* bits 11:0: the byte within the page */

static bool unaligned(uint32_t address)
{
    return (address & PAGE_OFFSET) != 0;
}

enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags)
{
    uint32_t *entry = &process->table[page.value >> PAGE_SHIFT];

    if (unaligned(page.value) || unaligned(frame.value))
        return UNALIGNED;
    if (*entry & PTE_P)
        return ALREADY_MAPPED;
    *entry = frame.value | flags | PTE_P;
    return DONE;
}

enum result flat_unmap(struct process *process, va32_t page)
{
    uint32_t *entry = &process->table[page.value >> PAGE_SHIFT];

    if (unaligned(page.value))
        return UNALIGNED;
    if (!(*entry & PTE_P))
        return NOT_MAPPED;
    *entry = 0;
    return DONE;
}

enum result flat_translate(const struct process *process, va32_t va, pa32_t *pa)
{
    uint32_t entry = process->table[va.value >> PAGE_SHIFT];

    if (!(entry & PTE_P))
        return NOT_MAPPED;
    if (pa != NULL)
        pa->value = (entry & ~PAGE_OFFSET) | (va.value & PAGE_OFFSET);
    return DONE;
}

enum result switch_to(const struct process *process)
{
    if (unaligned(process->directory.value))
        return UNALIGNED;
    write_cr3(process->directory.value);
    write_cr0(read_cr0() | CR0_PG_BIT);
    return DONE;
}
