/*
 * The TLB that forgets nothing: see cache.h.
 */
#include "cache.h"

enum { KEPT = 4, PDPTES = 4 };

static struct {
    bool page, above; /* which part is still held */
    struct pg_walk walk;
    uint64_t va;
} kept[KEPT];

static unsigned next;
static uint64_t pdptes[PDPTES];

static bool is_pae(const struct pg_space *space)
{
    return space->geometry == &pg_geometry_pae;
}

static uint64_t read_pdpte(const struct pg_space *space, unsigned index)
{
    uint64_t entry = 0;
    space->memory.read_entry(space->memory.context, (pa_t){ space->root.value + index * 8 }, 8,
                             &entry);
    return entry;
}

void cache_begin(const struct pg_space *space)
{
    for (unsigned i = 0; i < KEPT; i++)
        kept[i].page = kept[i].above = false;
    for (unsigned i = 0; is_pae(space) && i < PDPTES; i++)
        pdptes[i] = read_pdpte(space, i);
}

void cache_fill(const struct pg_space *space, uint64_t va)
{
    struct pg_walk walk = pg_walk(space, (va_t){ va });
    if (walk.end != PG_END_MAPPED)
        return;
    next = (next + 1) % KEPT;
    kept[next].page = kept[next].above = true;
    kept[next].walk = walk;
    kept[next].va = va;
}

static void drop_page(void *context, va_t va)
{
    (void)context;
    for (unsigned i = 0; i < KEPT; i++) {
        kept[i].above = false;
        if ((kept[i].va ^ va.value) < kept[i].walk.span_bytes &&
            (kept[i].va & ~(kept[i].walk.span_bytes - 1)) ==
                (va.value & ~(kept[i].walk.span_bytes - 1)))
            kept[i].page = false;
    }
}

static void drop_all(void *context)
{
    cache_begin(context);
}

const struct pg_tlb *cache_tlb(const struct pg_space *space)
{
    static struct pg_tlb tlb;
    tlb = (struct pg_tlb){ drop_page, drop_all, (void *)(uintptr_t)space, 2000 };
    return &tlb;
}

static bool page_is_true(const struct pg_walk *held, const struct pg_walk *now)
{
    return now->end == PG_END_MAPPED && now->pa.value == held->pa.value &&
           (now->rights.write || !held->rights.write) && (now->rights.user || !held->rights.user) &&
           (now->rights.execute || !held->rights.execute);
}

static bool above_is_true(const struct pg_walk *held, const struct pg_walk *now)
{
    for (unsigned i = 0; i + 1 < held->steps; i++)
        if (i >= now->steps || held->step[i].entry != now->step[i].entry)
            return false;
    return true;
}

bool cache_holds_truth(const struct pg_space *space)
{
    for (unsigned i = 0; i < KEPT; i++) {
        if (!kept[i].page && !kept[i].above)
            continue;
        struct pg_walk now = pg_walk(space, (va_t){ kept[i].va });
        if ((kept[i].page && !page_is_true(&kept[i].walk, &now)) ||
            (kept[i].above && !above_is_true(&kept[i].walk, &now)))
            return false;
    }
    for (unsigned i = 0; is_pae(space) && i < PDPTES; i++)
        if (pdptes[i] != read_pdpte(space, i))
            return false;
    return true;
}
