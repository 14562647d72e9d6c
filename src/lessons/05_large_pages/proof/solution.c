/* Lesson 5, the reference. */
#include "work.h"

#define ENTRIES      1024u
#define LARGE_SHIFT  22
#define LARGE_FRAME  0xFFC00000u /* bits 31:22 of a frame, in a PDE with PS */
#define LARGE_OFFSET (LARGE_BYTES - 1)
#define HIGH_BITS    0x001FE000u /* bits 20:13: address bits 39:32 */
#define HIGH_SHIFT   13
#define RESERVED     0x00200000u /* bit 21 */
#define SMALL_FRAME  0xFFFFF000u
#define SMALL_OFFSET 0xFFFu
#define TOP_OF_PSE36 40

#define P      (uint32_t) PTE_P
#define PS     (uint32_t) PTE_PS
#define RIGHTS (uint32_t)(PTE_RW | PTE_US)
#define USED   (uint32_t)(PTE_A | PTE_D)

static uint32_t *directory_entry(const struct space *space, va32_t va)
{
    return &table_at(space->directory)[va.value >> LARGE_SHIFT];
}

/* The same flags in an entry of the directory, where PAT is bit 12 and bit 7 is PS. */
static uint32_t large_flags(uint32_t flags)
{
    return (flags & ~PS) | PS | (flags & (uint32_t)PTE_PAT ? (uint32_t)PTE_PAT_LARGE : 0);
}

static uint32_t small_flags(uint32_t pde)
{
    return (pde & SMALL_OFFSET & ~PS) | (pde & (uint32_t)PTE_PAT_LARGE ? (uint32_t)PTE_PAT : 0);
}

enum result map_large(struct space *space, va32_t page, pa_t frame, uint32_t flags)
{
    uint32_t *pde = directory_entry(space, page);

    if (page.value & LARGE_OFFSET || frame.value & LARGE_OFFSET)
        return UNALIGNED;
    if (frame.value >> TOP_OF_PSE36)
        return OUT_OF_RANGE;
    if (*pde & P)
        return ALREADY_MAPPED;
    uint32_t high = (uint32_t)(frame.value >> 32);
    *pde = (uint32_t)frame.value | high << HIGH_SHIFT | large_flags(flags) | P;
    return DONE;
}

enum result translate(const struct space *space, va32_t va, pa_t *pa)
{
    uint32_t entry = *directory_entry(space, va);
    uint64_t high = 0;
    uint32_t low;

    if (!(entry & P))
        return NOT_MAPPED;
    if (entry & PS && space->pse) {
        if (entry & RESERVED)
            return NOT_MAPPED;
        high = (entry & HIGH_BITS) >> HIGH_SHIFT;
        low = (entry & LARGE_FRAME) | (va.value & LARGE_OFFSET);
    } else {
        entry = table_at((pa32_t){ entry & SMALL_FRAME })[va.value >> PAGE_SHIFT & (ENTRIES - 1)];
        if (!(entry & P))
            return NOT_MAPPED;
        low = (entry & SMALL_FRAME) | (va.value & SMALL_OFFSET);
    }
    if (pa != NULL)
        pa->value = high << 32 | low;
    return DONE;
}

enum result split_large(struct space *space, va32_t va)
{
    uint32_t *pde = directory_entry(space, va), entry = *pde;
    pa32_t table;

    if (!(entry & P))
        return NOT_MAPPED;
    if (!(entry & PS))
        return DONE;
    if (entry & RESERVED)
        return NOT_MAPPED;
    if (entry & HIGH_BITS)
        return OUT_OF_RANGE;
    if (!frame_take(&table))
        return OUT_OF_FRAMES;
    for (uint32_t i = 0; i < ENTRIES; i++)
        table_at(table)[i] = (entry & LARGE_FRAME) | i << PAGE_SHIFT | small_flags(entry);
    *pde = table.value | RIGHTS | P;
    return DONE;
}

/* DONE when these pages can be one; what any of them has of A and D is or-ed into *used. */
static enum result alike(const uint32_t *table, uint32_t *used)
{
    uint32_t first = table[0] & ~USED;

    for (uint32_t i = 0; i < ENTRIES; i++) {
        if (!(table[i] & P))
            return NOT_MAPPED;
        if ((table[i] & ~USED) != first + (i << PAGE_SHIFT))
            return NOT_ALIKE;
        *used |= table[i] & USED;
    }
    return first & LARGE_OFFSET & SMALL_FRAME ? UNALIGNED : DONE;
}

enum result join_pages(struct space *space, va32_t page)
{
    uint32_t *pde = directory_entry(space, page), used = 0;
    pa32_t table = { *pde & SMALL_FRAME };
    enum result result;

    if (page.value & LARGE_OFFSET)
        return UNALIGNED;
    if (!(*pde & P))
        return NOT_MAPPED;
    if (*pde & PS)
        return DONE;
    result = alike(table_at(table), &used);
    if (result != DONE)
        return result;
    uint32_t first = table_at(table)[0];
    uint32_t flags = first & SMALL_OFFSET & (~RIGHTS | *pde);
    *pde = (first & LARGE_FRAME) | large_flags(flags) | used;
    frame_give(table);
    return DONE;
}

enum result switch_on(pa32_t directory)
{
    if (directory.value & SMALL_OFFSET)
        return UNALIGNED;
    write_cr4(read_cr4() | CR4_PSE_BIT);
    write_cr3(directory.value);
    write_cr0(read_cr0() | CR0_PG_BIT);
    return DONE;
}
