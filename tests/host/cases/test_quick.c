/*
 * The library compiled for one mode (special.h) against itself: quick.h does what pg_translate()
 * and pg_map() do, or nothing; and it must do it when the case is common. A range comes out the
 * same to the last byte.
 *
 * Two machines are given the same calls; the one has the special library, the other map.h.
 */
#include "check.h"
#include "machine.h"
#include "spaces.h"
#include "special.h"

#include <string.h>

enum { CALLS = 30000, TWINS = 2 };

static const struct special *const specials[SPACES] = { &special_flat, &special_32, &special_32,
                                                        &special_pae,  &special_4,  &special_5 };

static const struct mode *mode;
static const struct special *special;
static struct machine twin[TWINS];
static struct pg_space space[TWINS];
static unsigned quick, slow;

static uint64_t random_va(void)
{
    uint64_t place = mode->places[random_below(4)], off = random_below(600) * PAGE_SIZE;
    uint64_t va = (place & 0xFFF) != 0 ? (place - off) & ~UINT64_C(0xFFF) : place + off;
    return random_chance(3) ? va ^ UINT64_C(1) << random_below(mode->geometry->va_bits) : va;
}

/* Frames below 4 GiB, where every mode has some. */
static uint64_t random_pa(void)
{
    return random_bits() & 0xFFFFF000;
}

static uint64_t random_flags(void)
{
    uint64_t flags = random_bits() & (BITS(6, 1) | BITS(11, 9) | mode->wide_flags);
    if (random_chance(10))
        flags |= PTE_PAT;
    return random_chance(4) ? flags ^ UINT64_C(1) << random_below(mode->geometry->entry_bytes * 8U)
                            : flags;
}

/* Both allocators hand out the frames in the same order, so the bytes can be compared. */
static void check_same(void)
{
    size_t bytes = twin[0].frames * PAGE_SIZE;
    CHECK(memcmp(twin[0].bytes, twin[1].bytes, bytes), 0);
    CHECK(memcmp(twin[0].used, twin[1].used, twin[0].frames), 0);
}

/* Is there nothing unusual for quick_map(): the tables are there and let through all it needs? */
static bool is_common(const struct pg_walk *walk, uint64_t flags)
{
    if (walk->end != PG_END_NOT_PRESENT || walk->level != PG_PT)
        return false;
    for (unsigned i = 0; i + 1 < walk->steps; i++) {
        uint64_t entry = walk->step[i].entry, rights = flags & (PTE_RW | PTE_US);
        if (mode->geometry->level[walk->step[i].level].has_rights &&
            ((entry & rights) != rights || (entry & PTE_XD) != 0))
            return false;
    }
    return true;
}

static void map_one(uint64_t va, uint64_t flags)
{
    uint64_t pa = random_chance(5) ? random_bits() >> random_below(64) : random_pa();
    struct pg_walk walk = pg_walk(&space[0], (va_t){ va });
    if (mode->geometry->entry_bytes == 4)
        pa &= 0xFFFFFFFF, flags &= 0xFFFFFFFF;
    twin[0].traces = 0;
    twin[0].call++;
    bool done = special->map(&space[0], va, pa, flags);
    struct pg_change change = pg_map(&space[1], (va_t){ va }, (pa_t){ pa }, PG_PT, flags);
    uint32_t owed = change.pages;
    enum pg_result result = settled(change);
    if (done) {
        CHECK(result, PG_OK);
        CHECK(owed, 0);
        quick++;
    } else {
        CHECK(twin[0].traces, 0);
        CHECK(result == PG_OK && is_common(&walk, flags), false);
        CHECK(settled(pg_map(&space[0], (va_t){ va }, (pa_t){ pa }, PG_PT, flags)), result);
        slow++;
    }
}

static void map_range(uint64_t va, uint64_t flags)
{
    uint64_t pages = random_below(1200), pa = random_pa();
    struct pg_change one = special->map_range(&space[0], va, pa, pages, flags);
    struct pg_change other =
        pg_map_range(&space[1], (va_t){ va }, (pa_t){ pa }, pages * PAGE_SIZE, flags);
    CHECK(one.pages, other.pages);
    enum pg_result result = settled(other);
    CHECK(settled(one), result);
}

static void translate(uint64_t va)
{
    uint64_t pa = 0x5A5A;
    struct pg_walk walk = pg_walk(&space[1], (va_t){ va });
    bool common = walk.end == PG_END_MAPPED && walk.level == PG_PT &&
                  (walk.step[walk.steps - 1].entry & PTE_PAT) == 0;
    bool done = special->translate(&space[0], va, &pa);
    CHECK(common && !done, false);
    if (CHECK(done && walk.end != PG_END_MAPPED, false) && done)
        CHECK(pa, walk.pa.value);
}

/* A table below itself is what quick_map() does not look for: then it is not asked. */
static void map_disturbed(uint64_t va)
{
    pa_t pa = { random_pa() };
    twin[0].traces = 0;
    twin[0].call++;
    struct pg_change change = pg_map(&space[1], (va_t){ va }, pa, PG_PT, PTE_RW);
    uint32_t owed = change.pages;
    enum pg_result result = settled(change);
    if (result == PG_CYCLIC)
        return;
    if (special->map(&space[0], va, pa.value, PTE_RW)) {
        CHECK(result, PG_OK);
        CHECK(owed, 0);
    } else {
        CHECK(twin[0].traces, 0);
        CHECK(settled(pg_map(&space[0], (va_t){ va }, pa, PG_PT, PTE_RW)), result);
    }
}

/* A bit turned over in an entry on the path, in both machines. */
static void disturb(uint64_t va)
{
    const unsigned bytes = mode->geometry->entry_bytes;
    struct pg_walk walk = pg_walk(&space[0], (va_t){ va });
    if (walk.steps == 0)
        return;
    const struct pg_step *step = &walk.step[random_below(walk.steps)];
    uint64_t entry = step->entry ^ UINT64_C(1) << random_below(bytes * 8U);
    for (unsigned i = 0; i < TWINS; i++)
        machine_poke(&twin[i], step->at.value, bytes, entry);
    translate(va);
    map_disturbed(va & ~UINT64_C(0xFFF));
    uint64_t at = step->at.value;
    for (unsigned i = 0; i < TWINS; i++)
        machine_poke(&twin[i], at, bytes, step->entry);
}

static void call_once(void)
{
    uint64_t va = random_va(), kind = random_below(100);
    check_about(mode->geometry->name, va);
    if (kind < 2)
        map_range(va, random_flags());
    else if (kind < 60)
        map_one(va, random_flags());
    else if (kind < 65)
        disturb(va + random_below(PAGE_SIZE));
    else
        for (unsigned i = 0; i < TWINS; i++) /* the same on both: an ordinary call */
            CHECK(settled(pg_unmap(&space[i], (va_t){ va }, PG_PT)) <= PG_SHARED, true);
    translate(random_va() + random_below(PAGE_SIZE));
    check_same();
}

static void begin(unsigned number)
{
    struct pg_features features = mode->features;
    features.pse36 = false;
    for (unsigned i = 0; i < TWINS; i++) {
        machine_begin(&twin[i], SPACES_BASE, mode->root_frames + mode->spare_frames);
        space[i] = machine_space(&twin[i], mode->geometry, features, 0, mode->root_frames);
        twin[i].orderly = true;
    }
    memcpy(twin[1].bytes, twin[0].bytes, twin[0].frames * PAGE_SIZE);
    special = specials[number];
    quick = slow = 0;
}

int main(void)
{
    check_begin("quick");
    for (unsigned number = 0; number < SPACES; number++) {
        mode = &spaces[number];
        begin(number);
        for (unsigned i = 0; i < (mode->root_frames == 1 ? CALLS : CALLS / 100); i++)
            call_once();
        CHECK(quick > 5 && slow > 5, true);
        for (unsigned i = 0; i < TWINS; i++)
            machine_end(&twin[i]);
    }
    return check_end();
}
