/* Lesson 2, the reference. */
#include "work.h"

#define ENTRIES         1024u
#define INDEX_BITS      0x3FFu
#define DIRECTORY_SHIFT 22
#define PAGE_BYTES      4096u
#define OFFSET_BITS     0xFFFu
#define ADDRESS_BITS    0xFFFFF000u
#define PAGES_IN_ALL    0x100000u
#define DIRECTORY_FLAGS (uint32_t)(PTE_P | PTE_RW | PTE_US)

static uint32_t *directory_entry(const struct space *space, va32_t va)
{
    return &table_at(space->directory)[va.value >> DIRECTORY_SHIFT];
}

static uint32_t *table_of(uint32_t pde)
{
    return table_at((pa32_t){ pde & ADDRESS_BITS });
}

static bool unaligned(uint32_t address)
{
    return (address & OFFSET_BITS) != 0;
}

/* ---- First half ---- */

enum result walk(struct space *space, va32_t va, bool make, uint32_t **entry)
{
    uint32_t *pde = directory_entry(space, va);

    if (!(*pde & PTE_P)) {
        pa32_t frame;
        if (!make)
            return NOT_MAPPED;
        if (!frame_take(&frame))
            return OUT_OF_FRAMES;
        for (unsigned i = 0; i < ENTRIES; i++)
            table_at(frame)[i] = 0;
        *pde = frame.value | DIRECTORY_FLAGS;
    }
    *entry = &table_of(*pde)[va.value >> PAGE_SHIFT & INDEX_BITS];
    return DONE;
}

enum result map(struct space *space, va32_t page, pa32_t frame, uint32_t flags)
{
    uint32_t *entry;
    enum result result;

    if (unaligned(page.value) || unaligned(frame.value))
        return UNALIGNED;
    result = walk(space, page, true, &entry);
    if (result != DONE)
        return result;
    if (*entry & PTE_P)
        return ALREADY_MAPPED;
    *entry = frame.value | flags | PTE_P;
    return DONE;
}

enum result translate(struct space *space, va32_t va, pa32_t *pa)
{
    uint32_t *entry;

    if (walk(space, va, false, &entry) != DONE || !(*entry & PTE_P))
        return NOT_MAPPED;
    if (pa != NULL)
        pa->value = (*entry & ADDRESS_BITS) | (va.value & OFFSET_BITS);
    return DONE;
}

/* ---- Second half ---- */

static bool empty(const uint32_t *table)
{
    for (unsigned i = 0; i < ENTRIES; i++) {
        if (table[i] & PTE_P)
            return false;
    }
    return true;
}

enum result unmap(struct space *space, va32_t page)
{
    uint32_t *pde = directory_entry(space, page), *entry;

    if (unaligned(page.value))
        return UNALIGNED;
    if (walk(space, page, false, &entry) != DONE || !(*entry & PTE_P))
        return NOT_MAPPED;
    *entry = 0;
    if (empty(table_of(*pde))) {
        frame_give((pa32_t){ *pde & ADDRESS_BITS });
        *pde = 0;
    }
    return DONE;
}

/* Takes the first `pages` pages of a range away again. */
static void undo(struct space *space, va32_t page, uint32_t pages)
{
    for (uint32_t i = 0; i < pages; i++)
        unmap(space, (va32_t){ page.value + i * PAGE_BYTES });
}

enum result map_range(struct space *space, va32_t page, pa32_t frame, uint32_t pages,
                      uint32_t flags)
{
    if (unaligned(page.value) || unaligned(frame.value))
        return UNALIGNED;
    if (pages == 0 || pages > PAGES_IN_ALL - (page.value >> PAGE_SHIFT) ||
        pages > PAGES_IN_ALL - (frame.value >> PAGE_SHIFT))
        return OUT_OF_RANGE;
    for (uint32_t i = 0; i < pages; i++) {
        enum result result = map(space, (va32_t){ page.value + i * PAGE_BYTES },
                                 (pa32_t){ frame.value + i * PAGE_BYTES }, flags);
        if (result != DONE) {
            undo(space, page, i);
            return result;
        }
    }
    return DONE;
}
