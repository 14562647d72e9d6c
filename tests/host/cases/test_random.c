/*
 * Random calls of everything in map.h against a plain dictionary of pages, in a few crowded
 * places of each space. The laws, after each call: the result is what the dictionary says; a
 * refusal has written nothing; a page translates as mapped; there are as many tables as there
 * must be; what a TLB may still hold is true. Now and then all of the space is compared, and
 * every table must hang in one place.
 *
 * LONG=1: 10,000,000 calls a mode, over 1,000 seeds.
 */
#include "cache.h"
#include "check.h"
#include "dictionary.h"
#include "machine.h"
#include "spaces.h"

#include <stdlib.h>
#include <string.h>

enum { CALLS = 2000, SEEDS = 30, CALLS_LONG = 10000, SEEDS_LONG = 1000, PAGES_MOST = 6000 };
enum { CROWDED = 12, COMPARED = 2500 };

static const struct mode *mode;
static struct machine machine;
static struct pg_space space;
static uint64_t met[PG_SHARED + 1];

static uint64_t random_va(unsigned level)
{
    uint64_t place = mode->places[random_below(4)];
    uint64_t off = random_below(level == PG_PT ? CROWDED : 2) * dictionary_size(level);
    uint64_t mask = ~(dictionary_size(level) - 1);
    return (place & 0xFFF) != 0 ? (place - off) & mask : place + off;
}

static uint64_t random_pa(unsigned level)
{
    return random_bits() >> (64 - mode->pa_bits[level]) & ~(dictionary_size(level) - 1);
}

static uint64_t random_flags(void)
{
    return random_bits() & (BITS(11, 1) | mode->wide_flags);
}

/* The result, when the change is paid for; no trace if it was a refusal. */
static enum pg_result settle(struct pg_change change, enum pg_result expected)
{
    enum pg_result result = pg_settle(change, cache_tlb(&space));
    met[result]++;
    CHECK(result, expected);
    if (result != PG_OK)
        CHECK(machine.traces, 0);
    return result;
}

static enum pg_result lookup(uint64_t va, unsigned level)
{
    struct page page;
    if (dictionary_find(va, &page) && page.level >= level)
        return page.level == level ? PG_OK : PG_LARGE_IN_PATH;
    return dictionary_has_table(va, level) ? PG_TABLE_IN_PATH : PG_NOT_MAPPED;
}

static void take_back(const struct page *added, unsigned count)
{
    while (count > 0)
        dictionary_remove(added[--count]);
}

static void map_one(uint64_t va, unsigned level)
{
    struct page page = { va, random_chance(10) ? 0 : random_pa(level), random_flags(), level };
    enum pg_result expected = lookup(va, level);
    uint32_t free_frames = machine.frames - machine.in_use, before = dictionary_tables();
    if (expected == PG_NOT_MAPPED) {
        dictionary_add(page);
        expected = dictionary_tables() - before > free_frames ? PG_OUT_OF_FRAMES : PG_OK;
        if (expected != PG_OK)
            dictionary_remove(page);
    } else if (expected == PG_OK)
        expected = PG_ALREADY_MAPPED;
    settle(pg_map(&space, (va_t){ va }, (pa_t){ page.pa }, level, page.flags), expected);
}

/* The largest page that a range may begin with. */
static unsigned best_level(uint64_t va, uint64_t pa, uint64_t bytes)
{
    unsigned level = mode->top_level;
    while (level > PG_PT && (((va | pa) & (dictionary_size(level) - 1)) != 0 ||
                             bytes < dictionary_size(level) || dictionary_has_table(va, level)))
        level--;
    return level;
}

/* Adds the range to the dictionary, or says why not and leaves it as it was. */
static enum pg_result add_range(uint64_t va, uint64_t pa, uint64_t bytes, uint64_t flags)
{
    static struct page added[PAGES_MOST];
    unsigned count = 0;
    uint32_t free_frames = machine.frames - machine.in_use, before = dictionary_tables();
    enum pg_result result = PG_OK;
    for (uint64_t done = 0; result == PG_OK && done < bytes;) {
        struct page there, page = { va + done, pa + done, flags, 0 };
        page.level = best_level(page.va, page.pa, bytes - done);
        if (dictionary_find(page.va, &there))
            result = there.level == PG_PT ? PG_ALREADY_MAPPED : PG_LARGE_IN_PATH;
        else if (page.pa >> mode->pa_bits[page.level] != 0)
            result = PG_BAD_ADDRESS;
        else
            dictionary_add(added[count++] = page);
        done += result == PG_OK ? dictionary_size(page.level) : 0;
    }
    if (result == PG_OK && dictionary_tables() - before > free_frames)
        result = PG_OUT_OF_FRAMES;
    if (result != PG_OK)
        take_back(added, count);
    return result;
}

static void map_range(uint64_t va)
{
    unsigned level = 1 + (unsigned)random_below(mode->top_level);
    uint64_t size = dictionary_size(level);
    uint64_t bytes = random_below(3) * size + random_below(20) * PAGE_SIZE;
    uint64_t pa = random_pa(level) + (random_chance(70) ? va & (size - 1) : 0);
    uint64_t flags = random_flags(), left = 0 - va, top = UINT64_C(1) << mode->pa_bits[1];
    if (mode->geometry->va_bits == 32)
        left = UINT64_C(0x100000000) - va;
    else if (va >> 63 == 0)
        left = (UINT64_C(1) << (mode->geometry->va_bits - 1)) - va;
    if (bytes > left)
        bytes = left;
    if (bytes / PAGE_SIZE > PAGES_MOST / 2)
        pa &= ~(size - 1), va &= ~(size - 1); /* of large pages only */
    if (bytes == 0 || lookup(va, PG_PT) == PG_LARGE_IN_PATH || pa + bytes > top)
        return;
    enum pg_result expected = add_range(va, pa, bytes, flags);
    settle(pg_map_range(&space, (va_t){ va }, (pa_t){ pa }, bytes, flags), expected);
}

static void unmap_one(uint64_t va, unsigned level)
{
    struct page page;
    enum pg_result expected = lookup(va, level);
    if (settle(pg_unmap(&space, (va_t){ va }, level), expected) == PG_OK &&
        dictionary_find(va, &page))
        dictionary_remove(page);
}

static void protect_some(uint64_t va, unsigned level)
{
    uint64_t bytes = (1 + random_below(3)) * dictionary_size(level), flags = random_flags();
    struct page page;
    enum pg_result expected = PG_OK;
    if (bytes - 1 > mode->last_va - va && va <= mode->last_va)
        return;
    if (va > mode->last_va && bytes - 1 > UINT64_MAX - va)
        return;
    for (uint64_t done = 0; expected == PG_OK && done < bytes;) {
        bool there = dictionary_find(va + done, &page);
        if (!there)
            expected = PG_NOT_MAPPED;
        else if (page.va != va + done || dictionary_size(page.level) > bytes - done)
            expected = PG_LARGE_IN_PATH;
        done += there ? dictionary_size(page.level) : 0;
    }
    if (settle(pg_protect(&space, (va_t){ va }, bytes, flags), expected) != PG_OK)
        return;
    for (uint64_t done = 0; done < bytes && dictionary_find(va + done, &page);) {
        page.flags = flags | (page.flags & (PTE_A | PTE_D));
        dictionary_change(page);
        done += dictionary_size(page.level);
    }
}

static void split_one(uint64_t va)
{
    struct page page;
    enum pg_result expected = PG_OK;
    if (!dictionary_find(va, &page))
        expected = PG_NOT_MAPPED;
    else if (page.level == PG_PT)
        expected = PG_NOT_LARGE;
    else if (page.pa >> mode->pa_bits[page.level - 1] != 0)
        expected = PG_BAD_ADDRESS;
    else if (machine.in_use == machine.frames)
        expected = PG_OUT_OF_FRAMES;
    if (settle(pg_split(&space, (va_t){ va }), expected) != PG_OK)
        return;
    struct page large = page;
    dictionary_remove(large);
    page.level--;
    for (uint64_t off = 0; off < dictionary_size(large.level); off += dictionary_size(page.level)) {
        page.va = large.va + off;
        page.pa = large.pa + off;
        dictionary_add(page);
    }
}

/* What joining below the entry of `level` must answer, and the page it makes. */
static enum pg_result expect_join(uint64_t va, unsigned level, struct page *large)
{
    const uint64_t marks = PTE_A | PTE_D, size = dictionary_size(level - 1);
    uint64_t seen = 0, start = va & ~(dictionary_size(level) - 1);
    struct page page;
    enum pg_result found = lookup(va, level);
    if (found != PG_TABLE_IN_PATH)
        return found == PG_OK ? PG_ALREADY_MAPPED : found;
    for (uint64_t off = 0; off < dictionary_size(level); off += size) {
        if (dictionary_has_table(start + off, level - 1))
            return PG_TABLE_IN_PATH;
        if (!dictionary_find(start + off, &page))
            return PG_NOT_MAPPED;
        if (off == 0)
            *large = (struct page){ start, page.pa, page.flags & ~marks, level };
        if (page.pa != large->pa + off || (page.flags & ~marks) != large->flags)
            return PG_NOT_ALIKE;
        seen |= page.flags & marks;
    }
    large->flags |= seen;
    return (large->pa & (dictionary_size(level) - 1)) != 0 ? PG_NOT_ALIKE : PG_OK;
}

static void join_one(uint64_t va, unsigned level)
{
    struct page large = { 0 }, page;
    enum pg_result expected = expect_join(va, level, &large);
    if (settle(pg_join(&space, (va_t){ va }, level), expected) != PG_OK)
        return;
    for (uint64_t off = 0; off < dictionary_size(level); off += dictionary_size(level - 1))
        if (dictionary_find(large.va + off, &page))
            dictionary_remove(page);
    dictionary_add(large);
}

/* The page at `va`, as a walk sees it and as the dictionary has it. */
static void check_walk(uint64_t va, const struct pg_walk *walk)
{
    struct page page;
    bool there = dictionary_find(va, &page);
    if (!CHECK(walk->end, there ? PG_END_MAPPED : PG_END_NOT_PRESENT) || !there)
        return;
    CHECK(walk->pa.value, page.pa + (va - page.va));
    CHECK(walk->span_bytes, dictionary_size(page.level));
    CHECK(walk->rights.write, (page.flags & PTE_RW) != 0);
    CHECK(walk->rights.user, (page.flags & PTE_US) != 0);
    CHECK(walk->rights.execute, (page.flags & PTE_XD) == 0);
    uint64_t entry = walk->step[walk->steps - 1].entry;
    uint64_t pat = page.level == PG_PT ? PTE_PAT : PTE_PAT_LARGE;
    CHECK(entry & ~PTE_PAT & (BITS(11, 1) | BITS(63, 52)), page.flags & ~PTE_PAT);
    CHECK((entry & pat) != 0, (page.flags & PTE_PAT) != 0);
}

static bool count_page(void *context, va_t va, const struct pg_walk *walk)
{
    struct pg_walk start = pg_walk(&space, va);
    CHECK(start.pa.value, walk->pa.value & ~(walk->span_bytes - 1));
    check_walk(va.value, &start);
    ++*(uint32_t *)context;
    return true;
}

/* Every table hangs in one place: `seen` has a mark for each frame that was met. */
static void check_tree(pa_t table, unsigned level, bool *seen)
{
    const struct pg_geometry *geometry = mode->geometry;
    uint64_t number = (table.value - machine.base) / PAGE_SIZE;
    CHECK(machine.used[number] && !seen[number], true);
    seen[number] = true;
    if (level == PG_PT)
        return;
    for (uint64_t i = 0; i < UINT64_C(1) << geometry->level[level].bits; i++) {
        uint64_t entry =
            machine_peek(&machine, table.value + i * geometry->entry_bytes, geometry->entry_bytes);
        bool large = (entry & PTE_PS) != 0 && level <= mode->top_level;
        if ((entry & PTE_P) != 0 && !large)
            check_tree((pa_t){ entry & BITS(51, 12) }, level - 1, seen);
    }
}

/* Both halves of the space, where it has two. */
static void for_each_page(pg_visit *visit, void *context)
{
    const uint64_t bytes = mode->last_va + 1;
    CHECK(pg_for_each(&space, (va_t){ 0 }, bytes, visit, context), PG_OK);
    if (mode->geometry->sign_extended)
        CHECK(pg_for_each(&space, (va_t){ 0 - bytes }, bytes, visit, context), PG_OK);
}

static bool claim(void *context, pa_t table)
{
    bool *seen = context, *mark = &seen[(table.value - machine.base) / PAGE_SIZE];
    bool first = !*mark;
    *mark = true;
    return first;
}

static void compare_all(void)
{
    uint32_t visited = 0;
    CHECK(pg_for_each(&space, (va_t){ 0 }, mode->last_va + 1, count_page, &visited), PG_OK);
    if (mode->geometry->sign_extended)
        CHECK(
            pg_for_each(&space, (va_t){ ~mode->last_va }, mode->last_va + 1, count_page, &visited),
            PG_OK);
    CHECK(visited, dictionary_pages());
    bool *seen = calloc(machine.frames, sizeof *seen);
    check_tree(space.root, mode->geometry->levels, seen);
    memset(seen, 0, machine.frames * sizeof *seen);
    CHECK(pg_check(&space, claim, seen), PG_OK);
    free(seen);
}

/* Takes every page away: what is left is a root of zeros. */
static bool list_page(void *context, va_t va, const struct pg_walk *walk)
{
    struct page **end = context;
    *(*end)++ = (struct page){ .va = va.value, .level = walk->level };
    return true;
}

static void sweep(void)
{
    static struct page listed[PAGES_MOST * 2];
    struct page *end = listed;
    for_each_page(list_page, &end);
    while (end-- > listed)
        unmap_one(end->va, end->level);
    uint64_t left = 0;
    for (uint64_t i = 0; i < mode->root_frames * PAGE_SIZE; i += 8)
        left |= machine_peek(&machine, space.root.value + i, 8);
    CHECK(left, 0);
    CHECK(machine.in_use, mode->root_frames);
    CHECK(dictionary_pages(), 0);
}

static void call_once(void)
{
    unsigned level = 1 + (unsigned)random_below(mode->top_level);
    uint64_t va = random_va(level), kind = random_below(1000);
    bool room = dictionary_pages() < PAGES_MOST;
    cache_fill(&space, random_va(PG_PT));
    machine.call++;
    machine.traces = 0;
    if (kind < 12 && room)
        split_one(va + random_below(dictionary_size(level)));
    else if (kind < 40 && mode->top_level > PG_PT)
        join_one(va, 2 + (unsigned)random_below(mode->top_level - 1));
    else if (kind < 70 && room)
        map_range(random_va(PG_PT));
    else if (kind < 400 && room)
        map_one(va, level);
    else if (kind < 560)
        protect_some(va, level);
    else
        unmap_one(va, level);
    CHECK(machine.in_use, dictionary_tables() + mode->root_frames);
    CHECK(cache_holds_truth(&space), true);
    uint64_t near = va + random_below(dictionary_size(level)), far = random_va(PG_PT);
    struct pg_walk walk = pg_walk(&space, (va_t){ near });
    check_walk(near, &walk);
    walk = pg_walk(&space, (va_t){ far });
    check_walk(far, &walk);
}

static void try_seed(unsigned calls, bool thorough)
{
    machine_begin(&machine, SPACES_BASE, mode->root_frames + mode->spare_frames);
    space = machine_space(&machine, mode->geometry, mode->features, 0, mode->root_frames);
    dictionary_begin(mode->geometry);
    cache_begin(&space);
    for (unsigned i = 1; i <= calls; i++) {
        check_about(mode->geometry->name, i);
        call_once();
        if (thorough && (i % COMPARED == 0 || i == calls))
            compare_all();
    }
    if (thorough)
        sweep();
    machine_end(&machine);
}

int main(void)
{
    const bool full = getenv("LONG") != NULL;
    check_begin("random");
    for (mode = spaces; mode < spaces + SPACES; mode++)
        for (unsigned seed = 0; seed < (full ? SEEDS_LONG : SEEDS); seed++)
            try_seed(full ? CALLS_LONG : CALLS, mode->root_frames == 1 || seed % 30 == 0);
    for (unsigned result = 0; result <= PG_SHARED; result++) {
        check_about("result met", result);
        bool due = result == PG_OK || result == PG_BAD_ADDRESS ||
                   (result >= PG_ALREADY_MAPPED && result <= PG_OUT_OF_FRAMES);
        CHECK(met[result] > 20, due);
    }
    return check_end();
}
