/*
 * The walker of the modes with 64-bit words: see special.h.
 */
#include "special.h"

#include "word_64.h"

#include "walk_core.h"

#define PG_ROW(name) static const struct pg_geometry row_##name
#include "geometry_rows.h"

struct pg_walk special_pae(const struct pg_space *space, uint64_t va)
{
    struct pg_space wide = *space;
    wide.geometry = &row_pae;
    return core_walk(&wide, (va_t){ va });
}

struct pg_walk special_4(const struct pg_space *space, uint64_t va)
{
    struct pg_space wide = *space;
    wide.geometry = &row_4;
    return core_walk(&wide, (va_t){ va });
}

struct pg_walk special_5(const struct pg_space *space, uint64_t va)
{
    struct pg_space wide = *space;
    wide.geometry = &row_5;
    return core_walk(&wide, (va_t){ va });
}
