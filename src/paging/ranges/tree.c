/*
 * The tables as a whole: are they the tree that map.h takes them for? See there.
 */
#include "../core/slot.h"
#include "../map.h"

struct claimant {
    pg_claim *claim;
    void *context;
};

/* Claims the tables below the root that `walk` is the first to enter: at their first entries. */
static bool claim_new(const struct pg_space *space, const struct claimant *claimant, va_t va,
                      const struct pg_walk *walk)
{
    for (unsigned i = 1; i < walk->steps; i++) {
        pa_t table = { walk->step[i].at.value & ~(PAGE_SIZE - 1) };
        if (core_is_aligned(space, walk->step[i - 1].level, va.value) &&
            !claimant->claim(claimant->context, table))
            return false;
    }
    return true;
}

/* What hangs from the root for `bytes` from `va` on, a half of the space. */
static enum pg_result check_half(const struct pg_space *space, const struct claimant *claimant,
                                 va_t va, uint64_t bytes)
{
    for (uint64_t done = 0; done < bytes;) {
        va_t here = { va.value + done };
        struct pg_walk walk = pg_walk(space, here);
        if (walk.end == PG_END_OUTSIDE)
            return PG_OUTSIDE;
        if (core_cycle(&walk) != 0)
            return PG_CYCLIC;
        if (walk.end == PG_END_RESERVED)
            return PG_RESERVED_BITS;
        if (!claim_new(space, claimant, here, &walk))
            return PG_SHARED;
        done += walk.span_bytes;
    }
    return PG_OK;
}

enum pg_result pg_check(const struct pg_space *space, pg_claim *claim, void *context)
{
    const struct pg_geometry *geometry = space->geometry;
    struct claimant claimant = { claim, context };
    uint64_t half = BIT(geometry->va_bits - geometry->sign_extended);
    if (!claim(context, (pa_t){ space->root.value & geometry->root_mask & ~(PAGE_SIZE - 1) }))
        return PG_SHARED;
    enum pg_result result = check_half(space, &claimant, (va_t){ 0 }, half);
    if (result == PG_OK && geometry->sign_extended)
        result = check_half(space, &claimant, (va_t){ 0 - half }, half);
    return result;
}
