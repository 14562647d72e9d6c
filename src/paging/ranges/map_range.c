/*
 * Map a range. See ../map.h.
 */
#include "../core/map_range.h"
#include "../map.h"

struct pg_change pg_map_range(const struct pg_space *space, va_t va, pa_t pa, uint64_t bytes,
                              uint64_t flags)
{
    if (bytes % PAGE_SIZE != 0)
        return core_refused(PG_UNALIGNED);
    return core_map_range(space, va, pa, bytes >> PAGE_SHIFT, flags);
}
