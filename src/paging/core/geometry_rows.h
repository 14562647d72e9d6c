/*
 * The five geometries: the only place where their numbers stand.
 *
 * Included by geometry.c, which gives them to everybody, and by mode.h, for which one of them is a
 * compile-time constant. The includer says what a row is: PG_ROW(name) must expand to a declarator
 * of a constant struct pg_geometry. Hence no include guard.
 *
 * Simplified: every CPU is taken to have the PAT, so bit 7 of a PTE is never reserved.
 */
/* A table, a level to a group of lines: clang-format would give each member a line of its own. */
/* clang-format off */

PG_ROW(flat) = {
    .name = "flat", .levels = 1, .entry_bytes = 4, .va_bits = 32,
    .root_mask = BITS(31, 12),
    .level[PG_PT] = { .table = "PT", .entry = "PTE", .shift = 12, .bits = 20,
        .leaf = PG_LEAF_ALWAYS, .has_rights = true, .frame_mask = BITS(31, 12) },
};

PG_ROW(32) = {
    .name = "32-bit", .levels = 2, .entry_bytes = 4, .va_bits = 32,
    .root_mask = BITS(31, 12),
    .level[PG_PD] = { .table = "PD", .entry = "PDE", .shift = 22, .bits = 10,
        .leaf = PG_LEAF_PSE, .has_rights = true, .table_mask = BITS(31, 12),
        .frame_mask = BITS(31, 22), .frame_reserved = BIT(21),
        .high_mask = BITS(20, 13), .high_shift = 32 - 13 },
    .level[PG_PT] = { .table = "PT", .entry = "PTE", .shift = 12, .bits = 10,
        .leaf = PG_LEAF_ALWAYS, .has_rights = true, .frame_mask = BITS(31, 12) },
};

/* The CPU checks a PDPTE's reserved bits when CR3 is loaded and raises #GP, not #PF. */
PG_ROW(pae) = {
    .name = "PAE", .levels = 3, .entry_bytes = 8, .va_bits = 32,
    .root_mask = BITS(31, 5), .above_reserved = BITS(62, 32),
    .level[PG_PDPT] = { .table = "PDPT", .entry = "PDPTE", .shift = 30, .bits = 2,
        .leaf = PG_LEAF_NEVER, .has_rights = false, .table_mask = BITS(51, 12),
        .table_reserved = BITS(2, 1) | BITS(8, 5) | BIT(63) },
    .level[PG_PD] = { .table = "PD", .entry = "PDE", .shift = 21, .bits = 9,
        .leaf = PG_LEAF_PS, .has_rights = true, .table_mask = BITS(51, 12),
        .frame_mask = BITS(51, 21), .frame_reserved = BITS(20, 13) },
    .level[PG_PT] = { .table = "PT", .entry = "PTE", .shift = 12, .bits = 9,
        .leaf = PG_LEAF_ALWAYS, .has_rights = true, .frame_mask = BITS(51, 12) },
};

PG_ROW(4) = {
    .name = "4-level", .levels = 4, .entry_bytes = 8, .va_bits = 48, .sign_extended = true,
    .has_keys = true, .root_mask = BITS(51, 12), .above_reserved = BITS(51, 32),
    .level[PG_PML4] = { .table = "PML4", .entry = "PML4E", .shift = 39, .bits = 9,
        .leaf = PG_LEAF_NEVER, .has_rights = true, .table_mask = BITS(51, 12),
        .table_reserved = PTE_PS },
    .level[PG_PDPT] = { .table = "PDPT", .entry = "PDPTE", .shift = 30, .bits = 9,
        .leaf = PG_LEAF_1G, .has_rights = true, .table_mask = BITS(51, 12),
        .frame_mask = BITS(51, 30), .frame_reserved = BITS(29, 13) },
    .level[PG_PD] = { .table = "PD", .entry = "PDE", .shift = 21, .bits = 9,
        .leaf = PG_LEAF_PS, .has_rights = true, .table_mask = BITS(51, 12),
        .frame_mask = BITS(51, 21), .frame_reserved = BITS(20, 13) },
    .level[PG_PT] = { .table = "PT", .entry = "PTE", .shift = 12, .bits = 9,
        .leaf = PG_LEAF_ALWAYS, .has_rights = true, .frame_mask = BITS(51, 12) },
};

PG_ROW(5) = {
    .name = "5-level", .levels = 5, .entry_bytes = 8, .va_bits = 57, .sign_extended = true,
    .has_keys = true, .root_mask = BITS(51, 12), .above_reserved = BITS(51, 32),
    .level[PG_PML5] = { .table = "PML5", .entry = "PML5E", .shift = 48, .bits = 9,
        .leaf = PG_LEAF_NEVER, .has_rights = true, .table_mask = BITS(51, 12),
        .table_reserved = PTE_PS },
    .level[PG_PML4] = { .table = "PML4", .entry = "PML4E", .shift = 39, .bits = 9,
        .leaf = PG_LEAF_NEVER, .has_rights = true, .table_mask = BITS(51, 12),
        .table_reserved = PTE_PS },
    .level[PG_PDPT] = { .table = "PDPT", .entry = "PDPTE", .shift = 30, .bits = 9,
        .leaf = PG_LEAF_1G, .has_rights = true, .table_mask = BITS(51, 12),
        .frame_mask = BITS(51, 30), .frame_reserved = BITS(29, 13) },
    .level[PG_PD] = { .table = "PD", .entry = "PDE", .shift = 21, .bits = 9,
        .leaf = PG_LEAF_PS, .has_rights = true, .table_mask = BITS(51, 12),
        .frame_mask = BITS(51, 21), .frame_reserved = BITS(20, 13) },
    .level[PG_PT] = { .table = "PT", .entry = "PTE", .shift = 12, .bits = 9,
        .leaf = PG_LEAF_ALWAYS, .has_rights = true, .frame_mask = BITS(51, 12) },
};
/* clang-format on */
