/*
 * The walker of the modes with 32-bit words: see special.h.
 */
#include "special.h"

#include "word_32.h"

#include "walk_core.h"

#define PG_ROW(name) static const struct pg_geometry row_##name
#include "geometry_rows.h"

struct pg_walk special_flat(const struct pg_space *space, uint64_t va)
{
    struct pg_space narrow = *space;
    narrow.geometry = &row_flat;
    return core_walk(&narrow, (va32_t){ (uint32_t)va });
}

struct pg_walk special_32(const struct pg_space *space, uint64_t va)
{
    struct pg_space narrow = *space;
    narrow.geometry = &row_32;
    return core_walk(&narrow, (va32_t){ (uint32_t)va });
}
