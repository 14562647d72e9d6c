/* Lesson 5, another way: entries are taken apart into fields and put together again, a split
 * builds its table from the end, the directory keeps the page's own rights, A is set freely. */
#include "work.h"

#define ENTRIES 1024
#define LOW     0x3FFFFFu /* the bits of an address inside 4 MiB */

struct page {
    uint64_t frame;
    uint32_t rights, type, rest; /* RW US | PWT PCD PAT, PAT as in a PTE | A D G and free bits */
};

static const uint32_t present = (uint32_t)PTE_P, large = (uint32_t)PTE_PS, used = 0x60;

static struct page from_large(uint32_t entry)
{
    return (struct page){ .frame = (entry & ~LOW) | (uint64_t)(entry >> 13 & 0xFF) << 32,
                          .rights = entry & 6,
                          .type = (entry & 0x18) | (entry >> 12 & 1) << 7,
                          .rest = entry & 0xF60 };
}

static struct page from_small(uint32_t entry)
{
    return (struct page){
        .frame = entry & ~0xFFFu, .rights = entry & 6, .type = entry & 0x98, .rest = entry & 0xF60
    };
}

static uint32_t to_large(struct page page)
{
    uint32_t low = (uint32_t)page.frame & ~LOW, high = (uint32_t)(page.frame >> 32) << 13;

    return low | high | page.rights | page.rest | (page.type & 0x18) | (page.type >> 7 & 1) << 12 |
           large | present;
}

static uint32_t *slot(const struct space *space, va32_t va)
{
    return table_at(space->directory) + va.value / LARGE_BYTES;
}

static uint32_t *table_of(uint32_t entry)
{
    return table_at((pa32_t){ entry & ~0xFFFu });
}

enum result map_large(struct space *space, va32_t page, pa_t frame, uint32_t flags)
{
    struct page new = from_small(flags & 0xFFF);

    if (frame.value >= (uint64_t)1 << 40)
        return OUT_OF_RANGE;
    if (page.value % LARGE_BYTES != 0 || (uint32_t)frame.value % LARGE_BYTES != 0)
        return UNALIGNED;
    if (*slot(space, page) & present)
        return ALREADY_MAPPED;
    new.frame = frame.value;
    new.rest |= (uint32_t)PTE_A;
    *slot(space, page) = to_large(new);
    return DONE;
}

enum result translate(const struct space *space, va32_t va, pa_t *pa)
{
    uint32_t entry = *slot(space, va), inside = LOW;
    bool ends = space->pse && (entry & large) != 0;
    struct page page;

    if (!(entry & present) || (ends && (entry & (uint32_t)BIT(21)) != 0))
        return NOT_MAPPED;
    if (!ends) {
        entry = table_of(entry)[va.value / 4096 % ENTRIES];
        inside = 0xFFF;
    }
    if (!(entry & present))
        return NOT_MAPPED;
    page = ends ? from_large(entry) : from_small(entry);
    if (pa)
        *pa = (pa_t){ page.frame + (va.value & inside) };
    return DONE;
}

enum result split_large(struct space *space, va32_t va)
{
    uint32_t entry = *slot(space, va);
    struct page page = from_large(entry);
    pa32_t table;

    if ((entry & present) && !(entry & large))
        return DONE;
    if (!(entry & present) || (entry & (uint32_t)BIT(21)))
        return NOT_MAPPED;
    if (page.frame >> 32)
        return OUT_OF_RANGE;
    if (!frame_take(&table))
        return OUT_OF_FRAMES;
    for (uint32_t i = ENTRIES; i-- > 0;)
        table_at(table)[i] =
            ((uint32_t)page.frame + 4096 * i) | page.rights | page.type | page.rest | present;
    *slot(space, va) = table.value | page.rights | present;
    invalidate_page(va.value);
    return DONE;
}

enum result join_pages(struct space *space, va32_t page)
{
    uint32_t entry = *slot(space, page), any = 0;
    struct page first;

    if (page.value % LARGE_BYTES)
        return UNALIGNED;
    if (!(entry & present) || (entry & large))
        return entry & present ? DONE : NOT_MAPPED;
    first = from_small(table_of(entry)[0]);
    for (uint32_t i = ENTRIES; i-- > 0;) {
        uint32_t small = table_of(entry)[i];
        if (!(small & present))
            return NOT_MAPPED;
        any |= small & used;
        if ((small ^ (table_of(entry)[0] + 4096 * i)) & ~used)
            return NOT_ALIKE;
    }
    if (first.frame % LARGE_BYTES)
        return UNALIGNED;
    first.rights &= entry;
    first.rest |= any;
    *slot(space, page) = to_large(first);
    frame_give((pa32_t){ entry & ~0xFFFu });
    return DONE;
}

enum result switch_on(pa32_t directory)
{
    if (directory.value % PAGE_SIZE != 0)
        return UNALIGNED;
    write_cr3(directory.value);
    write_cr4(read_cr4() | CR4_PSE_BIT);
    write_cr0(read_cr0() | CR0_PG_BIT);
    return DONE;
}
