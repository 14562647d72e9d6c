/*
 * Prints every paging geometry as JSON: what the figures are drawn from, and what numbers.toml
 * reckons with.
 *
 * Compiled for the host by facts.py, against src/paging. What a bit of an entry means is not
 * said here a second time: the library is asked about entries made of ones, on a CPU that has
 * everything.
 */
#include <inttypes.h>
#include <stdio.h>

#include "entry.h"

static const struct pg_features everything = {
    .maxphyaddr = 52, .pse = true, .pse36 = true, .nxe = true, .pages_1g = true
};

/* Flags as types.h has them, and where they count; PS and PAT depend on the form. */
static const struct {
    const char *name;
    uint64_t mask;
    bool is_right;  /* only where the level carries rights */
    bool page_only; /* only in an entry that maps a page */
} flags[] = {
    { "P", PTE_P, false, false },     { "RW", PTE_RW, true, false },
    { "US", PTE_US, true, false },    { "PWT", PTE_PWT, false, false },
    { "PCD", PTE_PCD, false, false }, { "A", PTE_A, false, false },
    { "D", PTE_D, false, true },      { "G", PTE_G, false, true },
    { "XD", PTE_XD, true, false },
};

static uint64_t ones(const struct pg_geometry *geometry)
{
    return BITS(8u * geometry->entry_bytes - 1, 0);
}

static void print_flags(const struct pg_geometry *geometry, const struct pg_level *row, bool page,
                        uint64_t reserved)
{
    const char *between = "";

    printf("\"flags\": {");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        uint64_t mask = flags[i].mask;
        if ((flags[i].is_right && !row->has_rights) || (flags[i].page_only && !page))
            continue;
        if ((mask & ~ones(geometry)) != 0 || (mask & reserved) != 0)
            continue;
        printf("%s\"%s\": %" PRIu64, between, flags[i].name, mask);
        between = ", ";
    }
    if (page)
        printf(", \"PAT\": %" PRIu64, row->leaf == PG_LEAF_ALWAYS ? PTE_PAT : PTE_PAT_LARGE);
    if (row->leaf != PG_LEAF_ALWAYS && row->leaf != PG_LEAF_NEVER)
        printf(", \"PS\": %" PRIu64, PTE_PS);
    printf("}");
}

/* One form of a level's entry: it names a table, or maps a page. */
static void print_form(const struct pg_geometry *geometry, unsigned level, bool page)
{
    const struct pg_level *row = &geometry->level[level];
    uint64_t entry = page ? ones(geometry) : ones(geometry) & ~PTE_PS;
    uint64_t reserved = pg_reserved(geometry, &everything, level, entry);

    if (row->leaf == PG_LEAF_NEVER) /* there bit 7 is no PS, but one of the bits that must be 0 */
        reserved |= pg_reserved(geometry, &everything, level, PTE_PS);
    printf("{\"address\": %" PRIu64 ", \"high\": %" PRIu64 ", \"high_shift\": %u, ",
           page ? row->frame_mask : row->table_mask, page ? row->high_mask : 0,
           page ? row->high_shift : 0u);
    printf("\"reserved\": %" PRIu64 ", ", reserved);
    print_flags(geometry, row, page, reserved);
    printf("}");
}

static void print_level(const struct pg_geometry *geometry, unsigned level)
{
    const struct pg_level *row = &geometry->level[level];

    printf(
        "    {\"level\": %u, \"table\": \"%s\", \"entry\": \"%s\", \"shift\": %u, \"bits\": %u,\n",
        level, row->table, row->entry, row->shift, row->bits);
    printf("     \"span_bytes\": %" PRIu64 ", \"entries\": %" PRIu32 ", \"has_rights\": %s",
           pg_span_bytes(geometry, level), pg_entries(geometry, level),
           row->has_rights ? "true" : "false");
    if (row->leaf != PG_LEAF_ALWAYS) {
        printf(",\n     \"names_table\": ");
        print_form(geometry, level, false);
    }
    if (pg_has_pages(geometry, &everything, level)) {
        printf(",\n     \"maps_page\": ");
        print_form(geometry, level, true);
    }
    printf("}");
}

static void print_geometry(const struct pg_geometry *geometry)
{
    printf("  {\"name\": \"%s\", \"entry_bytes\": %u, \"va_bits\": %u, \"sign_extended\": %s,\n",
           geometry->name, geometry->entry_bytes, geometry->va_bits,
           geometry->sign_extended ? "true" : "false");
    printf("   \"root_mask\": %" PRIu64 ", \"levels\": [\n", geometry->root_mask);
    for (unsigned level = geometry->levels; level >= PG_PT; level--) {
        print_level(geometry, level);
        printf(level > PG_PT ? ",\n" : "]}");
    }
}

int main(void)
{
    static const struct pg_geometry *const all[] = { &pg_geometry_flat, &pg_geometry_32,
                                                     &pg_geometry_pae,  &pg_geometry_4,
                                                     &pg_geometry_5,    NULL };

    printf("[\n");
    for (size_t i = 0; all[i] != NULL; i++) {
        print_geometry(all[i]);
        printf(all[i + 1] != NULL ? ",\n" : "\n]\n");
    }
    return 0;
}
