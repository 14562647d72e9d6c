/*
 * What the CPU does with an access, against the manual: every combination of the rights along
 * the path, of A and D, of the access and of the control bits, for each page size of each mode
 * (or, of the largest such spaces, an even sample); then paths with a wrong bit anywhere, on
 * CPUs of every kind.
 *
 * One frame per level holds one path. LONG=1 in the environment asks for the full counts.
 */
#include "access.h"
#include "check.h"
#include "machine.h"
#include "oracle.h"

#include <stdlib.h>

enum { BASE = 0x00300000, FRAMES = 8, SAMPLE = 700000, SAMPLE_LONG = 20000000 };
enum { WRONG = 400000, WRONG_LONG = 5000000 };

struct mode {
    const struct pg_geometry *geometry;
    struct truth (*oracle)(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);
    enum paging paging;
    unsigned largest; /* level of the largest page */
};

static const struct mode modes[] = {
    { &pg_geometry_32, oracle_32, PAGING_32, PG_PD },
    { &pg_geometry_pae, oracle_pae, PAGING_PAE, PG_PD },
    { &pg_geometry_4, oracle_4, PAGING_LONG, PG_PDPT },
    { &pg_geometry_5, oracle_5, PAGING_LONG, PG_PDPT },
};

static const struct mode *mode;
static struct machine machine;
static struct pg_space space;
static uint64_t met[PAGE_FAULT + 1][64];

static struct pg_access access_of(const struct deed *deed)
{
    enum pg_kind kind = deed->kind == 'r' ? PG_READ : deed->kind == 'w' ? PG_WRITE : PG_FETCH;
    return (struct pg_access){ kind, deed->user, deed->implicit, deed->ac, deed->stack };
}

/* The A and D bits: all that are missing, after an access; after a fault, none that may not. */
static void check_marks(const struct pg_outcome *outcome, const struct truth *truth,
                        const struct deed *deed)
{
    for (unsigned i = 0; i < truth->reads; i++) {
        bool bare = mode->paging == PAGING_PAE && i == 0;
        bool page = i + 1 == truth->reads;
        uint64_t due = bare ? 0 : page && deed->kind == 'w' ? 0x60 : 0x20;
        if (outcome->verdict == PG_FAULT)
            due = bare || (page && truth->verdict != V_MAPPED) ? 0 : 0x20;
        if (outcome->verdict == PG_UNKNOWN)
            break;
        CHECK(outcome->marks[i],
              due & ~machine_peek(&machine, truth->at[i], mode->geometry->entry_bytes));
    }
}

static void try_access(uint64_t va, const struct cpu *cpu, const struct deed *deed)
{
    space.features = (struct pg_features){ (uint8_t)cpu->maxphyaddr, cpu->pse, cpu->pse36, cpu->nxe,
                                           cpu->pages_1g };
    struct truth truth = mode->oracle(&machine, cpu, space.root.value, va);
    struct ruling ruling = oracle_access(&truth, cpu, mode->paging, deed);
    struct pg_control control = { deed->wp, deed->smep, deed->smap, deed->pke, deed->pkru };
    struct pg_outcome outcome = pg_access(&space, &control, (va_t){ va }, access_of(deed));
    if (CHECK(outcome.verdict != PG_UNKNOWN, ruling.known) && ruling.known) {
        CHECK(outcome.verdict == PG_DONE, ruling.vector == NO_EXCEPTION);
        CHECK(outcome.vector, ruling.vector);
        CHECK(outcome.error, ruling.error);
        met[ruling.vector][ruling.error]++;
        if (ruling.vector == NO_EXCEPTION) {
            CHECK(outcome.walk.pa.value, truth.pa);
            CHECK(outcome.walk.span_bytes, truth.size);
        }
    }
    check_marks(&outcome, &truth, deed);
}

/* A mixed-radix number, taken apart digit by digit. */
static uint64_t digit(uint64_t *number, uint64_t radix)
{
    uint64_t value = *number % radix;
    *number /= radix;
    return value;
}

static struct deed deed_of(uint64_t *number)
{
    struct deed deed = { .kind = "rwx"[digit(number, 3)] };
    deed.user = digit(number, 2);
    deed.wp = digit(number, 2);
    deed.smep = digit(number, 2);
    deed.smap = digit(number, 2);
    deed.ac = digit(number, 2);
    deed.pke = digit(number, 2);
    deed.pkru = (uint32_t)digit(number, 4) << 2 * 5; /* of key 5, which every page here has */
    return deed;
}
enum { DEEDS = 3 * 64 * 4 };

static uint64_t at_level(unsigned level)
{
    return machine.base + (mode->geometry->levels - level) * PAGE_SIZE;
}

static void put(unsigned level, uint64_t va, uint64_t entry)
{
    const struct pg_geometry *geometry = mode->geometry;
    uint64_t index = va >> geometry->level[level].shift & ((1U << geometry->level[level].bits) - 1);
    uint64_t mask = geometry->entry_bytes == 4 ? 0xFFFFFFFF : UINT64_MAX;
    machine_poke(&machine, at_level(level) + index * geometry->entry_bytes, geometry->entry_bytes,
                 entry & mask);
}

/* Is it PAE's PDPTE, which has neither rights nor marks? */
static bool is_bare(unsigned level)
{
    return mode->paging == PAGING_PAE && level == PG_PDPT;
}

static uint64_t frame_or_table(unsigned level, unsigned leaf)
{
    uint64_t key = mode->paging == PAGING_LONG ? UINT64_C(5) << 59 : 0;
    if (level > leaf)
        return at_level(level - 1) | 1;
    return 0x40000000 | key | (level > PG_PT ? 0x81 : 0x1);
}

/* Rights, A and D of one level, from the number. */
static uint64_t decoration(uint64_t *number, bool nxe)
{
    uint64_t entry = digit(number, 4) << 1 | digit(number, 4) << 5;
    if (mode->geometry->entry_bytes == 8 && digit(number, 2) && nxe)
        entry |= UINT64_C(1) << 63;
    return entry;
}

static void try_number(unsigned leaf, uint64_t number)
{
    const uint64_t va = 0x12345678;
    struct deed deed = deed_of(&number);
    struct cpu cpu = { .maxphyaddr = 40, .pse = true, .pages_1g = true };
    cpu.nxe = digit(&number, 2);
    for (unsigned level = leaf; level <= mode->geometry->levels; level++) {
        uint64_t entry = frame_or_table(level, leaf);
        put(level, va, is_bare(level) ? entry : entry | decoration(&number, cpu.nxe));
    }
    try_access(va, &cpu, &deed);
}

static uint64_t all_numbers(unsigned leaf)
{
    uint64_t all = DEEDS * 2;
    for (unsigned level = leaf; level <= mode->geometry->levels; level++)
        all *= is_bare(level) ? 1 : mode->geometry->entry_bytes == 8 ? 32 : 16;
    return all;
}

/* Every number of a page size; of too many, an even and shifted sample. */
static void try_all(unsigned leaf, uint64_t most)
{
    uint64_t all = all_numbers(leaf), count = all < most ? all : most;
    uint64_t step = all / count, offset = random_below(step);
    check_about(mode->geometry->name, leaf);
    for (uint64_t i = 0; i < count; i++)
        try_number(leaf, i * step + (offset + i * 7) % step);
}

/* A path to a page of any size, with one bit anywhere turned over, or none. */
static uint64_t wrong_path(void)
{
    const struct pg_geometry *geometry = mode->geometry;
    unsigned leaf = 1 + (unsigned)random_below(mode->largest);
    unsigned wrong = 1 + (unsigned)random_below(geometry->levels);
    uint64_t va = random_bits() >> (65 - geometry->va_bits);
    if (mode->paging != PAGING_LONG)
        va = random_bits() & 0xFFFFFFFF;
    else if (random_chance(50))
        va = ~va;
    for (unsigned level = leaf; level <= geometry->levels; level++) {
        uint64_t number = random_bits();
        uint64_t entry = frame_or_table(level, leaf);
        entry |= is_bare(level) ? 0 : decoration(&number, random_chance(50));
        if (level == wrong && random_chance(80))
            entry ^= UINT64_C(1) << random_below(geometry->entry_bytes * 8U);
        put(level, va, entry);
    }
    return random_chance(4) ? va ^ UINT64_C(1) << random_below(64) : va;
}

static void try_wrong(uint64_t times)
{
    static const uint8_t widths[] = { 32, 36, 39, 40, 46, 52 };
    for (uint64_t i = 0; i < times; i++) {
        uint64_t va = wrong_path(), number = random_bits();
        struct deed deed = deed_of(&number);
        deed.implicit = !deed.user && random_chance(20);
        deed.stack = deed.kind != 'x' && random_chance(30);
        deed.pkru = (uint32_t)random_bits();
        struct cpu cpu = { widths[random_below(sizeof widths)], random_chance(80),
                           random_chance(50), random_chance(60), random_chance(70) };
        check_about(mode->geometry->name, va);
        try_access(va, &cpu, &deed);
    }
}

/* PAE loads four PDPTEs with CR3; the long modes look at the address in CR3. */
static void try_roots(void)
{
    const bool pae = mode->paging == PAGING_PAE;
    check_about(mode->geometry->name, 0);
    space.features = (struct pg_features){ .maxphyaddr = 40 };
    uint64_t root = space.root.value;
    for (unsigned index = 0; index < 4; index++)
        for (unsigned bit = 0; pae && bit < 64; bit++) {
            uint64_t at = root + index * 8, was = machine_peek(&machine, at, 8);
            bool bad = bit == 1 || bit == 2 || (bit >= 5 && bit <= 8) || bit >= 40;
            machine_poke(&machine, at, 8, 1 | UINT64_C(1) << bit);
            CHECK(pg_root_loads(&space), !bad);
            machine_poke(&machine, at, 8, (UINT64_C(1) << bit) & ~UINT64_C(1));
            CHECK(pg_root_loads(&space), true);
            machine_poke(&machine, at, 8, was & ~UINT64_C(1));
        }
    for (unsigned bit = 0; bit < 64; bit++) {
        space.root.value = root | UINT64_C(1) << bit;
        if (!pae)
            CHECK(pg_root_loads(&space), mode->paging == PAGING_32 || bit < 40 || bit == 63);
    }
    space.root.value = root + 0x40000000;
    CHECK(pg_root_loads(&space), !pae);
    space.root.value = root;
}

static void try_mode(uint64_t sample, uint64_t wrong)
{
    machine_begin(&machine, BASE, FRAMES);
    space = machine_space(&machine, mode->geometry, (struct pg_features){ .pse = false }, 0, 1);
    for (unsigned leaf = PG_PT; leaf <= mode->largest; leaf++)
        try_all(leaf, sample / mode->largest);
    try_wrong(wrong);
    try_roots();
    machine_end(&machine);
}

int main(void)
{
    const bool full = getenv("LONG") != NULL;
    check_begin("access");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        mode = &modes[i];
        try_mode(full ? SAMPLE_LONG : SAMPLE, full ? WRONG_LONG : WRONG);
    }
    for (unsigned error = 0; error < 64; error++) {
        bool write = error & 2, fetch = error & 16, key = error & 32, reserved = error & 8;
        bool possible = !(write && fetch) && !((key || reserved) && !(error & 1)) &&
                        !(key && (fetch || reserved));
        check_about("error code met", error);
        CHECK(met[PAGE_FAULT][error] > 20, possible);
    }
    CHECK(met[STACK_FAULT][0] > 20 && met[GENERAL_PROTECTION][0] > 20, true);
    return check_end();
}
