/*
 * The spaces of the random tests: see spaces.h. Widths and places are written out from the
 * manual, not taken from the library's geometry.
 */
#include "spaces.h"

#include "types.h"

/* A table: clang-format would give each member a line of its own. */
/* clang-format off */
const struct mode spaces[SPACES] = {
    { .geometry = &pg_geometry_flat, .features = { .maxphyaddr = 36 },
      .root_frames = 1024, .spare_frames = 0, .top_level = 1, .last_va = 0xFFFFFFFF,
      .places = { 0, 0x80000000, 0xC0000000, 0xFFFFFFFF }, .pa_bits = { 0, 32 } },
    { .geometry = &pg_geometry_32, .features = { .maxphyaddr = 36, .pse = true, .pse36 = true },
      .root_frames = 1, .spare_frames = 4, .top_level = 2, .last_va = 0xFFFFFFFF,
      .places = { 0, 0x3FC00000, 0x80000000, 0xFFFFFFFF }, .pa_bits = { 0, 32, 36 } },
    { .geometry = &pg_geometry_32, .features = { .maxphyaddr = 36 },
      .root_frames = 1, .spare_frames = 3, .top_level = 1, .last_va = 0xFFFFFFFF,
      .places = { 0, 0x3FC00000, 0x80000000, 0xFFFFFFFF }, .pa_bits = { 0, 32 } },
    { .geometry = &pg_geometry_pae, .features = { .maxphyaddr = 40, .nxe = true },
      .root_frames = 1, .spare_frames = 7, .top_level = 2, .last_va = 0xFFFFFFFF,
      .places = { 0, 0x3FE00000, 0x80000000, 0xFFFFFFFF },
      .wide_flags = PTE_XD, .pa_bits = { 0, 40, 40 } },
    { .geometry = &pg_geometry_4, .features = { .maxphyaddr = 46, .nxe = true, .pages_1g = true },
      .root_frames = 1, .spare_frames = 11, .top_level = 3, .last_va = 0x00007FFFFFFFFFFF,
      .places = { 0, 0x00007FFFFFFFFFFF, 0xFFFF800000000000, UINT64_MAX },
      .wide_flags = PTE_XD | PTE_AVL_HIGH | PTE_PKEY, .pa_bits = { 0, 46, 46, 46 } },
    { .geometry = &pg_geometry_5, .features = { .maxphyaddr = 52, .pages_1g = true },
      .root_frames = 1, .spare_frames = 14, .top_level = 3, .last_va = 0x00FFFFFFFFFFFFFF,
      .places = { 0, 0x00FFFFFFFFFFFFFF, 0xFF00000000000000, UINT64_MAX },
      .wide_flags = PTE_AVL_HIGH | PTE_PKEY, .pa_bits = { 0, 52, 52, 52 } },
};
/* clang-format on */
