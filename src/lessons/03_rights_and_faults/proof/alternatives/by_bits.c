/* Lesson 3, another way: arithmetic on bits instead of questions, tables for the error code, and a
 * directory entry that grants only what its page needs. */
#include "work.h"

#define P  1u
#define W  2u
#define U  4u
#define RW ((uint32_t)PTE_RW)
#define US ((uint32_t)PTE_US)

/* P, RW and US of an entry are bits 0, 1 and 2: what the path grants is their AND. */
enum result effective_rights(uint32_t pde, uint32_t pte, uint32_t *rights)
{
    uint32_t path = pde & pte & (P | RW | US);

    if ((path & P) == 0)
        return NOT_MAPPED;
    if (rights)
        *rights = path - P;
    return DONE;
}

/* An access is a set of bits that the path must have; ring 0 without WP wants no W. */
enum result predict(uint32_t pde, uint32_t pte, struct access access, struct outcome *outcome)
{
    uint32_t tried = (access.write ? W : 0) + (access.user ? U : 0);
    uint32_t path = pde & pte & 7, needs = tried | P;

    if (!access.user && !access.wp)
        needs &= ~W;
    outcome->fault = (path & needs) != needs;
    outcome->error = outcome->fault ? tried | (path & P) : 0;
    return DONE;
}

static const struct area *find(const struct process *process, uint32_t page)
{
    const struct area *found = NULL;

    for (unsigned i = process->count; i-- > 0;) {
        uint64_t first = process->areas[i].start.value >> PAGE_SHIFT;
        if (page >= first && page < first + process->areas[i].pages)
            found = &process->areas[i];
    }
    return found;
}

/* The entry, with a frame in it, for as long as nobody has said yes: P stays clear. */
static bool fill(uint32_t *entry)
{
    pa32_t frame;

    if (*entry & P)
        return true;
    if (!frame_zeroed(&frame))
        return false;
    *entry = frame.value;
    return true;
}

static enum result repair(struct process *process, uint32_t va, uint32_t flags)
{
    uint32_t *upper = table_at(process->directory) + (va >> 22), old = *upper;
    uint32_t entry = old;

    if (!fill(&entry))
        return OUT_OF_FRAMES;
    uint32_t *lower = table_at((pa32_t){ entry & ~0xFFFu }) + (va >> 12) % 1024;
    uint32_t page = *lower;
    if (!fill(&page)) {
        if (!(old & P))
            frame_give((pa32_t){ entry });
        return OUT_OF_FRAMES;
    }
    *lower = (page & ~(RW | US)) | flags | P;
    *upper = entry | flags | P;
    return DONE;
}

enum result on_page_fault(struct process *process, uint32_t error)
{
    uint32_t va = fault_address().value;
    const struct area *area = find(process, va >> PAGE_SHIFT);

    if (area == NULL)
        return NOT_MAPPED;
    if ((error & (W | U)) & ~area->flags)
        return FORBIDDEN;
    return repair(process, va, area->flags);
}
