/*
 * The plain way (simple.h) against the library: pg_simple_map() and its like do what pg_map() and
 * its like do, to the last byte of the tables, the last frame and the last invalidation owed.
 *
 * Two machines are given the same calls; the one does them the plain way. Among their pages are
 * large ones, allocations fail at every point, frames are no frames, and entries are damaged.
 */
#include "check.h"
#include "machine.h"
#include "simple.h"
#include "spaces.h"

#include <stdlib.h>
#include <string.h>

enum { CALLS = 8000, TWINS = 2, RESULTS = PG_SHARED + 1 };

static const struct mode *mode;
static struct machine twin[TWINS];
static struct pg_space space[TWINS]; /* [0] the plain way, [1] the library */
static unsigned met[RESULTS];

/* Mostly in four crowded places, now and then not canonical, or not aligned. */
static uint64_t random_va(void)
{
    uint64_t place = mode->places[random_below(4)], off = random_below(40) * PAGE_SIZE;
    if (random_chance(20))
        off *= 300;
    uint64_t va = (place & 0xFFF) != 0 ? (place - off) & ~UINT64_C(0xFFF) : place + off;
    return random_chance(4) ? va ^ UINT64_C(1) << random_below(64) : va;
}

static uint64_t random_flags(void)
{
    uint64_t flags = random_bits() & (BITS(8, 1) | PTE_AVL | mode->wide_flags);
    return random_chance(8) ? flags ^ UINT64_C(1) << random_below(64) : flags;
}

/* The allocators hand out the frames in the same order, so the bytes can be compared. */
static void check_same(struct pg_change one, struct pg_change other)
{
    size_t bytes = twin[0].frames * PAGE_SIZE;
    CHECK(one.pages, other.pages);
    CHECK(one.first.value, other.first.value);
    CHECK(one.page_shift, other.page_shift);
    CHECK(memcmp(twin[0].bytes, twin[1].bytes, bytes), 0);
    CHECK(memcmp(twin[0].used, twin[1].used, twin[0].frames), 0);
    CHECK(twin[0].strange_out, 0);
    enum pg_result result = settled(other);
    CHECK(settled(one), result);
    CHECK(twin[0].traces != 0 && result != PG_OK, false);
    met[result]++;
}

static void begin_call(void)
{
    twin[0].traces = 0;
    twin[0].call++;
}

static void translate(uint64_t va)
{
    pa_t one = { 0x5A5A }, other = { 0x5A5A };
    bool there = pg_translate(&space[1], (va_t){ va }, &other);
    CHECK(pg_simple_translate(&space[0], (va_t){ va }, &one), there);
    CHECK(one.value, other.value);
}

static void map(uint64_t va, uint64_t pa, uint64_t flags)
{
    begin_call();
    struct pg_change one = pg_simple_map(&space[0], (va_t){ va }, (pa_t){ pa }, flags);
    check_same(one, pg_map(&space[1], (va_t){ va }, (pa_t){ pa }, PG_PT, flags));
}

static void unmap(uint64_t va)
{
    begin_call();
    struct pg_change one = pg_simple_unmap(&space[0], (va_t){ va });
    check_same(one, pg_unmap(&space[1], (va_t){ va }, PG_PT));
}

static void map_random(uint64_t va)
{
    uint64_t pa = random_bits() & BITS(mode->pa_bits[PG_PT] - 1, PAGE_SHIFT);
    map(va, random_chance(8) ? pa ^ UINT64_C(1) << random_below(64) : pa, random_flags());
}

/* A page that needs tables: they get no frame; then none, one, two ... frames are to be had. */
static void fail_each_allocation(uint64_t va)
{
    static const uint64_t strange[] = { 0x1000, SPACES_BASE + 8, BIT(51),
                                        UINT64_MAX << PAGE_SHIFT };
    for (unsigned number = 0; number < sizeof strange / sizeof *strange; number++) {
        for (unsigned i = 0; i < TWINS; i++) {
            twin[i].strange = true;
            twin[i].strange_frame.value = strange[number];
        }
        map(va, 0, PTE_RW);
    }
    for (unsigned i = 0; i < TWINS; i++)
        twin[i].strange = false;
    for (int given = 0; given < PG_LEVELS_MAX; given++) {
        for (unsigned i = 0; i < TWINS; i++)
            twin[i].fail_after = given;
        map(va, 0, PTE_RW | PTE_US);
        unmap(va);
    }
    for (unsigned i = 0; i < TWINS; i++)
        twin[i].fail_after = NEVER;
}

/* A large page put in the way, or taken out of it, by the library in both. */
static void change_large(uint64_t va)
{
    unsigned level = 2 + (unsigned)random_below(mode->top_level - 1U);
    uint64_t mask = ~(pg_span_bytes(mode->geometry, level) - 1);
    uint64_t pa = random_bits() & BITS(mode->pa_bits[level] - 1, 0) & mask;
    uint64_t flags = random_flags();
    bool put = random_chance(60);
    for (unsigned i = 0; i < TWINS; i++) {
        va_t first = { va & mask };
        (void)settled(put ? pg_map(&space[i], first, (pa_t){ pa }, level, flags)
                          : pg_unmap(&space[i], first, level));
    }
}

/* Pages that the tables hold, a few at a time. */
static struct pg_walk found[64];
static uint64_t found_at[64];

static bool note(void *context, va_t va, const struct pg_walk *walk)
{
    unsigned *count = context;
    found[*count] = *walk;
    found_at[*count] = va.value;
    return ++*count < sizeof found / sizeof *found;
}

static unsigned find_in_half(unsigned half)
{
    const uint64_t bytes = mode->last_va + 1;
    unsigned count = 0;
    CHECK(pg_for_each(&space[1], (va_t){ 0 - half * bytes }, bytes, note, &count), PG_OK);
    return count;
}

/* Takes every page away, and with the last of a table that table. */
static void clear(void)
{
    for (unsigned half = 0; half < (mode->geometry->sign_extended ? 2 : 1); half++)
        for (unsigned count = find_in_half(half); count > 0; count = find_in_half(half))
            for (unsigned i = 0; i < count; i++)
                if (found[i].level == PG_PT)
                    unmap(found_at[i]);
                else
                    for (unsigned k = 0; k < TWINS; k++)
                        CHECK(settled(pg_unmap(&space[k], (va_t){ found_at[i] }, found[i].level)),
                              PG_OK);
    CHECK(twin[0].in_use, mode->root_frames);
}

/* Puts both machines aside, or brings them back as they were. */
static void set_aside(bool back)
{
    enum { PARTS = 5 };
    static void *kept[TWINS][PARTS];
    static uint32_t in_use[TWINS];
    for (unsigned i = 0; i < TWINS; i++) {
        struct machine *m = &twin[i];
        void *part[PARTS] = { m->bytes, m->used, m->order, m->place, m->fresh };
        size_t each[PARTS] = { PAGE_SIZE, sizeof *m->used, sizeof *m->order, sizeof *m->place,
                               sizeof *m->fresh };
        for (unsigned n = 0; n < PARTS; n++) {
            kept[i][n] = back ? kept[i][n] : malloc(each[n] * m->frames);
            if (kept[i][n] == NULL)
                abort();
            memcpy(back ? part[n] : kept[i][n], back ? kept[i][n] : part[n], each[n] * m->frames);
            if (back)
                free(kept[i][n]);
        }
        *(back ? &m->in_use : &in_use[i]) = back ? in_use[i] : m->in_use;
    }
}

/* Does the walk come through tables only, and not through frames of garbage? */
static bool is_ours(const struct pg_walk *walk)
{
    for (unsigned i = 0; i < walk->steps; i++) {
        uint64_t frame = (walk->step[i].at.value - twin[1].base) >> PAGE_SHIFT;
        if (frame >= twin[1].frames || !twin[1].used[frame])
            return false;
    }
    return true;
}

/* A bit turned over in an entry on the path, or a table that is one above itself. */
static void disturb(uint64_t va)
{
    const unsigned bytes = mode->geometry->entry_bytes;
    struct pg_walk walk = pg_walk(&space[0], (va_t){ va });
    if (walk.steps == 0)
        return;
    const struct pg_step *step = &walk.step[random_below(walk.steps)];
    uint64_t entry = step->entry ^ UINT64_C(1) << random_below(bytes * 8U);
    if (random_chance(30))
        entry = (walk.step[random_below(walk.steps)].at.value & ~(PAGE_SIZE - 1)) | PTE_P;
    set_aside(false);
    for (unsigned i = 0; i < TWINS; i++)
        machine_poke(&twin[i], step->at.value, bytes, entry);
    translate(va);
    map_random(va);
    walk = pg_walk(&space[1], (va_t){ va });
    if (is_ours(&walk))
        unmap(va);
    set_aside(true);
}

static void call_once(void)
{
    uint64_t va = random_va(), kind = random_below(100);
    check_about(mode->geometry->name, va);
    if (random_chance(1) && mode->root_frames == 1)
        clear();
    if (kind < 50)
        map_random(va);
    else if (kind < 88)
        unmap(va);
    else if (kind < 92)
        fail_each_allocation(va);
    else if (kind < 96 && mode->top_level > PG_PT)
        change_large(va);
    else
        disturb(va);
    translate(random_va() + random_below(PAGE_SIZE));
}

static void begin(void)
{
    for (unsigned i = 0; i < TWINS; i++) {
        machine_begin(&twin[i], SPACES_BASE, mode->root_frames + mode->spare_frames);
        space[i] = machine_space(&twin[i], mode->geometry, mode->features, 0, mode->root_frames);
        twin[i].orderly = true;
    }
    memcpy(twin[1].bytes, twin[0].bytes, twin[0].frames * PAGE_SIZE);
}

/* Random calls prove little unless each answer was met, as far as the mode has it. */
static void check_variety(void)
{
    const bool tables = mode->root_frames == 1, wide = mode->geometry->entry_bytes == 8;
    const bool due[RESULTS] = {
        [PG_OK] = true,
        [PG_NONCANONICAL] = true,
        [PG_UNALIGNED] = true,
        [PG_BAD_ADDRESS] = true,
        [PG_BAD_FLAGS] = true,
        [PG_ALREADY_MAPPED] = true,
        [PG_NOT_MAPPED] = true,
        [PG_LARGE_IN_PATH] = mode->top_level > PG_PT,
        [PG_OUT_OF_FRAMES] = tables,
        [PG_BAD_FRAME] = tables,
        [PG_OUTSIDE] = tables,
        [PG_CYCLIC] = tables,
        [PG_RESERVED_BITS] = wide,
    };
    for (unsigned result = 0; result < RESULTS; result++) {
        check_about("result met", result);
        CHECK(due[result] && met[result] == 0, false);
        met[result] = 0;
    }
}

int main(void)
{
    check_begin("simple");
    for (unsigned number = 0; number < SPACES; number++) {
        mode = &spaces[number];
        begin();
        for (unsigned i = 0; i < (mode->root_frames == 1 ? CALLS : CALLS / 10); i++)
            call_once();
        check_variety();
        for (unsigned i = 0; i < TWINS; i++)
            machine_end(&twin[i]);
    }
    return check_end();
}
