/*
 * Tables that are no tree: one table in two places, of one space or of two. What pg_check() says of
 * them, and what the calls promise there (map.h): they end, write nothing but tables, and where
 * free counts references no table in use is given back.
 */
#include "check.h"
#include "machine.h"
#include "map.h"

enum { FRAMES = 24, BASE = 0x00300000, SHARED_FRAME = 20 };

struct mode {
    const struct pg_geometry *geometry;
    struct pg_features features;
};

static const struct mode modes[] = {
    { &pg_geometry_32, { .maxphyaddr = 36, .pse = true } },
    { &pg_geometry_pae, { .maxphyaddr = 36, .nxe = true } },
    { &pg_geometry_4, { .maxphyaddr = 40, .nxe = true, .pages_1g = true } },
    { &pg_geometry_5, { .maxphyaddr = 40, .nxe = true, .pages_1g = true } },
};

static const struct mode *mode;
static struct machine machine;
static struct pg_space space;
static unsigned users[FRAMES]; /* entries that name a frame, where the test keeps count */
static bool claimed[FRAMES];
static unsigned claims;

static uint64_t span(unsigned level)
{
    return UINT64_C(1) << mode->geometry->level[level].shift;
}

static unsigned number_of(pa_t frame)
{
    return (unsigned)((frame.value - BASE) / PAGE_SIZE);
}

static bool claim(void *context, pa_t table)
{
    (void)context;
    bool first = !claimed[number_of(table)];
    claimed[number_of(table)] = true;
    claims++;
    return first;
}

static enum pg_result checked(const struct pg_space *of)
{
    for (unsigned i = 0; i < FRAMES; i++)
        claimed[i] = false;
    claims = 0;
    return pg_check(of, claim, NULL);
}

/* An owner of frames who counts references, as map.h asks of one who shares tables. */
static void release(void *context, pa_t frame)
{
    (void)context;
    unsigned *left = &users[number_of(frame)];
    if (*left > 0 && --*left > 0)
        return;
    struct pg_space plain = machine_space(&machine, mode->geometry, mode->features, 0, 0);
    plain.frames.free(plain.frames.context, frame);
}

static void begin(const struct mode *of)
{
    mode = of;
    machine_begin(&machine, BASE, FRAMES);
    machine.orderly = true;
    space = machine_space(&machine, mode->geometry, mode->features, 0, 1);
    space.frames.free = release;
    for (unsigned i = 0; i < FRAMES; i++)
        users[i] = 0;
    check_about(mode->geometry->name, 0);
}

static void map_page(const struct pg_space *in, uint64_t va, uint64_t pa)
{
    CHECK(settled(pg_map(in, (va_t){ va }, (pa_t){ pa }, PG_PT, PTE_RW)), PG_OK);
}

static uint64_t translated(uint64_t va)
{
    pa_t pa = { UINT64_MAX };
    return pg_translate(&space, (va_t){ va }, &pa) ? pa.value : UINT64_MAX;
}

/* The step of `level` on the way to `va`. */
static struct pg_step step_at(uint64_t va, unsigned level)
{
    struct pg_walk walk = pg_walk(&space, (va_t){ va });
    return walk.step[mode->geometry->levels - level];
}

/* Lets the entry of `level` for `to` say what that for `from` says. */
static void share(uint64_t from, uint64_t to, unsigned level)
{
    struct pg_step source = step_at(from, level), target = step_at(to, level);
    machine_poke(&machine, target.at.value, mode->geometry->entry_bytes, source.entry);
}

/* Sound tables: every one is claimed once, and they are all that are in use. */
static void check_trees(const struct mode *of)
{
    begin(of);
    CHECK(checked(&space), PG_OK);
    CHECK(claims, 1);
    map_page(&space, 0, 0x5000);
    map_page(&space, span(PG_PD) * 3, 0x6000);
    map_page(&space,
             UINT64_C(0) - (mode->geometry->va_bits == 32 ? 0 : PAGE_SIZE) +
                 (mode->geometry->va_bits == 32 ? 0xFFFFF000 : 0),
             0x7000);
    CHECK(settled(pg_map(&space, (va_t){ span(PG_PD) }, (pa_t){ 0 }, PG_PD, 0)), PG_OK);
    CHECK(checked(&space), PG_OK);
    CHECK(claims, machine.in_use);
    machine_end(&machine);
}

/* What is broken has a name, and before it a table may be claimed, but none twice. */
static void check_broken(const struct mode *of)
{
    const unsigned bytes = of->geometry->entry_bytes;
    begin(of);
    map_page(&space, 0, 0x5000);
    map_page(&space, span(PG_PD), 0x5000);
    struct pg_step upper = step_at(span(PG_PD), PG_PD);
    machine_poke(&machine, upper.at.value, bytes, (BASE + FRAMES * PAGE_SIZE) | PTE_P);
    CHECK(checked(&space), PG_OUTSIDE);
    machine_poke(&machine, upper.at.value, bytes,
                 PTE_P | PTE_PS | (bytes == 4 ? BIT(21) : BIT(51)));
    CHECK(checked(&space), PG_RESERVED_BITS);
    machine_poke(&machine, upper.at.value, bytes, space.root.value | PTE_P);
    CHECK(checked(&space), PG_CYCLIC);
    share(0, span(PG_PD), PG_PD);
    CHECK(checked(&space), PG_SHARED);
    machine_end(&machine);
}

/* One table below two entries: a change through the one is a change through the other. */
static void share_within(const struct mode *of)
{
    const uint64_t other = 5 * span(PG_PD);
    begin(of);
    map_page(&space, 0, 0x5000);
    pa_t table = { step_at(0, PG_PT).at.value & ~(PAGE_SIZE - 1) };
    share(0, other, PG_PD);
    users[number_of(table)] = 2;
    map_page(&space, other + PAGE_SIZE, 0x6000);
    CHECK(translated(PAGE_SIZE), 0x6000);
    uint32_t before = machine.in_use;
    CHECK(settled(pg_unmap(&space, (va_t){ PAGE_SIZE }, PG_PT)), PG_OK);
    CHECK(translated(other + PAGE_SIZE), UINT64_MAX);
    CHECK(settled(pg_unmap(&space, (va_t){ 0 }, PG_PT)), PG_OK);
    CHECK(machine.in_use, before); /* one entry names it yet */
    CHECK(checked(&space), PG_OK);
    map_page(&space, other, 0x7000);
    CHECK(translated(0), UINT64_MAX);
    CHECK(settled(pg_unmap(&space, (va_t){ other }, PG_PT)), PG_OK);
    CHECK(machine.in_use, 1);
    machine_end(&machine);
}

/* Two spaces with one table below both roots, as kernels do: joining in the one keeps the other. */
static void share_between(const struct mode *of)
{
    begin(of);
    CHECK(settled(pg_map_range(&space, (va_t){ PAGE_SIZE }, (pa_t){ PAGE_SIZE },
                               span(PG_PD) - PAGE_SIZE, PTE_RW)),
          PG_OK);
    map_page(&space, 0, 0);
    pa_t table = { step_at(0, PG_PT).at.value & ~(PAGE_SIZE - 1) };
    struct pg_space second =
        machine_space(&machine, mode->geometry, mode->features, SHARED_FRAME, 1);
    second.frames.free = release;
    map_page(&second, span(PG_PD), 0x5000);
    struct pg_walk walk = pg_walk(&second, (va_t){ 0 });
    machine_poke(&machine, walk.step[walk.steps - 1].at.value, mode->geometry->entry_bytes,
                 step_at(0, PG_PD).entry);
    users[number_of(table)] = 2;
    CHECK(checked(&space), PG_OK);
    CHECK(checked(&second), PG_OK);
    CHECK(settled(pg_join(&space, (va_t){ 0 }, PG_PD)), PG_OK);
    CHECK(pg_walk(&space, (va_t){ 0 }).level, PG_PD);
    walk = pg_walk(&second, (va_t){ 0x7123 });
    CHECK(walk.level == PG_PT && walk.pa.value == 0x7123, true);
    CHECK(settled(pg_unmap(&second, (va_t){ 0 }, PG_PT)), PG_OK);
    CHECK(translated(0x123), 0x123);
    machine_end(&machine);
}

static bool count_visit(void *context, va_t va, const struct pg_walk *walk)
{
    (void)va, (void)walk;
    ++*(unsigned *)context;
    return true;
}

static bool visit_one(void *context, va_t va, const struct pg_walk *walk)
{
    return count_visit(context, va, walk) && false;
}

static bool claim_none(void *context, pa_t table)
{
    ++*(unsigned *)context;
    return table.value != space.root.value;
}

/* Who has seen enough, or knows the root already, says so. */
static void stop_early(const struct mode *of)
{
    begin(of);
    map_page(&space, 0, 0x5000);
    map_page(&space, PAGE_SIZE, 0x6000);
    unsigned visits = 0, asked = 0;
    CHECK(pg_for_each(&space, (va_t){ 0 }, span(PG_PD), visit_one, &visits), PG_OK);
    CHECK(visits, 1);
    CHECK(pg_check(&space, claim_none, &asked), PG_SHARED);
    CHECK(asked, 1);
    machine_end(&machine);
}

/* An entry that names the root, as some kernels have it: what is not below it works as ever. */
static void visit_around_a_cycle(const struct mode *of, unsigned level)
{
    begin(of);
    const uint64_t top = span(of->geometry->levels), loop = 2 * top, beside = loop + span(level);
    map_page(&space, top - PAGE_SIZE, 0x5000);
    map_page(&space, beside, 0x6000);
    machine_poke(&machine, step_at(loop, level).at.value, of->geometry->entry_bytes,
                 space.root.value | PTE_P);
    unsigned visits = 0;
    CHECK(pg_for_each(&space, (va_t){ 0 }, 4 * top, count_visit, &visits), PG_CYCLIC);
    CHECK(visits, 2);
    visits = 0;
    CHECK(pg_for_each(&space, (va_t){ beside }, span(level), count_visit, &visits), PG_OK);
    CHECK(visits, 1);
    CHECK(checked(&space), PG_CYCLIC);
    machine_end(&machine);
}

/* Hangs the PT for `va` into the PDPT's entry for `hole`, too: there it is a PD. */
static void share_as_directory(uint64_t va, uint64_t hole)
{
    uint64_t table = step_at(va, PG_PT).at.value & ~(PAGE_SIZE - 1);
    uint64_t rights = mode->geometry == &pg_geometry_pae ? 0 : PTE_RW;
    machine_poke(&machine, step_at(hole, PG_PDPT).at.value, 8, table | PTE_P | rights);
    CHECK(checked(&space), PG_SHARED);
}

/*
 * A range that comes through one table twice, as a PT and then as a PD: what it stored at first is
 * what it meets later, and it stops. Nothing outside of the tables is touched: machine.c aborts.
 */
static void map_meets_itself(const struct mode *of)
{
    begin(of);
    const uint64_t upper = span(PG_PDPT), start = upper - span(PG_PD);
    map_page(&space, start, 0x5000);
    machine_poke(&machine, step_at(start, PG_PT).at.value, 8, 0);
    share_as_directory(start, upper);
    uint32_t before = machine.in_use;
    struct pg_change change =
        pg_map_range(&space, (va_t){ start }, (pa_t){ 0x1000 }, 2 * span(PG_PD), PTE_RW);
    CHECK(change.pages, PG_ALL_PAGES);
    CHECK(settled(change), PG_SHARED);
    CHECK(machine.in_use, before);
    machine_end(&machine);
}

/* The same with new flags: PAT of a PTE is PS of the PDE that it is at its other place. */
static void protect_meets_itself(const struct mode *of)
{
    begin(of);
    const uint64_t upper = span(PG_PDPT), start = upper - span(PG_PD), other = 3 * upper;
    CHECK(settled(pg_map_range(&space, (va_t){ other }, (pa_t){ 0x5000 }, span(PG_PD), PTE_RW)),
          PG_OK);
    pa_t table = { step_at(other, PG_PT).at.value & ~(PAGE_SIZE - 1) };
    CHECK(settled(pg_map_range(&space, (va_t){ start }, table, span(PG_PD), PTE_RW)), PG_OK);
    share_as_directory(start, upper);
    struct pg_change change = pg_protect(&space, (va_t){ start }, 2 * span(PG_PD), PTE_PAT);
    CHECK(change.pages, PG_ALL_PAGES);
    CHECK(settled(change), PG_SHARED);
    machine_end(&machine);
}

int main(void)
{
    check_begin("shared");
    for (const struct mode *of = modes; of < modes + sizeof modes / sizeof *modes; of++) {
        check_trees(of);
        check_broken(of);
        share_within(of);
        share_between(of);
        stop_early(of);
        for (unsigned level = of->geometry->levels; level > PG_PT; level--)
            visit_around_a_cycle(of, level);
        if (of->geometry->levels > 2) {
            map_meets_itself(of);
            protect_meets_itself(of);
        }
    }
    return check_end();
}
