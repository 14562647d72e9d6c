/* Lesson 7, the reference: tables. */
#include "work.h"

#define DIRECTORIES 4u /* one PD covers 1 GiB */
#define LINK        (PTE_P | PTE_RW)
#define LARGE       (PTE_P | PTE_RW | PTE_PS)

static bool take_cleared(pa32_t *frame)
{
    if (!frame_take(frame))
        return false;
    uint64_t *entry = table_at(*frame);
    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        entry[i] = 0;
    return true;
}

/* Fills one PD with the 512 large pages that follow `first`, at their own addresses. */
static void fill_directory(pa32_t pd, uint64_t first)
{
    uint64_t *entry = table_at(pd);

    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        entry[i] = (first + (uint64_t)i * LARGE_PAGE_SIZE) | LARGE;
}

enum result build_identity_map(pa32_t *pml4)
{
    pa32_t root, pdpt, pd;

    if (!take_cleared(&root) || !take_cleared(&pdpt))
        return OUT_OF_FRAMES;
    table_at(root)[0] = pdpt.value | LINK;
    for (unsigned i = 0; i < DIRECTORIES; i++) {
        if (!take_cleared(&pd))
            return OUT_OF_FRAMES;
        fill_directory(pd, (uint64_t)i * TABLE_ENTRIES * LARGE_PAGE_SIZE);
        table_at(pdpt)[i] = pd.value | LINK;
    }
    *pml4 = root;
    return DONE;
}
