/*
 * Accesses for callers who learn the geometry at run time: see access.h.
 */
#include "access.h"

#include "core/judge_access.h"

struct pg_outcome pg_access(const struct pg_space *space, const struct pg_control *control, va_t va,
                            struct pg_access access)
{
    return core_access(space, control, va, access);
}

/* SDM volume 3A, section "PDPTE Registers". */
static bool pdptes_load(const struct pg_space *space)
{
    const struct pg_geometry *geometry = space->geometry;
    const struct pg_memory *memory = &space->memory;
    for (uint32_t index = 0; index < pg_entries(geometry, PG_PDPT); index++) {
        pa_t at = { (space->root.value & geometry->root_mask) + index * sizeof(uint64_t) };
        uint64_t entry = 0;
        if (!memory->read_entry(memory->context, at, geometry->entry_bytes, &entry))
            return false;
        if (pg_is_present(entry) && pg_reserved(geometry, &space->features, PG_PDPT, entry) != 0)
            return false;
    }
    return true;
}

bool pg_root_loads(const struct pg_space *space)
{
    const struct pg_geometry *geometry = space->geometry;
    if (!geometry->level[geometry->levels].has_rights)
        return pdptes_load(space);
    uint64_t no_address = ~(BIT(space->features.maxphyaddr) - 1) & ~BIT(63);
    return !geometry->sign_extended || (space->root.value & no_address) == 0;
}
