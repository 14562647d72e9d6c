/*
 * Entries to the bit, by hand from the manual's figures: large pages, PSE-36, PAT, XD, AVL,
 * frame 0, the ends of the space, what upper entries get; the split of a large page and the
 * way back; ranges in pages of every size.
 */
#include "check.h"
#include "machine.h"
#include "map.h"

enum { BASE = 0x00300000, ROOT = BASE, FRAMES = 32 };

static const struct pg_features all = {
    .maxphyaddr = 40, .pse = true, .pse36 = true, .nxe = true, .pages_1g = true
};
static struct machine machine;
static struct pg_space space;

static void begin(const struct pg_geometry *geometry)
{
    machine_begin(&machine, BASE, FRAMES);
    space = machine_space(&machine, geometry, all, 0, 1);
    check_about(geometry->name, 0);
}

static void map(uint64_t va, uint64_t pa, unsigned level, uint64_t flags)
{
    check_about(space.geometry->name, va);
    CHECK(settled(pg_map(&space, (va_t){ va }, (pa_t){ pa }, level, flags)), PG_OK);
}

static struct pg_walk walk(uint64_t va)
{
    return pg_walk(&space, (va_t){ va });
}

/* The entry that the walk of va meets at `level`, without the address of a table. */
static uint64_t entry_of(uint64_t va, unsigned level)
{
    struct pg_walk found = walk(va);
    unsigned i = space.geometry->levels - level;
    if (i >= found.steps)
        return 0;
    uint64_t entry = found.step[i].entry;
    return i + 1 < found.steps ? entry & 0xFFF0000000000FFF : entry;
}

static void pages_of_32_bit(void)
{
    begin(&pg_geometry_32);
    map(0x00000000, 0x00000000, PG_PT, 0);
    CHECK(entry_of(0, PG_PT), 0x00000001);
    CHECK(entry_of(0, PG_PD), 0x001);
    CHECK(walk(0x123).end, PG_END_MAPPED);
    CHECK(walk(0x123).pa.value, 0x123);
    map(0xFFFFF000, 0xFFFFF000, PG_PT, PTE_RW | PTE_PAT | PTE_G | PTE_AVL);
    CHECK(entry_of(0xFFFFFFFF, PG_PT), 0xFFFFFF83);
    CHECK(entry_of(0xFFFFFFFF, PG_PD), 0x003);
    CHECK(walk(0xFFFFFFFF).pa.value, 0xFFFFFFFF);
    map(0x00400000, 0x12400000, PG_PD, PTE_RW | PTE_US);
    CHECK(entry_of(0x00400000, PG_PD), 0x12400087);
    map(0x00800000, 0xAB12400000, PG_PD, PTE_PAT);
    CHECK(entry_of(0x00800000, PG_PD), 0x12400000 | 0xAB << 13 | 0x1081);
    CHECK(walk(0x00800ABC).pa.value, 0xAB12400ABC);
    CHECK(settled(pg_split(&space, (va_t){ 0x00800000 })), PG_BAD_ADDRESS);
    space.features.pse = false; /* then PS is ignored and the entry names a table */
    CHECK(walk(0x00400000).end, PG_END_OUTSIDE);
    CHECK(walk(0x00400000).step[1].at.value, 0x12400000);
    machine_end(&machine);
}

static void pages_of_pae(void)
{
    begin(&pg_geometry_pae);
    map(0xC0000000, 0x812345000, PG_PT, PTE_RW | PTE_XD);
    CHECK(entry_of(0xC0000000, PG_PT), 0x8000000812345003);
    CHECK(entry_of(0xC0000000, PG_PD), 0x003);
    CHECK(entry_of(0xC0000000, PG_PDPT), 0x001); /* a PDPTE has no rights */
    map(0xC0200000, 0x812400000, PG_PD, PTE_PAT | PTE_RW | PTE_US);
    CHECK(entry_of(0xC0200000, PG_PD), 0x0000000812401087);
    CHECK(walk(0xC0200000).rights.write && walk(0xC0200000).rights.user, true);
    CHECK(entry_of(0xC0200000, PG_PDPT), 0x001);
    CHECK(walk(0x40000000).end, PG_END_NOT_PRESENT);
    CHECK(walk(0x40000000).span_bytes, 0x40000000);
    machine_end(&machine);
}

static void pages_of_4_levels(void)
{
    const uint64_t top = 0xFFFFFFFFFFFFF000;
    begin(&pg_geometry_4);
    map(top, 0xFFFFFFF000, PG_PT, PTE_XD | PTE_PKEY | PTE_AVL_HIGH | PTE_AVL);
    CHECK(entry_of(top, PG_PT), 0xFFF000FFFFFFFE01);
    CHECK(walk(UINT64_MAX).pa.value, 0xFFFFFFFFFF);
    CHECK(entry_of(top, PG_PD), 0x001);
    CHECK(entry_of(top, PG_PML4), 0x001); /* never XD */
    map(0xFFFFFFFFFFFFE000, 0, PG_PT, PTE_RW | PTE_US);
    CHECK(entry_of(top, PG_PD), 0x007); /* widened, and the neighbour keeps its rights */
    CHECK(entry_of(top, PG_PML4), 0x007);
    CHECK(walk(top).rights.write || walk(top).rights.user || walk(top).rights.execute, false);
    CHECK(walk(0xFFFFFFFFFFFFE000).rights.execute, true);
    map(0x40000000, 0x1C0000000, PG_PDPT, PTE_PAT | PTE_RW | PTE_D | PTE_A);
    CHECK(entry_of(0x40000000, PG_PDPT), 0x1C00010E3);
    map(0x200000, 0x400000, PG_PD, PTE_PWT | PTE_PCD | PTE_G);
    CHECK(entry_of(0x200000, PG_PD), 0x400199);
    map(0x00007FFFFFFFF000, 0x1000, PG_PT, 0);
    CHECK(walk(0x00007FFFFFFFFFFF).pa.value, 0x1FFF);
    CHECK(walk(0x0000800000000000).end, PG_END_NONCANONICAL);
    CHECK(walk(0xFFFF7FFFFFFFFFFF).steps, 0);
    machine_end(&machine);
}

/* Takes an XD that somebody else put into an upper entry out of the way. */
static void widen_foreign(void)
{
    begin(&pg_geometry_4);
    map(0, 0, PG_PT, PTE_XD);
    uint64_t pml4e = machine_peek(&machine, ROOT, 8);
    machine_poke(&machine, ROOT, 8, pml4e | PTE_XD | PTE_AVL | PTE_PCD);
    CHECK(walk(0).rights.execute, false);
    map(0x1000, 0x1000, PG_PT, PTE_XD | PTE_RW);
    CHECK(machine_peek(&machine, ROOT, 8), pml4e | PTE_XD | PTE_AVL | PTE_PCD | PTE_RW);
    map(0x2000, 0x2000, PG_PT, 0);
    CHECK(machine_peek(&machine, ROOT, 8), pml4e | PTE_AVL | PTE_PCD | PTE_RW);
    CHECK(walk(0x2000).rights.execute, true);
    machine_end(&machine);
}

/* A hole is an entry with P clear, but a table goes only when it is all zeros. */
static void keep_slots(void)
{
    begin(&pg_geometry_4);
    map(0x3000, 0, PG_PT, 0);
    uint64_t pte = walk(0x3000).step[3].at.value;
    machine_poke(&machine, pte + 8, 8, 0xABCDE00); /* a swap slot, say */
    CHECK(settled(pg_unmap(&space, (va_t){ 0x3000 }, PG_PT)), PG_OK);
    CHECK(machine.in_use, 4);
    map(0x4000, 0x7000, PG_PT, 0);
    CHECK(machine_peek(&machine, pte + 8, 8), 0x7001);
    CHECK(settled(pg_unmap(&space, (va_t){ 0x4000 }, PG_PT)), PG_OK);
    CHECK(machine.in_use, 1);
    machine_end(&machine);
}

static void split_4_levels(void)
{
    begin(&pg_geometry_4);
    map(0x40000000, 0x1C0000000, PG_PDPT, PTE_PAT | PTE_RW | PTE_US | PTE_XD | PTE_G | PTE_D);
    struct pg_change change = pg_split(&space, (va_t){ 0x7FFFFFFF });
    CHECK(change.first.value, 0x40000000); /* INVLPG drops the large page, wherever in it */
    CHECK(change.pages, 1);
    CHECK(settled(change), PG_OK);
    CHECK(entry_of(0x40000000, PG_PDPT), 0x007);
    for (uint64_t i = 0; i < 512; i++)
        CHECK(entry_of(0x40000000 + i * 0x200000, PG_PD), 0x80000001C00011C7 + i * 0x200000);
    CHECK(settled(pg_split(&space, (va_t){ 0x7FFFF123 })), PG_OK);
    for (uint64_t i = 0; i < 512; i++)
        CHECK(entry_of(0x7FE00000 + i * 0x1000, PG_PT), 0x80000001FFE001C7 + i * 0x1000);
    CHECK(entry_of(0x40000000, PG_PD), 0x80000001C00011C7);
    CHECK(settled(pg_split(&space, (va_t){ 0x7FFFF123 })), PG_NOT_LARGE);
    CHECK(settled(pg_split(&space, (va_t){ 0x80000000 })), PG_NOT_MAPPED);
    machine_end(&machine);
}

static void split_32_bit(void)
{
    begin(&pg_geometry_32);
    map(0xFFC00000, 0xFFC00000, PG_PD, PTE_RW | PTE_AVL | PTE_PCD);
    CHECK(settled(pg_split(&space, (va_t){ 0xFFFFFFFF })), PG_OK);
    CHECK(entry_of(0xFFC00000, PG_PD), 0x003);
    for (uint64_t i = 0; i < 1024; i++)
        CHECK(entry_of(0xFFC00000 + i * 0x1000, PG_PT), 0xFFC00E13 + i * 0x1000);
    CHECK(machine.in_use, 2);
    machine_end(&machine);
}

static enum pg_result range(uint64_t va, uint64_t pa, uint64_t bytes, uint64_t flags)
{
    check_about(space.geometry->name, va);
    return settled(pg_map_range(&space, (va_t){ va }, (pa_t){ pa }, bytes, flags));
}

/* 4 KiB, 2 MiB, 1 GiB, 2 MiB, 4 KiB: each size where it fits first, and not one table more. */
static void range_of_every_size(void)
{
    const uint64_t va = 0x3FDFF000, pa = 0x13FDFF000, end = 0x80201000;
    begin(&pg_geometry_4);
    CHECK(range(va, pa, end - va, PTE_RW | PTE_PAT | PTE_G | PTE_XD), PG_OK);
    CHECK(machine.in_use, 1 + 1 + 2 + 2);
    CHECK(walk(va - 1).end, PG_END_NOT_PRESENT);
    CHECK(walk(end).end, PG_END_NOT_PRESENT);
    CHECK(entry_of(va, PG_PT), 0x800000013FDFF183);
    CHECK(entry_of(0x3FE00000, PG_PD), 0x800000013FE01183);
    CHECK(entry_of(0x40000000, PG_PDPT), 0x8000000140001183);
    CHECK(entry_of(0x80000000, PG_PD), 0x8000000180001183);
    CHECK(entry_of(0x80200000, PG_PT), 0x8000000180200183);
    CHECK(entry_of(0x80200000, PG_PD), 0x003);
    uint64_t before = machine_digest(&machine);
    CHECK(range(0x80000000 - PAGE_SIZE, 0, PAGE_SIZE * 2, 0), PG_LARGE_IN_PATH);
    CHECK(range(end - PAGE_SIZE * 2, 0, PAGE_SIZE * 2, 0), PG_LARGE_IN_PATH);
    CHECK(range(end - PAGE_SIZE, 0, PAGE_SIZE * 2, 0), PG_ALREADY_MAPPED);
    CHECK(range(va - PAGE_SIZE * 20, 0, PAGE_SIZE * 30, 0), PG_ALREADY_MAPPED);
    CHECK(machine_digest(&machine) == before, true);
    machine_end(&machine);
}

/* A table that is there already is filled, not replaced; the page next to it stays. */
static void range_around_a_table(void)
{
    begin(&pg_geometry_pae);
    map(0x00402000, 0x7000, PG_PT, PTE_US);
    CHECK(range(0x00200000, 0x00200000, 0x00202000, PTE_RW), PG_OK);
    CHECK(entry_of(0x00200000, PG_PD), 0x00200083);
    CHECK(entry_of(0x00401000, PG_PT), 0x00401003);
    CHECK(entry_of(0x00402000, PG_PT), 0x7005);
    CHECK(entry_of(0x00403000, PG_PT), 0);
    CHECK(range(0x00403000, 0x00403000, 0x003FD000, PTE_RW), PG_OK);
    CHECK(entry_of(0x00600000, PG_PD), 0x00600083);
    CHECK(machine.in_use, 3);
    CHECK(range(0, 0, 0x00200000, 0), PG_OK);
    CHECK(machine.in_use, 3);
    machine_end(&machine);
}

/* Somebody else's table, with nothing in it, in the middle of a run of large pages. */
static void range_over_an_empty_table(void)
{
    begin(&pg_geometry_4);
    map(0x600000, 0x7000, PG_PT, PTE_RW);
    struct pg_walk found = walk(0x600000);
    machine_poke(&machine, found.step[3].at.value, 8, 0);
    CHECK(range(0x200000, 0x40200000, 0x800000, PTE_RW), PG_OK);
    CHECK(walk(0x400000).span_bytes, 0x200000);
    CHECK(walk(0x600000).span_bytes, 0x1000);
    CHECK(walk(0x7FFFFF).pa.value, 0x407FFFFF);
    CHECK(walk(0x800000).span_bytes, 0x200000);
    machine_end(&machine);
}

/* What a visit saw: how many, and the first address of the last. */
struct visited {
    unsigned count;
    uint64_t last;
};

static bool note(void *context, va_t va, const struct pg_walk *found)
{
    struct visited *visited = context;
    (void)found;
    visited->count++;
    visited->last = va.value;
    return true;
}

/* A visit that begins in the middle of a large page begins with that page, and ends in time. */
static void visit_from_the_middle(void)
{
    struct visited visited = { 0 };
    begin(&pg_geometry_4);
    CHECK(range(0x200000, 0x200000, 0x201000, PTE_RW), PG_OK);
    map(0x403000, 0x403000, PG_PT, 0);
    CHECK(pg_for_each(&space, (va_t){ 0x3FF000 }, 0x2000, note, &visited), PG_OK);
    CHECK(visited.count, 2);
    CHECK(visited.last, 0x400000);
    machine_end(&machine);
}

/* The upper bits of a 4 MiB frame do not count on from the lower ones. */
static void range_across_4_gib(void)
{
    begin(&pg_geometry_32);
    CHECK(range(0x10000000, 0xFFC00000, 0x00C00000, 0), PG_OK);
    CHECK(entry_of(0x10000000, PG_PD), 0xFFC00081);
    CHECK(entry_of(0x10400000, PG_PD), 0x00002081);
    CHECK(entry_of(0x10800000, PG_PD), 0x00402081);
    CHECK(range(0x20000000, 0xFFC00000, 0x00401000, 0), PG_BAD_ADDRESS);
    CHECK(range(0x20001000, 0xFFC01000, 0x00800000, 0), PG_BAD_ADDRESS);
    CHECK(machine.in_use, 1);
    CHECK(range(0xFFC00000, 0, 0x00400000, PTE_RW), PG_OK); /* up to the last byte */
    CHECK(walk(0xFFFFFFFF).pa.value, 0x3FFFFF);
    machine_end(&machine);
}

static void join_back(void)
{
    begin(&pg_geometry_4);
    map(0x40000000, 0x1C0000000, PG_PDPT, PTE_PAT | PTE_RW | PTE_US | PTE_XD | PTE_G);
    uint64_t before = machine_digest(&machine);
    CHECK(settled(pg_split(&space, (va_t){ 0x40000000 })), PG_OK);
    uint64_t split = machine_digest(&machine);
    CHECK(settled(pg_split(&space, (va_t){ 0x40200000 })), PG_OK);
    CHECK(settled(pg_join(&space, (va_t){ 0x40000000 }, PG_PDPT)), PG_TABLE_IN_PATH);
    CHECK(settled(pg_join(&space, (va_t){ 0x40345678 }, PG_PD)), PG_OK);
    CHECK(machine_digest(&machine) == split, true);
    CHECK(settled(pg_join(&space, (va_t){ 0x7FFFFFFF }, PG_PDPT)), PG_OK);
    CHECK(machine_digest(&machine) == before, true);
    CHECK(settled(pg_join(&space, (va_t){ 0x40000000 }, PG_PDPT)), PG_ALREADY_MAPPED);
    CHECK(settled(pg_join(&space, (va_t){ 0x40000000 }, PG_PD)), PG_LARGE_IN_PATH);
    machine_end(&machine);
}

/* A table's entry that withheld rights hands that down; A and D come from any of the pages. */
static void join_with_rights(void)
{
    begin(&pg_geometry_4);
    CHECK(range(0x200000, 0x400000, 0x1FF000, PTE_RW | PTE_US | PTE_A), PG_OK);
    CHECK(settled(pg_join(&space, (va_t){ 0x200000 }, PG_PD)), PG_NOT_MAPPED);
    map(0x3FF000, 0x5FF000, PG_PT, PTE_RW | PTE_US | PTE_D);
    uint64_t at = walk(0x200000).step[2].at.value, pde = machine_peek(&machine, at, 8);
    machine_poke(&machine, at, 8, (pde & ~(PTE_RW | PTE_US)) | PTE_XD);
    CHECK(settled(pg_join(&space, (va_t){ 0x200000 }, PG_PD)), PG_OK);
    CHECK(entry_of(0x200000, PG_PD), 0x80000000004000E1);
    CHECK(range(0x400000, 0x401000, 0x200000, PTE_RW), PG_OK);
    CHECK(settled(pg_join(&space, (va_t){ 0x400000 }, PG_PD)), PG_NOT_ALIKE);
    CHECK(settled(pg_join(&space, (va_t){ 0x800000 }, PG_PD)), PG_NOT_MAPPED);
    CHECK(settled(pg_join(&space, (va_t){ 0x800000 }, PG_PT)), PG_BAD_LEVEL);
    machine_end(&machine);
}

static void protect_pages(void)
{
    begin(&pg_geometry_4);
    CHECK(range(0x1FF000, 0x1FF000, 0x202000, PTE_PAT | PTE_A), PG_OK);
    CHECK(entry_of(0x200000, PG_PDPT), 0x001);
    CHECK(settled(pg_protect(&space, (va_t){ 0x1FF000 }, 0x201000, PTE_RW | PTE_XD)), PG_OK);
    CHECK(entry_of(0x1FF000, PG_PT), 0x80000000001FF023);
    CHECK(entry_of(0x200000, PG_PD), 0x80000000002000A3);
    CHECK(entry_of(0x400000, PG_PT), 0x4000A1);
    CHECK(entry_of(0x200000, PG_PDPT), 0x003); /* widened */
    struct pg_change change = pg_protect(&space, (va_t){ 0x1FF000 }, 0x201000, PTE_US);
    CHECK(change.pages << change.page_shift, 0x201000);
    CHECK(settled(change), PG_OK);
    CHECK(settled(pg_protect(&space, (va_t){ 0x200000 }, 0x1FF000, 0)), PG_LARGE_IN_PATH);
    CHECK(settled(pg_protect(&space, (va_t){ 0x201000 }, 0x1FF000, 0)), PG_LARGE_IN_PATH);
    CHECK(settled(pg_protect(&space, (va_t){ 0x400000 }, 0x2000, 0)), PG_NOT_MAPPED);
    machine_end(&machine);
}

int main(void)
{
    check_begin("bits");
    pages_of_32_bit();
    pages_of_pae();
    pages_of_4_levels();
    widen_foreign();
    keep_slots();
    split_4_levels();
    split_32_bit();
    range_of_every_size();
    range_around_a_table();
    range_over_an_empty_table();
    visit_from_the_middle();
    range_across_4_gib();
    join_back();
    join_with_rights();
    protect_pages();
    return check_end();
}
