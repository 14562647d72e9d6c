/*
 * Map and unmap one page. Each call walks, judges the walk, prepares everything that can fail, and
 * only then changes the tree. The contracts are in map.h; more than one page at a time is ranges/.
 */
#include "map.h"

#include "core/store.h"

/* Do these make a page? */
static enum pg_result check_page(const struct pg_space *space, va_t va, pa_t pa, unsigned level)
{
    if (!core_is_page_level(space, level))
        return PG_BAD_LEVEL;
    return core_is_aligned(space, level, va.value | pa.value) ? PG_OK : PG_UNALIGNED;
}

struct pg_change pg_map(const struct pg_space *space, va_t va, pa_t pa, unsigned level,
                        uint64_t flags)
{
    enum pg_result result = check_page(space, va, pa, level);
    if (result != PG_OK)
        return core_refused(result);
    struct core_run run = { .walk = pg_walk(space, va), .level = level, .count = 1 };
    result = core_find(&run.walk, level);
    if (result != PG_NOT_MAPPED)
        return core_refused(result == PG_OK ? PG_ALREADY_MAPPED : result);
    result = core_encode(space, level, pa, flags, &run.entry);
    if (result != PG_OK)
        return core_refused(result);
    struct core_pool pool;
    result = core_take(space, run.walk.level - level, &pool);
    if (result != PG_OK)
        return core_refused(result);
    struct pg_change change = core_refused(PG_OK);
    core_store(space, &run, va, &pool, &change);
    return change;
}

/* Is every entry of the table of `level` at `table` zero? What cannot be read is in use. */
static bool is_empty(const struct pg_space *space, unsigned level, pa_t table)
{
    for (uint32_t index = 0; index < pg_entries(space->geometry, level); index++) {
        pg_entry entry;
        if (!core_load(space, core_entry_at(space, table, index), &entry) || entry != 0)
            return false;
    }
    return true;
}

struct pg_change pg_unmap(const struct pg_space *space, va_t va, unsigned level)
{
    const struct pg_geometry *geometry = space->geometry;
    enum pg_result result = check_page(space, va, (pa_t){ 0 }, level);
    if (result != PG_OK)
        return core_refused(result);
    struct pg_walk walk = pg_walk(space, va);
    result = core_find(&walk, level);
    if (result != PG_OK)
        return core_refused(result);
    struct pg_change change = core_changed(PG_OK, va, 1, geometry->level[level].shift);
    core_write(space, walk.step[walk.steps - 1].at, 0);
    for (unsigned i = walk.steps - 1; i > 0; i--) {
        const struct pg_step *upper = &walk.step[i - 1];
        pa_t table = pg_table_address(geometry, upper->level, upper->entry);
        if (!is_empty(space, walk.step[i].level, table))
            break;
        core_write(space, upper->at, 0);
        core_free(space, table);
        if (!geometry->level[upper->level].has_rights)
            change.pages = PG_ALL_PAGES;
    }
    return change;
}
