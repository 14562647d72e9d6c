/*
 * One mode of special.h: defines special_4 and the like. The includer defines PG_MODE first, as
 * mode.h asks. There is no guard: it is a template.
 */
#include "special.h"

#define PG_READ_ENTRY  pg_read_by_pointer
#define PG_WRITE_ENTRY pg_write_by_pointer
#include "mode.h"

static inline struct pg_space constant(const struct pg_space *space)
{
    struct pg_space here = *space;
    here.geometry = &PG_GEOMETRY;
    return here;
}

static struct pg_walk walk(const struct pg_space *space, uint64_t va)
{
    struct pg_space here = constant(space);
    return core_walk(&here, (pg_va){ (pg_entry)va });
}

static bool translate(const struct pg_space *space, uint64_t va, uint64_t *pa)
{
    struct pg_space here = constant(space);
    pg_pa found;
    if (!quick_translate(&here, (pg_va){ (pg_entry)va }, &found))
        return false;
    *pa = found.value;
    return true;
}

static bool map(const struct pg_space *space, uint64_t va, uint64_t pa, uint64_t flags)
{
    struct pg_space here = constant(space);
    return quick_map(&here, (pg_va){ (pg_entry)va }, (pg_pa){ (pg_entry)pa }, (pg_entry)flags);
}

static struct pg_change map_range(const struct pg_space *space, uint64_t va, uint64_t pa,
                                  uint64_t pages, uint64_t flags)
{
    struct pg_space here = constant(space);
    return core_map_range(&here, (pg_va){ (pg_entry)va }, (pg_pa){ (pg_entry)pa }, (pg_entry)pages,
                          flags);
}

static struct pg_outcome access(const struct pg_space *space, const struct pg_control *control,
                                uint64_t va, struct pg_access deed)
{
    struct pg_space here = constant(space);
    return core_access(&here, control, (pg_va){ (pg_entry)va }, deed);
}

const struct special PG_PASTE(special_, PG_MODE) = { walk, translate, map, map_range, access };
