/*
 * Map, unmap and split against a plain list of pages. Random calls in a few crowded places of
 * the space; after each, the result, the translation and the number of tables must be what
 * the list says.
 */
#include "check.h"
#include "machine.h"
#include "map.h"

enum { BASE = 0x00300000, CROWDED = 12, PAGES_MOST = 4096, SPLIT_BELOW = 1100 };

struct page {
    uint64_t va, pa, flags;
    unsigned level;
};

struct mode {
    const struct pg_geometry *geometry;
    struct pg_features features;
    unsigned root_frames, spare_frames, calls;
    unsigned top_level;  /* the largest page */
    uint64_t places[4];  /* pages lie at these, upwards or downwards from the end */
    uint64_t wide_flags; /* flags beyond bits 8:1 and 11:9 */
    uint8_t pa_bits[4];  /* by level: how wide a frame's address is */
};

static const struct mode modes[] = {
    { &pg_geometry_flat,
      { .maxphyaddr = 36 },
      1024,
      0,
      300,
      1,
      { 0, 0x80000000, 0xC0000000, 0xFFFFFFFF },
      0,
      { 0, 32 } },
    { &pg_geometry_32,
      { .maxphyaddr = 36, .pse = true, .pse36 = true },
      1,
      4,
      40000,
      2,
      { 0, 0x3FC00000, 0x80000000, 0xFFFFFFFF },
      0,
      { 0, 32, 36 } },
    { &pg_geometry_32,
      { .maxphyaddr = 36 },
      1,
      3,
      10000,
      1,
      { 0, 0x3FC00000, 0x80000000, 0xFFFFFFFF },
      0,
      { 0, 32 } },
    { &pg_geometry_pae,
      { .maxphyaddr = 40, .nxe = true },
      1,
      7,
      40000,
      2,
      { 0, 0x3FE00000, 0x80000000, 0xFFFFFFFF },
      PTE_XD,
      { 0, 40, 40 } },
    { &pg_geometry_4,
      { .maxphyaddr = 46, .nxe = true, .pages_1g = true },
      1,
      11,
      40000,
      3,
      { 0, 0x00007FFFFFFFFFFF, 0xFFFF800000000000, UINT64_MAX },
      PTE_XD | PTE_AVL_HIGH | PTE_PKEY,
      { 0, 46, 46, 46 } },
    { &pg_geometry_5,
      { .maxphyaddr = 52, .pages_1g = true },
      1,
      14,
      40000,
      3,
      { 0, 0x00FFFFFFFFFFFFFF, 0xFF00000000000000, UINT64_MAX },
      PTE_AVL_HIGH | PTE_PKEY,
      { 0, 52, 52, 52 } },
};

static const struct mode *mode;
static struct machine machine;
static struct pg_space space;
static struct page pages[PAGES_MOST];
static unsigned count;
static unsigned met[PG_CYCLIC + 1];

static uint64_t size_of(unsigned level)
{
    return UINT64_C(1) << mode->geometry->level[level].shift;
}

static bool is_in(uint64_t va, const struct page *page)
{
    return va - page->va < size_of(page->level);
}

static struct page *find(uint64_t va)
{
    for (unsigned i = 0; i < count; i++)
        if (is_in(va, &pages[i]))
            return &pages[i];
    return NULL;
}

/* Does the entry of `level` for `va` name a table: is there a smaller page below it? */
static bool has_table(uint64_t va, unsigned level)
{
    unsigned shift = mode->geometry->level[level].shift;
    for (unsigned i = 0; i < count; i++)
        if (pages[i].level < level && (pages[i].va ^ va) >> shift == 0)
            return true;
    return false;
}

/* Tables that a page of `level` at `va` lacks. */
static unsigned lacking(uint64_t va, unsigned level)
{
    unsigned tables = 0;
    for (unsigned above = level + 1; above <= mode->geometry->levels; above++)
        tables += !has_table(va, above);
    return tables;
}

static enum pg_result expect(uint64_t va, unsigned level)
{
    struct page *page = find(va);
    if (page != NULL && page->level >= level)
        return page->level == level ? PG_OK : PG_LARGE_IN_PATH;
    return has_table(va, level) ? PG_TABLE_IN_PATH : PG_NOT_MAPPED;
}

static void check_address(uint64_t va)
{
    const struct page *page = find(va);
    struct pg_walk walk = pg_walk(&space, (va_t){ va });
    if (!CHECK(walk.end, page != NULL ? PG_END_MAPPED : PG_END_NOT_PRESENT) || page == NULL)
        return;
    CHECK(walk.pa.value, page->pa + (va - page->va));
    CHECK(walk.span_bytes, size_of(page->level));
    CHECK(walk.rights.write, (page->flags & PTE_RW) != 0);
    CHECK(walk.rights.user, (page->flags & PTE_US) != 0);
    CHECK(walk.rights.execute, (page->flags & PTE_XD) == 0);
    uint64_t entry = walk.step[walk.steps - 1].entry;
    uint64_t pat = page->level == PG_PT ? PTE_PAT : PTE_PAT_LARGE;
    CHECK(entry & ~PTE_PAT & (BITS(11, 1) | BITS(63, 52)), page->flags & ~PTE_PAT);
    CHECK((entry & pat) != 0, (page->flags & PTE_PAT) != 0);
}

static uint64_t random_va(unsigned level)
{
    uint64_t place = mode->places[random_below(4)];
    uint64_t off = random_below(level == PG_PT ? CROWDED : 2) * size_of(level);
    return (place & 0xFFF) != 0 ? (place - off) & ~(size_of(level) - 1) : place + off;
}

static void map_one(uint64_t va, unsigned level)
{
    uint64_t pa = random_chance(10)
                      ? 0
                      : random_bits() >> (64 - mode->pa_bits[level]) & ~(size_of(level) - 1);
    uint64_t flags = random_bits() & (BITS(11, 1) | mode->wide_flags);
    enum pg_result expected = expect(va, level);
    if (expected == PG_OK)
        expected = PG_ALREADY_MAPPED;
    else if (expected == PG_NOT_MAPPED)
        expected = lacking(va, level) > machine.frames - machine.in_use ? PG_OUT_OF_FRAMES : PG_OK;
    uint64_t before = expected == PG_OK ? 0 : machine_digest(&machine);
    enum pg_result result = settled(pg_map(&space, (va_t){ va }, (pa_t){ pa }, level, flags));
    met[result]++;
    if (CHECK(result, expected) && result == PG_OK)
        pages[count++] = (struct page){ va, pa, flags, level };
    else
        CHECK(machine_digest(&machine), before);
}

static void unmap_one(uint64_t va, unsigned level)
{
    enum pg_result expected = expect(va, level);
    uint64_t before = expected == PG_OK ? 0 : machine_digest(&machine);
    enum pg_result result = settled(pg_unmap(&space, (va_t){ va }, level));
    met[result]++;
    if (CHECK(result, expected) && result == PG_OK) {
        struct page *gone = find(va);
        *gone = pages[--count];
    } else
        CHECK(machine_digest(&machine), before);
}

static void split_one(uint64_t va)
{
    struct page *page = find(va);
    enum pg_result expected = PG_OK;
    if (page == NULL)
        expected = PG_NOT_MAPPED;
    else if (page->level == PG_PT)
        expected = PG_NOT_LARGE;
    else if (page->pa >> mode->pa_bits[page->level - 1] != 0)
        expected = PG_BAD_ADDRESS;
    else if (machine.in_use == machine.frames)
        expected = PG_OUT_OF_FRAMES;
    uint64_t before = machine_digest(&machine);
    enum pg_result result = settled(pg_split(&space, (va_t){ va }));
    met[result]++;
    if (!CHECK(result, expected) || result != PG_OK) {
        CHECK(machine_digest(&machine), before);
        return;
    }
    struct page large = *page;
    *page = pages[--count];
    for (uint64_t off = 0; off < size_of(large.level); off += size_of(large.level - 1))
        pages[count++] =
            (struct page){ large.va + off, large.pa + off, large.flags, large.level - 1 };
}

static void sweep(void)
{
    for (unsigned i = count; i > 0; i--)
        unmap_one(pages[i - 1].va, pages[i - 1].level);
    CHECK(count, 0);
    CHECK(machine.in_use, mode->root_frames);
    uint64_t left = 0;
    for (uint64_t i = 0; i < mode->root_frames * PAGE_SIZE; i += 8)
        left |= machine_peek(&machine, space.root.value + i, 8);
    CHECK(left, 0);
}

/* A table for each part of the space that holds a page smaller than it, and no more. */
static unsigned tables_needed(void)
{
    unsigned tables = mode->root_frames, all = count;
    for (count = 0; count < all; count++) /* what each page adds to those before it */
        tables += lacking(pages[count].va, pages[count].level);
    return tables;
}

static void call_once(void)
{
    unsigned level = 1 + (unsigned)random_below(mode->top_level);
    uint64_t va = random_va(level), kind = random_below(1000);
    check_about(mode->geometry->name, va);
    if (kind < 1)
        sweep();
    else if (kind < 10 && count < SPLIT_BELOW)
        split_one(va + random_below(size_of(level)));
    else if (kind < 560 && count < SPLIT_BELOW)
        map_one(va, level);
    else
        unmap_one(va, level);
    check_address(va + random_below(size_of(level)));
    check_address(random_va(PG_PT) + random_below(PAGE_SIZE));
    if (count < 100)
        CHECK(machine.in_use, tables_needed());
}

static void try_mode(void)
{
    machine_begin(&machine, BASE, mode->root_frames + mode->spare_frames);
    space = machine_space(&machine, mode->geometry, mode->features, 0, mode->root_frames);
    for (unsigned i = 0; i < mode->calls; i++)
        call_once();
    sweep();
    machine_end(&machine);
}

int main(void)
{
    static const enum pg_result due[] = {
        PG_OK,        PG_ALREADY_MAPPED, PG_NOT_MAPPED, PG_LARGE_IN_PATH, PG_TABLE_IN_PATH,
        PG_NOT_LARGE, PG_OUT_OF_FRAMES,  PG_BAD_ADDRESS
    };
    check_begin("map");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        mode = &modes[i];
        try_mode();
    }
    for (size_t i = 0; i < sizeof due / sizeof *due; i++) {
        check_about("result never met", due[i]);
        CHECK(met[due[i]] > 3, true);
    }
    return check_end();
}
