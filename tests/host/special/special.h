/*
 * The library compiled for one mode at a time: geometry and memory access are constants, and
 * 32-bit modes have 32-bit words. Same results as the functions of walk.h, access.h and map.h,
 * or, of the quick ones, no answer. For the two 32-bit modes addresses are below 4 GiB, and
 * features.pse36 is clear.
 */
#ifndef HOST_SPECIAL_H
#define HOST_SPECIAL_H

#include "access.h"
#include "map.h"

struct special {
    struct pg_walk (*walk)(const struct pg_space *space, uint64_t va);
    bool (*translate)(const struct pg_space *space, uint64_t va, uint64_t *pa);
    bool (*map)(const struct pg_space *space, uint64_t va, uint64_t pa, uint64_t flags);
    struct pg_change (*map_range)(const struct pg_space *space, uint64_t va, uint64_t pa,
                                  uint64_t pages, uint64_t flags);
    struct pg_outcome (*access)(const struct pg_space *space, const struct pg_control *control,
                                uint64_t va, struct pg_access access);
};

extern const struct special special_flat, special_32, special_pae, special_4, special_5;

#endif
