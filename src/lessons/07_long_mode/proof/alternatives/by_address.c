/* Lesson 7, solved otherwise: one loop over addresses that takes a table where one is missing. */
#include "work.h"

#define FLAGS      (PTE_P | PTE_RW)
#define PAGE_FLAGS (FLAGS | PTE_PS | PTE_A | PTE_D | PTE_G | BIT(9))
#define ADDRESS    BITS(51, 12)
#define PML4_SHIFT 39
#define PD_SHIFT   21

static enum result new_table(uint64_t *link)
{
    pa32_t frame;

    if (!frame_take(&frame))
        return OUT_OF_FRAMES;
    uint64_t *entry = table_at(frame);
    unsigned left = TABLE_ENTRIES;
    while (left-- > 0)
        entry[left] = 0;
    *link = frame.value | FLAGS | PTE_A;
    return DONE;
}

/* The entry that maps the page at va: three steps down from a root that is itself a link. */
static uint64_t *entry_for(uint64_t *link, uint64_t va)
{
    for (unsigned shift = PML4_SHIFT;; shift -= 9) {
        if (!(*link & PTE_P) && new_table(link) != DONE)
            return NULL;
        link =
            table_at((pa32_t){ (uint32_t)(*link & ADDRESS) }) + (va >> shift & (TABLE_ENTRIES - 1));
        if (shift == PD_SHIFT)
            return link;
    }
}

enum result build_identity_map(pa32_t *pml4)
{
    uint64_t root = 0;

    for (uint64_t va = 0; va < BIT(32); va += LARGE_PAGE_SIZE) {
        uint64_t *entry = entry_for(&root, va);
        if (entry == NULL)
            return OUT_OF_FRAMES;
        *entry = va | PAGE_FLAGS;
    }
    pml4->value = (uint32_t)(root & ADDRESS);
    return DONE;
}
