/*
 * Translate, map and unmap, for pages of 4 KiB, the plain way: to read first, and to begin with.
 *
 * Each function does what its namesake does, to the last byte and the last invalidation owed;
 * tests/host/cases/test_simple.c holds it to that. What pg_map() and pg_unmap() say of `flags`, of
 * refusals and of tables that are no tree (map.h) holds here, too.
 */
#ifndef PAGING_SIMPLE_H
#define PAGING_SIMPLE_H

#include "change.h"
#include "walk.h"

/* As pg_translate(). It sees large pages that are there, too. */
bool pg_simple_translate(const struct pg_space *space, va_t va, pa_t *pa);

/* As pg_map() with PG_PT. */
PG_MUST_USE struct pg_change pg_simple_map(const struct pg_space *space, va_t va, pa_t pa,
                                           uint64_t flags);

/* As pg_unmap() with PG_PT. */
PG_MUST_USE struct pg_change pg_simple_unmap(const struct pg_space *space, va_t va);

#endif
