/*
 * The library as a kernel of one mode compiles it: a constant space but for the root, memory where
 * it is. The includer says what an entry_t is, and defines PG_MODE, BENCH_GEOMETRY, BENCH_CR4 and
 * BENCH_LARGE_SHIFT.
 */
#include "here.h"

#include "core/cpu.h"
#include "core/machine.h"

#define PG_READ_ENTRY  reach_read
#define PG_WRITE_ENTRY reach_write
#include "paging/mode.h"

#include "paging/access.h"
#include "paging/map.h"

static inline struct pg_space space_of(word_t root, const struct pg_geometry *geometry)
{
    return (struct pg_space){
        .geometry = geometry,
        .root = { root },
        .features = { .maxphyaddr = 40, .pse = true, .nxe = true, .pages_1g = true },
        .memory = { read_entry, write_entry, NULL },
        .frames = { take_frame, give_frame, NULL },
    };
}

static word_t translate(word_t root, word_t va)
{
    struct pg_space space = space_of(root, &PG_GEOMETRY);
    pg_pa pa;
    return quick_translate(&space, (pg_va){ va }, &pa) ? (word_t)pa.value : ~(word_t)0;
}

static word_t map(word_t root, word_t va, word_t pa, word_t flags)
{
    struct pg_space space = space_of(root, &PG_GEOMETRY);
    return quick_map(&space, (pg_va){ va }, (pg_pa){ pa }, flags);
}

static word_t map_range(word_t root, word_t va, word_t pa, word_t pages, word_t flags)
{
    struct pg_space space = space_of(root, &PG_GEOMETRY);
    return pg_settle(core_map_range(&space, (pg_va){ va }, (pg_pa){ pa }, pages, flags), NULL);
}

static word_t linked_map(word_t root, word_t va, word_t pa, word_t flags)
{
    struct pg_space space = space_of(root, &BENCH_GEOMETRY);
    return pg_settle(pg_map(&space, (va_t){ va }, (pa_t){ pa }, PG_PT, flags), NULL);
}

static word_t linked_unmap(word_t root, word_t va)
{
    struct pg_space space = space_of(root, &BENCH_GEOMETRY);
    return pg_settle(pg_unmap(&space, (va_t){ va }, PG_PT), NULL);
}

static word_t linked_walk(word_t root, word_t va)
{
    struct pg_space space = space_of(root, &BENCH_GEOMETRY);
    return pg_walk(&space, (va_t){ va }).end;
}

static word_t linked_access(word_t root, word_t va)
{
    static const struct pg_control control = { .wp = true };
    struct pg_space space = space_of(root, &BENCH_GEOMETRY);
    return pg_access(&space, &control, (va_t){ va }, (struct pg_access){ .kind = PG_WRITE })
        .verdict;
}

/* Empties the entries of a range and leaves the tables, as linked_unmap would not. */
static void clear(word_t root, word_t va, word_t pages)
{
    struct pg_space space = space_of(root, &BENCH_GEOMETRY);
    for (; pages > 0; pages--, va += (word_t)PAGE_SIZE) {
        struct pg_walk walk = pg_walk(&space, (va_t){ va });
        reach_write(NULL, walk.step[walk.steps - 1].at, 0, 0);
    }
}

word_t bench_root;

void bench_demand(word_t va)
{
    struct pg_space space = space_of(bench_root, &PG_GEOMETRY);
    pa_t frame = { 0 };
    if (!take_frame(NULL, &frame) || !quick_map(&space, (pg_va){ va & ~(word_t)(PAGE_SIZE - 1) },
                                                (pg_pa){ (pg_entry)frame.value }, PTE_RW))
        panic("a demand fault at 0x%lx could not be served", va);
}

const struct bench bench = { prepare,       clear,      translate,        map,
                             map_range,     linked_map, linked_unmap,     linked_walk,
                             linked_access, BENCH_CR4,  BENCH_LARGE_SHIFT };
