/*
 * What may go wrong leaves no trace: every refusal, an allocation that fails at each possible
 * point, and an allocator that hands out nonsense. The frames in use and their bytes must be
 * what they were before the call.
 */
#include "check.h"
#include "machine.h"
#include "map.h"

enum { FRAMES = 24, BASE = 0x00300000 };

struct mode {
    const struct pg_geometry *geometry;
    struct pg_features features;
    unsigned top_level;
    uint64_t neighbour; /* in the space, far from address 0 at every level */
};

static const struct mode modes[] = {
    { &pg_geometry_32, { .maxphyaddr = 36, .pse = true, .pse36 = true }, 2, 0xC0000000 },
    { &pg_geometry_pae, { .maxphyaddr = 36, .nxe = true }, 2, 0xC0000000 },
    { &pg_geometry_4, { .maxphyaddr = 40, .nxe = true, .pages_1g = true }, 3, UINT64_MAX << 30 },
    { &pg_geometry_5, { .maxphyaddr = 40, .nxe = true, .pages_1g = true }, 3, UINT64_MAX << 30 },
};

static struct machine machine;
static struct pg_space space;

static void begin(const struct mode *mode)
{
    machine_begin(&machine, BASE, FRAMES);
    space = machine_space(&machine, mode->geometry, mode->features, 0, 1);
    check_about(mode->geometry->name, 0);
    CHECK(settled(pg_map(&space, (va_t){ mode->neighbour }, (pa_t){ 0x5000 }, PG_PT, 0)), PG_OK);
}

static void expect_map(enum pg_result expected, uint64_t va, uint64_t pa, unsigned level,
                       uint64_t flags)
{
    uint64_t before = machine_digest(&machine);
    check_about(space.geometry->name, va);
    CHECK(settled(pg_map(&space, (va_t){ va }, (pa_t){ pa }, level, flags)), expected);
    CHECK(machine_digest(&machine) == before, true);
}

static void expect_unmap(enum pg_result expected, uint64_t va, unsigned level)
{
    uint64_t before = machine_digest(&machine);
    check_about(space.geometry->name, va);
    CHECK(settled(pg_unmap(&space, (va_t){ va }, level)), expected);
    CHECK(machine_digest(&machine) == before, true);
}

/* A page that needs n tables: with k < n frames to be had, nothing happens. */
static void fail_each_allocation(const struct mode *mode, unsigned level)
{
    begin(mode);
    int needed = (int)(mode->geometry->levels - level);
    for (int given = 0; given < needed; given++) {
        machine.fail_after = given;
        expect_map(PG_OUT_OF_FRAMES, 0, 0, level, PTE_RW | PTE_US);
    }
    machine.fail_after = needed;
    uint32_t before = machine.in_use;
    CHECK(settled(pg_map(&space, (va_t){ 0 }, (pa_t){ 0 }, level, PTE_RW | PTE_US)), PG_OK);
    CHECK(machine.in_use - before, (uint64_t)needed);
    if (level > PG_PT) {
        uint64_t digest = machine_digest(&machine);
        CHECK(settled(pg_split(&space, (va_t){ 0xFFF })), PG_OUT_OF_FRAMES);
        CHECK(machine_digest(&machine) == digest, true);
    }
    machine_end(&machine);
}

/* The result of anything, which must have left frames and bytes as they were. */
#define EXPECT(expected, change)                            \
    do {                                                    \
        uint64_t before_it = machine_digest(&machine);      \
        CHECK(settled(change), expected);                   \
        CHECK(machine_digest(&machine) == before_it, true); \
    } while (0)

static struct pg_change range(uint64_t va, uint64_t pa, uint64_t bytes, uint64_t flags)
{
    return pg_map_range(&space, (va_t){ va }, (pa_t){ pa }, bytes, flags);
}

/* A range from one page before a table's end to one page behind its next: all tables of it. */
static void fail_each_of_a_range(const struct mode *mode)
{
    begin(mode);
    uint64_t span = UINT64_C(1) << mode->geometry->level[PG_PD].shift;
    uint64_t va = span - PAGE_SIZE, bytes = span + 2 * PAGE_SIZE;
    int needed = (int)mode->geometry->levels - 2 + 3;
    for (int given = 0; given < needed; given++) {
        machine.fail_after = given;
        EXPECT(PG_OUT_OF_FRAMES, range(va, 0, bytes, PTE_RW | PTE_US));
    }
    machine.fail_after = needed;
    uint32_t before = machine.in_use;
    CHECK(settled(range(va, 0, bytes, PTE_RW | PTE_US)), PG_OK);
    CHECK(machine.in_use - before, (uint64_t)needed);
    machine_end(&machine);
}

static void refuse_ranges(const struct mode *mode)
{
    const uint64_t half = UINT64_C(1) << (mode->geometry->va_bits - mode->geometry->sign_extended);
    const uint64_t wide = UINT64_C(1) << mode->features.maxphyaddr;
    begin(mode);
    EXPECT(PG_BAD_RANGE, range(0, 0, 0, 0));
    EXPECT(PG_UNALIGNED, range(0, 0, 1, 0));
    EXPECT(PG_UNALIGNED, range(1, 0, PAGE_SIZE, 0));
    EXPECT(PG_UNALIGNED, range(0, 8, PAGE_SIZE, 0));
    EXPECT(PG_NONCANONICAL, range(half, 0, PAGE_SIZE, 0));
    EXPECT(PG_BAD_RANGE, range(half - PAGE_SIZE, 0, 2 * PAGE_SIZE, 0));
    EXPECT(PG_BAD_RANGE, range(0, 0, half + PAGE_SIZE, 0));
    EXPECT(PG_BAD_RANGE, range(0, 0, 0 - PAGE_SIZE, 0));
    EXPECT(PG_BAD_ADDRESS, range(0, wide, PAGE_SIZE, 0));
    EXPECT(PG_BAD_ADDRESS, range(0, wide - PAGE_SIZE, 2 * PAGE_SIZE, 0));
    EXPECT(PG_BAD_ADDRESS, range(0, 0 - PAGE_SIZE, 2 * PAGE_SIZE, 0));
    EXPECT(PG_BAD_FLAGS, range(0, 0, PAGE_SIZE, BIT(12)));
    EXPECT(PG_BAD_FLAGS, range(0, 0, PAGE_SIZE, BIT(51)));
    EXPECT(PG_OUT_OF_FRAMES, range(PAGE_SIZE, 0, BIT(28), 0));
    if (mode->geometry->sign_extended) {
        EXPECT(PG_BAD_RANGE, range(0 - PAGE_SIZE, 0, 2 * PAGE_SIZE, 0));
        EXPECT(PG_BAD_ADDRESS, range(0, 0, half, 0));
    }
    EXPECT(PG_UNALIGNED, pg_protect(&space, (va_t){ 1 }, PAGE_SIZE, 0));
    EXPECT(PG_UNALIGNED, pg_protect(&space, (va_t){ 0 }, PAGE_SIZE + 1, 0));
    EXPECT(PG_BAD_RANGE, pg_protect(&space, (va_t){ 0 }, 0, 0));
    EXPECT(PG_NONCANONICAL, pg_protect(&space, (va_t){ half }, PAGE_SIZE, 0));
    EXPECT(PG_BAD_FLAGS, pg_protect(&space, (va_t){ mode->neighbour }, PAGE_SIZE, BIT(12)));
    EXPECT(PG_NONCANONICAL, pg_join(&space, (va_t){ half }, PG_PD));
    EXPECT(PG_BAD_LEVEL, pg_join(&space, (va_t){ 0 }, mode->top_level + 1));
    CHECK(pg_for_each(&space, (va_t){ 0 }, 0, NULL, NULL), PG_BAD_RANGE);
    CHECK(pg_for_each(&space, (va_t){ 8 }, PAGE_SIZE, NULL, NULL), PG_UNALIGNED);
    CHECK(pg_for_each(&space, (va_t){ half }, PAGE_SIZE, NULL, NULL), PG_NONCANONICAL);
    machine_end(&machine);
}

static bool stop(void *context, va_t va, const struct pg_walk *walk)
{
    (void)va, (void)walk;
    return --*(int *)context > 0;
}

/* A root that names itself, and, where there are levels enough, a table that names the root. */
static void refuse_cycles(const struct mode *mode)
{
    const unsigned bytes = mode->geometry->entry_bytes;
    for (unsigned loop = 1; loop < mode->geometry->levels; loop++) {
        begin(mode);
        CHECK(settled(pg_map(&space, (va_t){ 0 }, (pa_t){ 0 }, PG_PT, PTE_RW)), PG_OK);
        struct pg_walk walk = pg_walk(&space, (va_t){ 0 });
        machine_poke(&machine, walk.step[loop - 1].at.value, bytes, space.root.value | 1);
        EXPECT(PG_CYCLIC, pg_map(&space, (va_t){ 0 }, (pa_t){ 0 }, PG_PT, 0));
        EXPECT(PG_CYCLIC, pg_map(&space, (va_t){ PAGE_SIZE }, (pa_t){ 0 }, PG_PT, 0));
        EXPECT(PG_CYCLIC, pg_unmap(&space, (va_t){ 0 }, PG_PT));
        EXPECT(PG_CYCLIC, range(PAGE_SIZE, 0, PAGE_SIZE, 0));
        EXPECT(PG_CYCLIC, pg_protect(&space, (va_t){ 0 }, PAGE_SIZE, 0));
        EXPECT(PG_CYCLIC, pg_split(&space, (va_t){ 0 }));
        EXPECT(PG_CYCLIC, pg_join(&space, (va_t){ 0 }, PG_PD));
        int visits = 3;
        CHECK(pg_for_each(&space, (va_t){ 0 }, BIT(30), stop, &visits), PG_CYCLIC);
        machine_end(&machine);
    }
}

/* What stands in the way of a join: an entry beyond memory, a reserved bit. */
static void refuse_joins(void)
{
    begin(&modes[2]);
    CHECK(settled(range(PAGE_SIZE, PAGE_SIZE, BIT(21), PTE_RW)), PG_OK);
    CHECK(settled(pg_map(&space, (va_t){ 0 }, (pa_t){ 0 }, PG_PT, PTE_RW)), PG_OK);
    struct pg_walk walk = pg_walk(&space, (va_t){ 0 });
    uint64_t at = walk.step[3].at.value + 8, pte = machine_peek(&machine, at, 8);
    machine_poke(&machine, at, 8, pte | BIT(51));
    EXPECT(PG_RESERVED_BITS, pg_join(&space, (va_t){ 0 }, PG_PD));
    machine_poke(&machine, at, 8, pte);
    machine_poke(&machine, walk.step[2].at.value, 8, (BASE + FRAMES * PAGE_SIZE) | PTE_P);
    EXPECT(PG_OUTSIDE, pg_join(&space, (va_t){ 0 }, PG_PD));
    machine_poke(&machine, walk.step[2].at.value, 8, walk.step[2].entry);
    CHECK(settled(pg_join(&space, (va_t){ 0 }, PG_PD)), PG_OK);
    machine_end(&machine);
}

static void give_strange_frames(const struct mode *mode)
{
    bool wide = mode->geometry->entry_bytes == 8;
    const uint64_t strange[] = { BASE + 0x5008, BASE + FRAMES * PAGE_SIZE, BASE - PAGE_SIZE,
                                 UINT64_C(1) << (wide ? mode->features.maxphyaddr : 32),
                                 UINT64_C(1) << 52 };
    begin(mode);
    machine.strange = true;
    for (unsigned i = 0; i < sizeof strange / sizeof *strange; i++) {
        machine.strange_frame.value = strange[i];
        expect_map(PG_BAD_FRAME, 0, 0, PG_PT, PTE_RW);
        CHECK(machine.strange_out, 0);
    }
    machine_end(&machine);
}

/* There is memory above MAXPHYADDR, but an entry cannot name it. */
static void give_high_frame(void)
{
    const uint64_t limit = UINT64_C(1) << modes[2].features.maxphyaddr;
    machine_begin(&machine, limit - 8 * PAGE_SIZE, FRAMES);
    space = machine_space(&machine, modes[2].geometry, modes[2].features, 0, 1);
    machine.strange = true;
    machine.strange_frame.value = limit;
    expect_map(PG_BAD_FRAME, 0, 0, PG_PDPT, PTE_RW);
    CHECK(machine.strange_out, 0);
    machine_end(&machine);
}

static void refuse_arguments(const struct mode *mode)
{
    const struct pg_geometry *geometry = mode->geometry;
    bool wide = geometry->entry_bytes == 8;
    begin(mode);
    expect_map(PG_BAD_LEVEL, 0, 0, 0, 0);
    expect_map(PG_BAD_LEVEL, 0, 0, mode->top_level + 1, 0);
    expect_map(PG_BAD_LEVEL, 0, 0, geometry->levels + 1U, 0);
    expect_unmap(PG_BAD_LEVEL, 0, mode->top_level + 1);
    for (unsigned level = PG_PT; level <= mode->top_level; level++) {
        uint64_t size = UINT64_C(1) << geometry->level[level].shift;
        expect_map(PG_UNALIGNED, size / 2, 0, level, 0);
        expect_map(PG_UNALIGNED, 0, size / 2, level, 0);
        expect_map(PG_UNALIGNED, 1, 0, level, 0);
        expect_map(PG_NONCANONICAL, UINT64_C(1) << (geometry->va_bits - geometry->sign_extended), 0,
                   level, 0);
        expect_map(PG_NONCANONICAL, UINT64_C(1) << 63, 0, level, 0);
        expect_map(PG_BAD_ADDRESS, 0, UINT64_C(1) << mode->features.maxphyaddr, level, 0);
        expect_map(PG_BAD_ADDRESS, 0, UINT64_C(1) << 63, level, 0);
        expect_map(PG_BAD_FLAGS, 0, 0, level, BIT(12));
        expect_map(PG_BAD_FLAGS, 0, 0, level, BIT(51));
        if (!wide || geometry == &pg_geometry_pae)
            expect_map(PG_BAD_FLAGS, 0, 0, level, BIT(52));
        expect_unmap(PG_UNALIGNED, 8, level);
        expect_unmap(PG_NOT_MAPPED, 0, level);
        expect_unmap(PG_NONCANONICAL, UINT64_C(1) << 63, level);
    }
    space.features.nxe = false;
    expect_map(PG_BAD_FLAGS, 0, 0, PG_PT, PTE_XD);
    machine_end(&machine);
}

/* Without the CPU's consent a level has no pages. */
static void refuse_levels(void)
{
    begin(&modes[0]);
    expect_map(PG_BAD_ADDRESS, 0, UINT64_C(1) << 32, PG_PT, 0);
    space.features.pse36 = false;
    expect_map(PG_BAD_ADDRESS, 0, UINT64_C(1) << 32, PG_PD, 0);
    space.features.pse = false;
    expect_map(PG_BAD_LEVEL, 0, 0, PG_PD, 0);
    machine_end(&machine);
    begin(&modes[2]);
    space.features.pages_1g = false;
    expect_map(PG_BAD_LEVEL, 0, 0, PG_PDPT, 0);
    machine_end(&machine);
}

/* Somebody else's tree: reserved bits, and a table where no memory is. */
static void refuse_broken_tree(const struct mode *mode)
{
    begin(mode);
    unsigned bytes = mode->geometry->entry_bytes;
    uint64_t root = space.root.value;
    uint64_t nowhere = (BASE + FRAMES * PAGE_SIZE) | PTE_P;
    uint64_t reserved = bytes == 4 ? PTE_P | PTE_PS | BIT(21) : PTE_P | BIT(51);
    machine_poke(&machine, root, bytes, nowhere);
    expect_map(PG_OUTSIDE, 0, 0, PG_PT, 0);
    expect_unmap(PG_OUTSIDE, 0, PG_PT);
    machine_poke(&machine, root, bytes, reserved);
    expect_map(PG_RESERVED_BITS, 0, 0, PG_PT, 0);
    expect_unmap(PG_RESERVED_BITS, 0, PG_PT);
    CHECK(settled(pg_split(&space, (va_t){ 0 })), PG_RESERVED_BITS);
    CHECK(settled(pg_split(&space, (va_t){ UINT64_C(1) << 63 })), PG_NONCANONICAL);
    machine_end(&machine);
}

/* The flat array has more frames than one, and here only the first of them is memory. */
static void refuse_half_a_root(void)
{
    machine_begin(&machine, BASE, 1);
    space = machine_space(&machine, &pg_geometry_flat, modes[0].features, 0, 1);
    check_about("flat", 0);
    EXPECT(PG_OUTSIDE, range(1021 * PAGE_SIZE, 0, 8 * PAGE_SIZE, 0));
    EXPECT(PG_OUTSIDE, range(1008 * PAGE_SIZE, 0, 24 * PAGE_SIZE, 0));
    CHECK(settled(range(1020 * PAGE_SIZE, 0, 4 * PAGE_SIZE, 0)), PG_OK);
    machine_end(&machine);
}

int main(void)
{
    check_begin("refuse");
    for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
        for (unsigned level = PG_PT; level <= modes[i].top_level; level++)
            fail_each_allocation(&modes[i], level);
        give_strange_frames(&modes[i]);
        refuse_arguments(&modes[i]);
        refuse_broken_tree(&modes[i]);
        fail_each_of_a_range(&modes[i]);
        refuse_ranges(&modes[i]);
        refuse_cycles(&modes[i]);
    }
    refuse_joins();
    refuse_half_a_root();
    give_high_frame();
    refuse_levels();
    return check_end();
}
