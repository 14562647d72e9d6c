/* Lesson 4, the reference. */
#include "work.h"

#define OFFSET_BITS  ((uint32_t)BITS(11, 0))
#define ADDRESS_BITS ((uint32_t)BITS(31, 12))
#define RIGHTS       ((uint32_t)(PTE_RW | PTE_US))
#define ACCESSED     ((uint32_t)PTE_A)
#define PAGES_IN_ALL 0x100000u

/* The entry of a page that is mapped, or NULL. */
static volatile uint32_t *mapped(va32_t page)
{
    volatile uint32_t *entry = entry_of(page);

    return entry != NULL && (*entry & PTE_P) ? entry : NULL;
}

enum result remap(va32_t page, pa32_t frame, pa32_t *old)
{
    if ((page.value & OFFSET_BITS) != 0 || (frame.value & OFFSET_BITS) != 0)
        return UNALIGNED;
    volatile uint32_t *entry = mapped(page);
    if (entry == NULL)
        return NOT_MAPPED;
    uint32_t was = *entry;
    *entry = frame.value | (was & OFFSET_BITS);
    invalidate_page(page.value);
    if (old != NULL)
        old->value = was & ADDRESS_BITS;
    return DONE;
}

enum result protect(va32_t page, uint32_t rights)
{
    if ((page.value & OFFSET_BITS) != 0)
        return UNALIGNED;
    if ((rights & ~RIGHTS) != 0)
        return OUT_OF_RANGE;
    volatile uint32_t *entry = mapped(page);
    if (entry == NULL)
        return NOT_MAPPED;
    *entry = (*entry & ~RIGHTS) | rights;
    invalidate_page(page.value);
    return DONE;
}

enum result unmap(va32_t page, pa32_t *frame)
{
    if ((page.value & OFFSET_BITS) != 0)
        return UNALIGNED;
    volatile uint32_t *entry = mapped(page);
    if (entry == NULL)
        return NOT_MAPPED;
    uint32_t was = *entry;
    *entry = 0;
    invalidate_page(page.value);
    if (frame != NULL)
        frame->value = was & ADDRESS_BITS;
    return DONE;
}

enum result referenced_pages(va32_t first, uint32_t pages, uint32_t *map)
{
    uint32_t found = 0;

    if ((first.value & OFFSET_BITS) != 0)
        return UNALIGNED;
    if (pages == 0 || pages > REFERENCED_MOST || pages > PAGES_IN_ALL - (first.value >> PAGE_SHIFT))
        return OUT_OF_RANGE;
    for (uint32_t i = 0; i < pages; i++) {
        va32_t page = { first.value + (i << PAGE_SHIFT) };
        volatile uint32_t *entry = mapped(page);
        if (entry == NULL || !(*entry & ACCESSED))
            continue;
        found |= 1u << i;
        *entry &= ~ACCESSED;
        invalidate_page(page.value);
    }
    *map = found;
    return DONE;
}
