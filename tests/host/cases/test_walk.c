/*
 * The walker against the manual, in every mode, over tables of random entries: plausible ones
 * for the most part, with now and then a bit where none should be. The same source compiled
 * for one mode (special.h) must give the same value, to the last step, and the same verdict on an
 * access.
 */
#include "check.h"
#include "machine.h"
#include "oracle.h"
#include "special.h"
#include "walk.h"

/* The pool lies across 4 GiB in the modes whose frames may, so that a cut address shows. */
enum { POOL_FRAMES = 48, FLAT_FRAMES = 1024, LOW_BASE = 0x00300000 };
static const uint64_t across_4g = UINT64_C(0x100000000) - 16 * PAGE_SIZE;

struct mode {
    const struct pg_geometry *geometry;
    struct truth (*oracle)(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);
    const struct special *special;
    unsigned rounds;
};

static const struct mode modes[] = {
    { &pg_geometry_flat, oracle_flat, &special_flat, 4 },
    { &pg_geometry_32, oracle_32, &special_32, 150 },
    { &pg_geometry_pae, oracle_pae, &special_pae, 200 },
    { &pg_geometry_4, oracle_4, &special_4, 200 },
    { &pg_geometry_5, oracle_5, &special_5, 200 },
};

static uint64_t random_entry(const struct machine *machine, unsigned bytes)
{
    uint64_t entry = random_bits() & 0xF7E; /* every flag but P and PS */
    if (random_chance(50))
        entry |= 0x6;
    if (random_chance(30)) /* as PAE's PDPTEs have it */
        entry &= ~UINT64_C(0x1E6);
    entry |= random_chance(92) ? 0x1 : 0;
    entry |= random_chance(15) ? 0x80 : 0;
    entry |= random_chance(30) ? UINT64_C(1) << 63 : 0;
    if (random_chance(10)) /* a page may lie anywhere, and a table where no memory is */
        entry |= random_bits() & 0xFFFFFF000;
    else if (entry & 0x80 && random_chance(80))
        entry |= random_bits() & 0xFFFE01000;
    else
        entry |= machine->base + random_below(machine->frames) * PAGE_SIZE;
    if (random_chance(6))
        entry |= UINT64_C(1) << random_below(64);
    return bytes == 4 ? entry & 0xFFFFFFFF : entry;
}

static struct pg_features random_features(void)
{
    static const uint8_t widths[] = { 36, 36, 39, 40, 46, 52 };
    return (struct pg_features){
        .maxphyaddr = widths[random_below(sizeof widths)],
        .pse = random_chance(70),
        .pse36 = random_chance(50),
        .nxe = random_chance(70),
        .pages_1g = random_chance(70),
    };
}

static uint64_t random_address(const struct pg_geometry *geometry)
{
    static const uint64_t edges[] = { 0,
                                      0xFFF,
                                      0xFFFFF000,
                                      0xFFFFFFFF,
                                      0x100000000,
                                      0x00007FFFFFFFFFFF,
                                      0x0000800000000000,
                                      0xFFFF7FFFFFFFFFFF,
                                      0xFFFF800000000000,
                                      0x00FFFFFFFFFFFFFF,
                                      0x0100000000000000,
                                      0xFEFFFFFFFFFFFFFF,
                                      0xFF00000000000000,
                                      UINT64_MAX };
    if (random_chance(5))
        return edges[random_below(sizeof edges / sizeof *edges)];
    if (random_chance(2))
        return random_bits();
    if (geometry->va_bits == 32)
        return random_bits() & 0xFFFFFFFF;
    uint64_t low = random_bits() >> (65 - geometry->va_bits);
    return random_chance(50) ? low : ~low;
}

static void compare(const struct pg_walk *walk, const struct truth *truth)
{
    static const enum pg_end ends[] = {
        [V_MAPPED] = PG_END_MAPPED,     [V_ABSENT] = PG_END_NOT_PRESENT,
        [V_RESERVED] = PG_END_RESERVED, [V_NO_ADDRESS] = PG_END_NONCANONICAL,
        [V_NO_MEMORY] = PG_END_OUTSIDE,
    };
    CHECK(walk->end, ends[truth->verdict]);
    CHECK(walk->span_bytes, truth->size);
    if (CHECK(walk->steps, truth->reads))
        for (unsigned i = 0; i < truth->reads; i++)
            CHECK(walk->step[i].at.value, truth->at[i]);
    CHECK(walk->reserved != 0, truth->verdict == V_RESERVED);
    if (truth->verdict != V_MAPPED)
        return;
    CHECK(walk->pa.value, truth->pa);
    CHECK(walk->rights.write, truth->w);
    CHECK(walk->rights.user, truth->u);
    CHECK(walk->rights.execute, truth->x);
}

static void compare_values(const struct pg_walk *walk, const struct pg_walk *other)
{
    CHECK(other->end, walk->end);
    CHECK(other->steps, walk->steps);
    CHECK(other->level, walk->level);
    CHECK(other->reserved, walk->reserved);
    for (unsigned i = 0; i < walk->steps; i++)
        CHECK(other->step[i].entry, walk->step[i].entry);
    if (walk->end == PG_END_MAPPED)
        CHECK(other->pa.value, walk->pa.value);
}

/* Any access under any control bits, judged by both. */
static void compare_access(const struct mode *mode, const struct pg_space *space, uint64_t va)
{
    uint64_t bits = random_bits();
    struct pg_control control = { bits & 1, bits & 2, bits & 4, bits & 8, (uint32_t)(bits >> 32) };
    struct pg_access access = { (enum pg_kind)random_below(PG_FETCH + 1), bits & 16, bits & 32,
                                bits & 64, bits & 128 };
    struct pg_outcome one = pg_access(space, &control, (va_t){ va }, access);
    struct pg_outcome other = mode->special->access(space, &control, va, access);
    CHECK(other.verdict, one.verdict);
    CHECK(other.vector, one.vector);
    CHECK(other.error, one.error);
    for (unsigned i = 0; i < one.walk.steps; i++)
        CHECK(other.marks[i], one.marks[i]);
}

static enum verdict walk_once(const struct mode *mode, const struct machine *machine,
                              const struct pg_space *space, const struct cpu *cpu)
{
    uint64_t va = random_address(mode->geometry);
    check_about(mode->geometry->name, va);
    struct truth truth = mode->oracle(machine, cpu, space->root.value, va);
    struct pg_walk walk = pg_walk(space, (va_t){ va });
    compare(&walk, &truth);
    for (unsigned i = 0; i < walk.steps; i++) {
        CHECK(walk.step[i].level, mode->geometry->levels - i);
        CHECK((walk.step[i].at.value & 0xFFF) / mode->geometry->entry_bytes,
              walk.step[i].index % (0x1000U / mode->geometry->entry_bytes));
    }
    pa_t pa = { 0x5A5A };
    CHECK(pg_translate(space, (va_t){ va }, &pa), truth.verdict == V_MAPPED);
    CHECK(pa.value, truth.verdict == V_MAPPED ? truth.pa : 0x5A5A);
    if ((va >> 32 == 0 || mode->geometry->va_bits > 32) && !space->features.pse36) {
        struct pg_walk special = mode->special->walk(space, va);
        compare_values(&walk, &special);
        compare_access(mode, space, va);
    }
    return truth.verdict;
}

/* Random tables prove little if no walk gets far: each mode must have met each end. */
static void check_variety(const struct mode *mode, const unsigned *met)
{
    bool flat = mode->geometry == &pg_geometry_flat;
    check_about(mode->geometry->name, 0);
    CHECK(met[V_MAPPED] > 50, true);
    CHECK(met[V_ABSENT] > 20, true);
    CHECK(met[V_NO_ADDRESS] > 5, true);
    CHECK(met[V_RESERVED] > 50, !flat);
    CHECK(met[V_NO_MEMORY] > 50, !flat);
}

static void walk_mode(const struct mode *mode)
{
    const struct pg_geometry *geometry = mode->geometry;
    bool flat = geometry == &pg_geometry_flat;
    unsigned met[V_NO_MEMORY + 1] = { 0 };
    struct machine machine;
    machine_begin(&machine, geometry->entry_bytes == 4 ? LOW_BASE : across_4g,
                  flat ? FLAT_FRAMES : POOL_FRAMES);
    struct pg_space space = machine_space(&machine, geometry, (struct pg_features){ .pse = false },
                                          0, flat ? FLAT_FRAMES : 1);
    for (unsigned round = 0; round < mode->rounds; round++) {
        uint64_t end = machine.base + machine.frames * PAGE_SIZE;
        for (uint64_t at = machine.base; at < end; at += geometry->entry_bytes)
            machine_poke(&machine, at, geometry->entry_bytes,
                         random_entry(&machine, geometry->entry_bytes));
        space.features = random_features();
        struct cpu cpu = { space.features.maxphyaddr, space.features.pse, space.features.pse36,
                           space.features.nxe, space.features.pages_1g };
        uint64_t root = space.root.value;
        space.root.value |= random_bits() & 0x18; /* CR3's own flags */
        for (unsigned i = 0; i < 200; i++)
            met[walk_once(mode, &machine, &space, &cpu)]++;
        space.root.value = root;
    }
    check_variety(mode, met);
    machine_end(&machine);
}

int main(void)
{
    check_begin("walk");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        walk_mode(&modes[i]);
    return check_end();
}
