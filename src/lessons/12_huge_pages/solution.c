/* Lesson 12, the reference. */
#include "work.h"

#define ENTRIES     512u
#define SHIFT_PML4  39
#define SHIFT_PT    12
#define LEVEL_BITS  9
#define VA_BITS     48
#define PA_END      BIT(52)
#define ADDRESS     BITS(51, 12)
#define RIGHTS      (PTE_RW | PTE_US | PTE_XD)
#define USED        (PTE_A | PTE_D)
#define NAMES_TABLE (PTE_P | PTE_RW | PTE_US)

/* A place in the tree: an entry, and log2 of the bytes that it covers. */
struct place {
    uint64_t *entry;
    unsigned shift;
};

static uint64_t *entry_of(pa_t table, uint64_t va, unsigned shift)
{
    return &table_at(table)[va >> shift & (ENTRIES - 1)];
}

static bool is_page(uint64_t entry, unsigned shift)
{
    return shift == SHIFT_PT || (entry & PTE_PS);
}

static bool is_table(struct place at)
{
    return (*at.entry & PTE_P) && !is_page(*at.entry, at.shift);
}

static pa_t table_in(uint64_t entry)
{
    return (pa_t){ entry & ADDRESS };
}

/* Down to the entry that ends the walk of va, but not below `lowest`. */
static struct place find(const struct space *space, uint64_t va, unsigned lowest)
{
    struct place at = { entry_of(space->pml4, va, SHIFT_PML4), SHIFT_PML4 };

    while (at.shift > lowest && is_table(at)) {
        at.shift -= LEVEL_BITS;
        at.entry = entry_of(table_in(*at.entry), va, at.shift);
    }
    return at;
}

static bool canonical(uint64_t va)
{
    return (uint64_t)((int64_t)(va << (64 - VA_BITS)) >> (64 - VA_BITS)) == va;
}

/* What both functions on ranges refuse. The last byte tells: the end may be 2^64. */
static enum result judge_range(uint64_t va, uint64_t bytes)
{
    if (va % PAGE_4K != 0 || bytes % PAGE_4K != 0)
        return UNALIGNED;
    uint64_t last = va + bytes - 1;
    if (bytes == 0 || last < va || !canonical(va) || !canonical(last))
        return OUT_OF_RANGE;
    return (va ^ last) >> (VA_BITS - 1) ? OUT_OF_RANGE : DONE;
}

/* ---- Entries ---- */

/* With shift and flags: what maps the page at pa. PAT is bit 7 in a PTE and bit 12 above. */
static uint64_t page_entry(uint64_t pa, unsigned shift, uint64_t flags)
{
    if (shift == SHIFT_PT)
        return pa | flags | PTE_P;
    uint64_t pat = flags & PTE_PAT ? PTE_PAT_LARGE : 0;
    return pa | (flags & ~PTE_PAT) | pat | PTE_PS | PTE_P;
}

static uint64_t flags_of(uint64_t entry, unsigned shift)
{
    if (shift == SHIFT_PT)
        return entry & ~ADDRESS;
    return (entry & ~(ADDRESS | PTE_PS)) | (entry & PTE_PAT_LARGE ? PTE_PAT : 0);
}

static uint64_t frame_of(uint64_t entry, unsigned shift)
{
    return entry & ADDRESS & ~(BIT(shift) - 1);
}

/* ---- Mapping a range ---- */

/* Every frame that is needed, or none. */
static bool take_tables(pa_t *table, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (frame_alloc(&table[i]))
            continue;
        while (i > 0)
            frame_free(table[--i]);
        return false;
    }
    return true;
}

/* The entry of `shift` for va, with all tables above it. One that is found higher up is a page. */
static enum result make_entry(struct space *space, uint64_t va, unsigned shift, struct place *at)
{
    pa_t table[3];

    *at = find(space, va, shift);
    if (*at->entry & PTE_P)
        return at->shift > shift ? ALREADY_MAPPED : DONE;
    if (!take_tables(table, (at->shift - shift) / LEVEL_BITS))
        return OUT_OF_FRAMES;
    for (unsigned i = 0; at->shift > shift; i++) {
        for (unsigned j = 0; j < ENTRIES; j++)
            table_at(table[i])[j] = 0;
        *at->entry = table[i].value | NAMES_TABLE;
        at->shift -= LEVEL_BITS;
        at->entry = entry_of(table[i], va, at->shift);
    }
    return DONE;
}

static bool is_empty(pa_t table)
{
    for (unsigned i = 0; i < ENTRIES; i++) {
        if (table_at(table)[i] & PTE_P)
            return false;
    }
    return true;
}

/* Takes the pages of [va, last] away, in the table whose entries cover 2^shift bytes each. */
static void clear(pa_t table, unsigned shift, uint64_t va, uint64_t last)
{
    for (;;) {
        struct place at = { entry_of(table, va, shift), shift };
        uint64_t end = va | (BIT(shift) - 1);
        if (is_table(at)) {
            pa_t below = table_in(*at.entry);
            clear(below, shift - LEVEL_BITS, va, end < last ? end : last);
            if (is_empty(below)) {
                *at.entry = 0;
                frame_free(below);
            }
        } else {
            *at.entry = 0;
        }
        if (end >= last)
            return;
        va = end + 1;
    }
}

static unsigned largest_fit(const struct space *space, uint64_t va, uint64_t pa, uint64_t left)
{
    unsigned shift = SHIFT_PT;

    while (BIT(shift + LEVEL_BITS) <= space->largest && BIT(shift + LEVEL_BITS) <= left &&
           ((va | pa) & (BIT(shift + LEVEL_BITS) - 1)) == 0)
        shift += LEVEL_BITS;
    return shift;
}

/* Maps pages of one size up to the end of one table; adds what it did to *done. */
static enum result map_run(struct space *space, uint64_t va, uint64_t entry, unsigned shift,
                           uint64_t left, uint64_t *done)
{
    struct place at;
    enum result result = make_entry(space, va, shift, &at);

    if (result != DONE)
        return result;
    for (uint64_t i = va >> shift & (ENTRIES - 1); i < ENTRIES && left >= BIT(shift); i++) {
        if (*at.entry & PTE_P)
            return ALREADY_MAPPED;
        *at.entry++ = entry;
        entry += BIT(shift);
        *done += BIT(shift);
        left -= BIT(shift);
    }
    return DONE;
}

enum result map_range(struct space *space, va_t va, pa_t pa, uint64_t bytes, uint64_t flags)
{
    enum result result = judge_range(va.value, bytes);
    uint64_t done = 0;

    if (result != DONE)
        return result;
    if (pa.value % PAGE_4K != 0)
        return UNALIGNED;
    if (pa.value >= PA_END || bytes > PA_END - pa.value || flags & ADDRESS)
        return OUT_OF_RANGE;
    while (done < bytes && result == DONE) {
        uint64_t from = va.value + done, to = pa.value + done;
        unsigned shift = largest_fit(space, from, to, bytes - done);
        result = map_run(space, from, page_entry(to, shift, flags), shift, bytes - done, &done);
    }
    if (result != DONE && done > 0)
        clear(space->pml4, SHIFT_PML4, va.value, va.value + done - 1);
    return result;
}

/* ---- One page into 512, and back ---- */

enum result split(struct space *space, va_t va)
{
    struct place at = find(space, va.value, SHIFT_PT);
    unsigned small = at.shift - LEVEL_BITS;
    pa_t table;

    if (!canonical(va.value))
        return OUT_OF_RANGE;
    if (!(*at.entry & PTE_P))
        return NOT_MAPPED;
    if (at.shift == SHIFT_PT)
        return DONE;
    if (!frame_alloc(&table))
        return OUT_OF_FRAMES;
    uint64_t frame = frame_of(*at.entry, at.shift), flags = flags_of(*at.entry, at.shift);
    for (uint64_t i = 0; i < ENTRIES; i++)
        table_at(table)[i] = page_entry(frame + (i << small), small, flags);
    /* The table is complete before anything names it. */
    *at.entry = table.value | NAMES_TABLE;
    return DONE;
}

/* DONE when these pages can be one; what any of them has of A and D is or-ed into *used. */
static enum result alike(const uint64_t *table, unsigned shift, uint64_t *used)
{
    uint64_t first = table[0] & ~USED;

    for (unsigned i = 0; i < ENTRIES; i++) {
        if (!(table[i] & PTE_P))
            return NOT_MAPPED;
    }
    for (uint64_t i = 0; i < ENTRIES; i++) {
        if (!is_page(table[i], shift) || (table[i] & ~USED) != first + (i << shift))
            return NOT_ALIKE;
        *used |= table[i] & USED;
    }
    return frame_of(first, shift) % BIT(shift + LEVEL_BITS) ? UNALIGNED : DONE;
}

enum result join(struct space *space, va_t va, uint64_t size)
{
    uint64_t used = 0;

    if ((size != PAGE_2M && size != PAGE_1G) || size > space->largest || !canonical(va.value))
        return OUT_OF_RANGE;
    if (va.value % size != 0)
        return UNALIGNED;
    unsigned shift = size == PAGE_2M ? SHIFT_PT : SHIFT_PT + LEVEL_BITS;
    struct place at = find(space, va.value, shift + LEVEL_BITS);
    if (!(*at.entry & PTE_P))
        return NOT_MAPPED;
    if (!is_table(at))
        return DONE;
    pa_t table = table_in(*at.entry);
    enum result result = alike(table_at(table), shift, &used);
    if (result != DONE)
        return result;
    uint64_t first = table_at(table)[0];
    *at.entry = page_entry(frame_of(first, shift), at.shift, flags_of(first, shift) | used);
    frame_free(table);
    return DONE;
}

/* ---- Rights ---- */

/* Splits until a page begins at va. */
static enum result cut(struct space *space, uint64_t va)
{
    struct place at = find(space, va, SHIFT_PT);
    enum result result = DONE;

    while (result == DONE && (*at.entry & PTE_P) && va % BIT(at.shift) != 0) {
        result = split(space, (va_t){ va });
        at = find(space, va, SHIFT_PT);
    }
    return result;
}

/* The page or hole that `at` ends in covers so many bytes from va on. */
static uint64_t rest(struct place at, uint64_t va)
{
    return BIT(at.shift) - va % BIT(at.shift);
}

enum result protect_range(struct space *space, va_t va, uint64_t bytes, uint64_t rights)
{
    enum result result = judge_range(va.value, bytes);
    struct place at;

    if (result != DONE)
        return result;
    if (rights & ~RIGHTS)
        return OUT_OF_RANGE;
    for (uint64_t done = 0; done < bytes; done += rest(at, va.value + done)) {
        at = find(space, va.value + done, SHIFT_PT);
        if (!(*at.entry & PTE_P))
            return NOT_MAPPED;
    }
    result = cut(space, va.value);
    if (result == DONE)
        result = cut(space, va.value + bytes);
    for (uint64_t done = 0; result == DONE && done < bytes; done += rest(at, va.value + done)) {
        at = find(space, va.value + done, SHIFT_PT);
        *at.entry = (*at.entry & ~RIGHTS) | rights;
    }
    return result;
}
