/*
 * One large page to many small ones and back. See ../map.h.
 */
#include "../core/store.h"
#include "../map.h"

struct pg_change pg_split(const struct pg_space *space, va_t va)
{
    const struct pg_geometry *geometry = space->geometry;
    struct pg_walk walk = pg_walk(space, va);
    enum pg_result result = core_find(&walk, PG_PT);
    if (result != PG_LARGE_IN_PATH)
        return core_refused(result == PG_OK ? PG_NOT_LARGE : result);
    const struct pg_step *page = &walk.step[walk.steps - 1];
    unsigned small = page->level - 1, shift = geometry->level[page->level].shift;
    pa_t pa = pg_frame_address(geometry, page->level, page->entry);
    pg_entry flags = pg_leaf_flags(geometry, page->level, page->entry);
    pg_entry entry = 0;
    result = core_encode(space, small, pa, flags, &entry);
    struct core_pool pool;
    if (result == PG_OK)
        result = core_take(space, 1, &pool);
    if (result != PG_OK)
        return core_refused(result);
    pa_t table = core_pop(space, &pool);
    core_fill(space, table, entry, pg_entries(geometry, small), pg_span_bytes(geometry, small));
    core_write(space, page->at, pg_table_entry(geometry, page->level, table, flags));
    return core_changed(PG_OK, (va_t){ va.value >> shift << shift }, 1, shift);
}

/* What the pages of one table have in common: the first frame, and their flags. */
struct common {
    pa_t pa;
    pg_entry flags;
};

/* Do the entries of `table`, of `level`, follow each other with the same flags? */
static enum pg_result look_alike(const struct pg_space *space, unsigned level, pa_t table,
                                 struct common *common)
{
    const struct pg_geometry *geometry = space->geometry;
    const pg_entry marks = PTE_A | PTE_D;
    pg_entry seen = 0;
    for (uint32_t index = 0; index < pg_entries(geometry, level); index++) {
        pg_entry entry;
        if (!core_load(space, core_entry_at(space, table, index), &entry))
            return PG_OUTSIDE;
        if (!pg_is_present(entry))
            return PG_NOT_MAPPED;
        if (pg_reserved(geometry, &space->features, level, entry) != 0)
            return PG_RESERVED_BITS;
        if (!pg_is_leaf(geometry, &space->features, level, entry))
            return PG_TABLE_IN_PATH;
        pa_t pa = pg_frame_address(geometry, level, entry);
        pg_entry flags = pg_leaf_flags(geometry, level, entry);
        if (index == 0)
            *common = (struct common){ pa, flags & ~marks };
        if (pa.value != common->pa.value + index * pg_span_bytes(geometry, level) ||
            (flags & ~marks) != common->flags)
            return PG_NOT_ALIKE;
        seen |= flags & marks;
    }
    common->flags |= seen;
    return PG_OK;
}

/* The page that can stand for the table named by `upper`. */
static enum pg_result join_entry(const struct pg_space *space, const struct pg_step *upper,
                                 pg_entry *entry)
{
    struct common common = { .flags = 0 };
    pa_t table = pg_table_address(space->geometry, upper->level, upper->entry);
    enum pg_result result = look_alike(space, upper->level - 1, table, &common);
    if (result != PG_OK)
        return result;
    if (!core_is_aligned(space, upper->level, common.pa.value))
        return PG_NOT_ALIKE;
    common.flags &= upper->entry | ~(PTE_RW | PTE_US);
    common.flags |= upper->entry & PTE_XD;
    return core_encode(space, upper->level, common.pa, common.flags, entry);
}

struct pg_change pg_join(const struct pg_space *space, va_t va, unsigned level)
{
    const struct pg_geometry *geometry = space->geometry;
    if (level == PG_PT || !core_is_page_level(space, level))
        return core_refused(PG_BAD_LEVEL);
    struct pg_walk walk = pg_walk(space, va);
    enum pg_result result = core_find(&walk, level);
    if (result != PG_TABLE_IN_PATH)
        return core_refused(result == PG_OK ? PG_ALREADY_MAPPED : result);
    const struct pg_step *upper = &walk.step[geometry->levels - level];
    pg_entry entry = 0;
    result = join_entry(space, upper, &entry);
    if (result != PG_OK)
        return core_refused(result);
    core_write(space, upper->at, entry);
    core_free(space, pg_table_address(geometry, level, upper->entry));
    unsigned shift = geometry->level[level].shift;
    return core_changed(PG_OK, (va_t){ va.value >> shift << shift },
                        pg_entries(geometry, level - 1), geometry->level[level - 1].shift);
}
