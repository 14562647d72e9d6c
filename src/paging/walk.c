/*
 * The walk for callers who learn the geometry at run time. The walker is in core/walker.h.
 */
#include "walk.h"

#include "core/walker.h"

struct pg_walk pg_walk(const struct pg_space *space, va_t va)
{
    return core_walk(space, va);
}

bool pg_translate(const struct pg_space *space, va_t va, pa_t *pa)
{
    struct pg_walk walk = pg_walk(space, va);
    if (walk.end != PG_END_MAPPED)
        return false;
    *pa = walk.pa;
    return true;
}
