/*
 * The spaces in which the random tests of map.h play: each mode with its page sizes, how wide
 * addresses are, and a few crowded places at the edges of the space.
 */
#ifndef HOST_SPACES_H
#define HOST_SPACES_H

#include "geometry.h"

enum { SPACES = 6, SPACES_BASE = 0x00300000 };

struct mode {
    const struct pg_geometry *geometry;
    struct pg_features features;
    unsigned root_frames, spare_frames;
    unsigned top_level;  /* the largest page */
    uint64_t last_va;    /* of the space, or of its lower half */
    uint64_t places[4];  /* pages lie from these on, or down from them if they end in FFF */
    uint64_t wide_flags; /* flags beyond bits 8:1 and 11:9 */
    uint8_t pa_bits[4];  /* by level: how wide a frame's address is */
};

extern const struct mode spaces[SPACES];

#endif
