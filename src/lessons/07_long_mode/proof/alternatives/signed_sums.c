/* Lesson 7, another way: GiB by GiB, with signed sums that wrap on their way to 64 bits. */
#include "work.h"

static bool take(pa32_t *frame)
{
    if (!frame_take(frame))
        return false;
    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        table_at(*frame)[i] = 0;
    return true;
}

enum result build_identity_map(pa32_t *pml4)
{
    pa32_t root, pdpt, pd;

    if (!take(&root) || !take(&pdpt))
        return OUT_OF_FRAMES;
    for (int gib = 0; gib < 4; gib++) {
        if (!take(&pd))
            return OUT_OF_FRAMES;
        table_at(pdpt)[gib] = pd.value | PTE_P | PTE_RW;
        for (int i = 0; i < 512; i++) {
            int address = gib * 0x40000000 + i * 0x200000;
            table_at(pd)[i] = (unsigned)address | PTE_P | PTE_RW | PTE_PS;
        }
    }
    table_at(root)[0] = pdpt.value | PTE_P | PTE_RW;
    *pml4 = root;
    return DONE;
}
