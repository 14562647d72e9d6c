/* Lesson 6, the reference. */
#include "work.h"

#define ENTRIES          512u
#define INDEX_BITS       0x1FFu
#define PDPT_SHIFT       30
#define PD_SHIFT         21
#define ADDRESS_BITS     BITS(51, 12)
#define LARGE_FRAME_BITS BITS(51, 21)
#define LARGE_OFFSET     0x1FFFFFu
#define OFFSET_BITS      0xFFFu
#define FLAGS            (PTE_RW | PTE_US | PTE_XD)
#define TABLE_FLAGS      (PTE_P | PTE_RW | PTE_US)
#define XD_HIGH          (uint32_t)(PTE_XD >> 32)

typedef volatile union entry entry_t;

static entry_t *table_of(const entry_t *entry)
{
    return table_at((pa32_t){ (uint32_t)(entry->whole & ADDRESS_BITS) });
}

static entry_t *pdpte_of(const struct space *space, va32_t va)
{
    return &table_at(space->pdpt)[va.value >> PDPT_SHIFT];
}

static entry_t *pde_of(const entry_t *pdpte, va32_t va)
{
    return &table_of(pdpte)[va.value >> PD_SHIFT & INDEX_BITS];
}

static entry_t *pte_of(const entry_t *pde, va32_t va)
{
    return &table_of(pde)[va.value >> PAGE_SHIFT & INDEX_BITS];
}

static bool is(const entry_t *entry, uint64_t bits)
{
    return (entry->whole & bits) == bits;
}

/* Fills in an entry that is not present. The half that holds P comes last: until then the CPU sees
 * no entry at all. */
static void fill(entry_t *entry, uint64_t value)
{
    entry->half.high = (uint32_t)(value >> 32);
    entry->half.low = (uint32_t)value;
}

static void enter_table(entry_t *entry, pa32_t table, uint64_t flags)
{
    entry_t *first = table_at(table);

    for (unsigned i = 0; i < ENTRIES; i++)
        fill(&first[i], 0);
    fill(entry, table.value | flags);
}

/* Makes the tables that va needs: all of them or none. */
static enum result make_tables(struct space *space, va32_t va)
{
    entry_t *pdpte = pdpte_of(space, va);
    bool no_pd = !is(pdpte, PTE_P), no_pt = no_pd || !is(pde_of(pdpte, va), PTE_P);
    pa32_t pd = { 0 }, pt = { 0 };

    if (no_pd && !frame_take(&pd))
        return OUT_OF_FRAMES;
    if (no_pt && !frame_take(&pt)) {
        if (no_pd)
            frame_give(pd);
        return OUT_OF_FRAMES;
    }
    if (no_pd) {
        enter_table(pdpte, pd, PTE_P);
        write_cr3(read_cr3()); /* the CPU reads the four PDPTEs then, and only then */
    }
    if (no_pt)
        enter_table(pde_of(pdpte, va), pt, TABLE_FLAGS);
    return DONE;
}

enum result pae_map(struct space *space, va32_t page, pa_t frame, uint64_t flags)
{
    entry_t *pdpte = pdpte_of(space, page), *pte;
    enum result result;

    if (((page.value | frame.value) & OFFSET_BITS) != 0)
        return UNALIGNED;
    if (frame.value >> physical_bits() != 0 || (flags & ~FLAGS) != 0)
        return OUT_OF_RANGE;
    if (is(pdpte, PTE_P) && is(pde_of(pdpte, page), PTE_P | PTE_PS))
        return LARGE_PAGE;
    result = make_tables(space, page);
    if (result != DONE)
        return result;
    pte = pte_of(pde_of(pdpte, page), page);
    if (is(pte, PTE_P))
        return ALREADY_MAPPED;
    fill(pte, frame.value | flags | PTE_P);
    return DONE;
}

enum result pae_translate(const struct space *space, va32_t va, pa_t *pa)
{
    const entry_t *pdpte = pdpte_of(space, va), *pde, *pte;
    uint64_t found;

    if (!is(pdpte, PTE_P) || !is(pde = pde_of(pdpte, va), PTE_P))
        return NOT_MAPPED;
    if (is(pde, PTE_PS)) {
        found = (pde->whole & LARGE_FRAME_BITS) | (va.value & LARGE_OFFSET);
    } else {
        pte = pte_of(pde, va);
        if (!is(pte, PTE_P))
            return NOT_MAPPED;
        found = (pte->whole & ADDRESS_BITS) | (va.value & OFFSET_BITS);
    }
    if (pa != NULL)
        pa->value = found;
    return DONE;
}

enum result set_executable(struct space *space, va32_t page, bool executable)
{
    const entry_t *pdpte = pdpte_of(space, page), *pde;
    entry_t *pte;

    if ((page.value & OFFSET_BITS) != 0)
        return UNALIGNED;
    if (!is(pdpte, PTE_P) || !is(pde = pde_of(pdpte, page), PTE_P))
        return NOT_MAPPED;
    if (is(pde, PTE_PS))
        return LARGE_PAGE;
    pte = pte_of(pde, page);
    if (!is(pte, PTE_P))
        return NOT_MAPPED;
    /* One bit in one half: a single store, so the page stays whole all the time. */
    pte->half.high = executable ? pte->half.high & ~XD_HIGH : pte->half.high | XD_HIGH;
    invalidate_page(page.value);
    return DONE;
}
