/* expect: R-FLUSH-ALL. Another correct answer: break before make, CR3 loaded where no page is
 * global, one loop back. */
#include "work.h"

#define LOW ((uint32_t)PAGE_SIZE - 1)

static void forget(va32_t page, uint32_t was)
{
    if (was & PTE_G)
        invalidate_page(page.value | 0x7FF); /* any address in the page will do */
    else
        write_cr3(read_cr3());
}

/* Takes a mapped page's entry out and gives it back in *was; from then on nobody uses it. */
static enum result take_out(va32_t page, uint32_t *was, volatile uint32_t **where)
{
    if (page.value & LOW)
        return UNALIGNED;
    *where = entry_of(page);
    if (*where == NULL || !(**where & 1))
        return NOT_MAPPED;
    *was = **where;
    **where = 0;
    forget(page, *was);
    return DONE;
}

enum result remap(va32_t page, pa32_t frame, pa32_t *old)
{
    volatile uint32_t *entry;
    uint32_t was;

    if (frame.value & LOW)
        return UNALIGNED;
    enum result result = take_out(page, &was, &entry);
    if (result != DONE)
        return result;
    *entry = frame.value + (was & LOW); /* not present before: nothing to forget */
    if (old)
        *old = (pa32_t){ was & ~LOW };
    return DONE;
}

enum result protect(va32_t page, uint32_t rights)
{
    volatile uint32_t *entry;
    uint32_t was;

    if (!(page.value & LOW) && (rights | 6) != 6)
        return OUT_OF_RANGE;
    enum result result = take_out(page, &was, &entry);
    if (result == DONE)
        *entry = (was & ~6u) | rights;
    return result;
}

enum result unmap(va32_t page, pa32_t *frame)
{
    volatile uint32_t *entry;
    uint32_t was;
    enum result result = take_out(page, &was, &entry);

    if (result == DONE && frame)
        frame->value = was & ~LOW;
    return result;
}

enum result referenced_pages(va32_t first, uint32_t pages, uint32_t *map)
{
    uint32_t found = 0;

    if (first.value & LOW)
        return UNALIGNED;
    if (pages - 1 >= REFERENCED_MOST || (uint64_t)first.value + pages * PAGE_SIZE > BIT(32))
        return OUT_OF_RANGE;
    for (uint32_t i = pages; i-- > 0;) {
        volatile uint32_t *entry = entry_of((va32_t){ first.value + i * (uint32_t)PAGE_SIZE });
        bool used = entry && (*entry & 1) && (*entry & PTE_A);
        found = found << 1 | used;
        if (used)
            *entry -= PTE_A;
    }
    write_cr3(read_cr3());
    *map = found;
    return DONE;
}
