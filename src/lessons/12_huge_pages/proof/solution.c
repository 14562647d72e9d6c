/* Lesson 12, the reference. */
#include "work.h"

#define ENTRIES     512u
#define SHIFT_PML4  39
#define SHIFT_PT    12
#define LEVEL_BITS  9
#define HALF        BIT(47) /* bytes in each half of the space */
#define ADDRESS     BITS(51, 12)
#define RIGHTS      (PTE_RW | PTE_US | PTE_XD)
#define USED        (PTE_A | PTE_D)
#define NAMES_TABLE (PTE_P | PTE_RW | PTE_US)

/* A place in the tree: an entry, and log2 of the bytes that it covers. */
struct place {
    uint64_t *entry;
    unsigned shift;
};

static pa_t table_in(uint64_t entry)
{
    return (pa_t){ entry & ADDRESS };
}

static uint64_t *entry_of(pa_t table, uint64_t va, unsigned shift)
{
    return &table_at(table)[va >> shift & (ENTRIES - 1)];
}

static bool is_page(uint64_t entry, unsigned shift)
{
    return (entry & PTE_P) && (shift == SHIFT_PT || (entry & PTE_PS));
}

/* Down to the entry that ends the walk of va, but not below `lowest`. */
static struct place find(const struct space *space, uint64_t va, unsigned lowest)
{
    struct place at = { entry_of(space->pml4, va, SHIFT_PML4), SHIFT_PML4 };

    while (at.shift > lowest && (*at.entry & PTE_P) && !is_page(*at.entry, at.shift)) {
        at.shift -= LEVEL_BITS;
        at.entry = entry_of(table_in(*at.entry), va, at.shift);
    }
    return at;
}

static bool canonical(uint64_t va)
{
    return va + HALF < 2 * HALF;
}

/* What both functions on ranges refuse. The last byte tells: the end may be 2^64. */
static enum result judge_range(uint64_t va, uint64_t bytes)
{
    uint64_t last = va + bytes - 1;

    if (va % PAGE_4K != 0 || bytes % PAGE_4K != 0)
        return UNALIGNED;
    if (bytes == 0 || last < va || !canonical(va) || !canonical(last))
        return OUT_OF_RANGE;
    return (va ^ last) & HALF ? OUT_OF_RANGE : DONE;
}

/* The same for a page of another size: PAT is bit 7 in a PTE, and bit 12 above, where 7 is PS. */
static uint64_t resized(uint64_t entry, unsigned from, unsigned to)
{
    uint64_t pat = from == SHIFT_PT ? PTE_PAT : PTE_PAT_LARGE;
    uint64_t rest = entry & ~pat & ~(from == SHIFT_PT ? 0 : PTE_PS);

    if (to == SHIFT_PT)
        return rest | (entry & pat ? PTE_PAT : 0);
    return rest | PTE_PS | (entry & pat ? PTE_PAT_LARGE : 0);
}

/* What is still to do of a range; or, with `undo`, to take away again. */
struct todo {
    uint64_t va, pa, left, flags, largest;
    bool undo;
};

static bool is_empty(const uint64_t *table)
{
    unsigned i = 0;

    while (i < ENTRIES && !(table[i] & PTE_P))
        i++;
    return i == ENTRIES;
}

static enum result map_in(uint64_t *table, unsigned shift, struct todo *todo);

/* In the table that this entry names, or is to name. It remains only when there is a page in it. */
static enum result map_below(uint64_t *entry, unsigned shift, struct todo *todo)
{
    bool present = *entry & PTE_P;
    pa_t table = table_in(*entry);

    if (is_page(*entry, shift))
        return ALREADY_MAPPED;
    if (!present && !frame_alloc(&table))
        return OUT_OF_FRAMES;
    for (unsigned i = 0; i < ENTRIES && !present; i++)
        table_at(table)[i] = 0;
    enum result result = map_in(table_at(table), shift - LEVEL_BITS, todo);
    if (!present)
        *entry = table.value | NAMES_TABLE;
    if (is_empty(table_at(table))) {
        *entry = 0;
        frame_free(table);
    }
    return result;
}

/* As far as this table goes, whose entries cover 2^shift bytes each. */
static enum result map_in(uint64_t *table, unsigned shift, struct todo *todo)
{
    enum result result = DONE;
    uint64_t i = todo->va >> shift & (ENTRIES - 1), size = BIT(shift);

    for (; i < ENTRIES && todo->left > 0 && result == DONE; i++) {
        if (size > todo->largest || size > todo->left || (todo->va | todo->pa) & (size - 1)) {
            result = map_below(&table[i], shift, todo);
            continue;
        }
        if (!todo->undo && (table[i] & PTE_P))
            return ALREADY_MAPPED;
        table[i] = todo->undo ? 0 : resized(todo->pa | todo->flags | PTE_P, SHIFT_PT, shift);
        todo->va += size;
        todo->pa += size;
        todo->left -= size;
    }
    return result;
}

enum result map_range(struct space *space, va_t va, pa_t pa, uint64_t bytes, uint64_t flags)
{
    enum result result = judge_range(va.value, bytes);
    struct todo todo = { va.value, pa.value, bytes, flags, space->largest, false };

    if (result != DONE || pa.value % PAGE_4K != 0)
        return result != DONE ? result : UNALIGNED;
    if (pa.value >= BIT(52) || bytes > BIT(52) - pa.value || flags & ADDRESS)
        return OUT_OF_RANGE;
    result = map_in(table_at(space->pml4), SHIFT_PML4, &todo);
    if (result != DONE) {
        /* What this call did, and nothing else: it used the same sizes at the same places. */
        todo = (struct todo){ va.value, pa.value, bytes - todo.left, flags, space->largest, true };
        map_in(table_at(space->pml4), SHIFT_PML4, &todo);
    }
    return result;
}

enum result split(struct space *space, va_t va)
{
    struct place at = find(space, va.value, SHIFT_PT);
    unsigned small = at.shift - LEVEL_BITS;
    pa_t table;

    if (!canonical(va.value))
        return OUT_OF_RANGE;
    if (!(*at.entry & PTE_P) || at.shift == SHIFT_PT)
        return *at.entry & PTE_P ? DONE : NOT_MAPPED;
    if (!frame_alloc(&table))
        return OUT_OF_FRAMES;
    for (uint64_t i = 0; i < ENTRIES; i++)
        table_at(table)[i] = resized(*at.entry, at.shift, small) + (i << small);
    /* The table is complete before anything names it. */
    *at.entry = table.value | NAMES_TABLE;
    return DONE;
}

/* DONE when these pages can be one; what any of them has of A and D is or-ed into *used. */
static enum result alike(const uint64_t *table, unsigned shift, uint64_t *used)
{
    for (uint64_t i = 0; i < ENTRIES; i++) {
        if (!(table[i] & PTE_P))
            return NOT_MAPPED;
        if (!is_page(table[i], shift) || (table[i] ^ (table[0] + (i << shift))) & ~USED)
            return NOT_ALIKE;
        *used |= table[i] & USED;
    }
    uint64_t frame = resized(table[0], shift, SHIFT_PT) & ADDRESS;
    return frame % BIT(shift + LEVEL_BITS) ? UNALIGNED : DONE;
}

enum result join(struct space *space, va_t va, uint64_t size)
{
    unsigned shift = size == PAGE_2M ? SHIFT_PT : SHIFT_PT + LEVEL_BITS;
    struct place at = find(space, va.value, shift + LEVEL_BITS);
    uint64_t used = 0;

    if (size != BIT(shift + LEVEL_BITS) || size > space->largest || !canonical(va.value))
        return OUT_OF_RANGE;
    if (va.value % size != 0)
        return UNALIGNED;
    if (!(*at.entry & PTE_P) || is_page(*at.entry, at.shift))
        return *at.entry & PTE_P ? DONE : NOT_MAPPED;
    pa_t table = table_in(*at.entry);
    enum result result = alike(table_at(table), shift, &used);
    if (result != DONE)
        return result;
    *at.entry = resized(*table_at(table), shift, at.shift) | used;
    frame_free(table);
    return DONE;
}

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

/* Looks whether all is mapped, or changes rights. */
static enum result visit(struct space *space, uint64_t va, uint64_t bytes, const uint64_t *rights)
{
    for (uint64_t done = 0; done < bytes;) {
        struct place at = find(space, va + done, SHIFT_PT);
        if (!(*at.entry & PTE_P))
            return NOT_MAPPED;
        if (rights != NULL)
            *at.entry = (*at.entry & ~RIGHTS) | *rights;
        done += BIT(at.shift) - (va + done) % BIT(at.shift);
    }
    return DONE;
}

enum result protect_range(struct space *space, va_t va, uint64_t bytes, uint64_t rights)
{
    enum result result = judge_range(va.value, bytes);

    if (result == DONE && rights & ~RIGHTS)
        result = OUT_OF_RANGE;
    if (result == DONE)
        result = visit(space, va.value, bytes, NULL);
    if (result == DONE)
        result = cut(space, va.value);
    if (result == DONE)
        result = cut(space, va.value + bytes);
    return result == DONE ? visit(space, va.value, bytes, &rights) : result;
}
