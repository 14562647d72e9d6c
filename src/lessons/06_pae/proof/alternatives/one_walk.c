/* Lesson 6, another way: one loop walks all three levels, entries change by compare-and-exchange of
 * eight bytes, tables are taken only after counting how many are missing, and every change ends
 * with a reload of CR3. */
#include "work.h"

#define LEVELS 3u
#define MASK   0x000FFFFFFFFFF000u

static const struct {
    unsigned shift, last;
    uint64_t flags; /* of an entry that names the table below */
} level[LEVELS] = {
    { 30, 3, PTE_P },
    { 21, 511, PTE_P | PTE_RW | PTE_US | PTE_A },
    { 12, 511, 0 },
};

static void set(volatile union entry *entry, uint64_t value)
{
    uint64_t old = entry->whole;

    while (!__sync_bool_compare_and_swap(&entry->whole, old, value))
        old = entry->whole;
}

static volatile union entry *entry_at(pa32_t table, unsigned depth, va32_t va)
{
    return &table_at(table)[va.value >> level[depth].shift & level[depth].last];
}

/* The entry at which the walk of va ends, and its depth: 2, or less where nothing is below. */
static volatile union entry *find(const struct space *space, va32_t va, unsigned *depth)
{
    pa32_t table = space->pdpt;

    for (*depth = 0;; (*depth)++) {
        volatile union entry *entry = entry_at(table, *depth, va);
        uint64_t bits = entry->whole;
        if (*depth == LEVELS - 1 || !(bits & PTE_P) || (*depth == 1 && (bits & PTE_PS)))
            return entry;
        table.value = (uint32_t)(bits & MASK);
    }
}

static bool take(pa32_t frame[], unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (frame_take(&frame[i])) {
            for (unsigned e = 0; e < 512; e++)
                table_at(frame[i])[e].whole = 0;
            continue;
        }
        while (i > 0)
            frame_give(frame[--i]);
        return false;
    }
    return true;
}

enum result pae_map(struct space *space, va32_t page, pa_t frame, uint64_t flags)
{
    unsigned depth;
    volatile union entry *entry;
    pa32_t table[2];

    if (page.value % PAGE_SIZE || frame.value % PAGE_SIZE)
        return UNALIGNED;
    if (frame.value >= BIT(physical_bits()) ||
        (flags | PTE_RW | PTE_US | PTE_XD) != (PTE_RW | PTE_US | PTE_XD))
        return OUT_OF_RANGE;
    entry = find(space, page, &depth);
    if (entry->whole & PTE_P)
        return depth == LEVELS - 1 ? ALREADY_MAPPED : LARGE_PAGE;
    if (!take(table, LEVELS - 1 - depth))
        return OUT_OF_FRAMES;
    /* From the bottom up: what is entered is complete. */
    frame.value |= flags | PTE_P;
    for (unsigned d = LEVELS - 1; d > depth; d--) {
        pa32_t new = table[d - depth - 1];
        set(entry_at(new, d, page), frame.value);
        frame.value = new.value | level[d - 1].flags;
    }
    set(entry, frame.value);
    write_cr3(read_cr3());
    return DONE;
}

enum result pae_translate(const struct space *space, va32_t va, pa_t *pa)
{
    unsigned depth;
    uint64_t bits = find(space, va, &depth)->whole;
    uint64_t offset = BIT(level[depth].shift) - 1;

    if (!(bits & PTE_P))
        return NOT_MAPPED;
    if (pa)
        pa->value = (bits & MASK & ~offset) | (va.value & offset);
    return DONE;
}

enum result set_executable(struct space *space, va32_t page, bool executable)
{
    unsigned depth;
    volatile union entry *entry = find(space, page, &depth);

    if (page.value % PAGE_SIZE)
        return UNALIGNED;
    if (!(entry->whole & PTE_P))
        return NOT_MAPPED;
    if (depth != LEVELS - 1)
        return LARGE_PAGE;
    set(entry, (entry->whole & ~PTE_XD) | (executable ? 0 : PTE_XD));
    write_cr3(read_cr3());
    return DONE;
}
