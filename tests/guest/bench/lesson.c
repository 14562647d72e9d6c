/*
 * The measuring kernel: calls each case once, between two magic breakpoints, in the order that
 * tests/benches/library.py expects. It prints nothing of its measurements: who counts is outside.
 */
#include "stage/lesson.h"

#include "bench.h"
#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/print.h"
#include "core/traps/traps.h"

#include "paging/types.h"

const struct lesson lesson = { .number = 0, .title = "what src/paging costs", .pool_frames = 256 };

/* Any function, as C lets a pointer to one be converted; the words match the ABI. */
typedef void (*any)(void);

static word_t empty(word_t a, word_t b, word_t c, word_t d, word_t e)
{
    return a + b + c + d + e;
}

static word_t fresh_root(void)
{
    uint64_t frame = frames_take();
    word_t *words = (word_t *)(uintptr_t)frame;
    for (unsigned i = 0; i < FRAME_BYTES / sizeof *words; i++)
        words[i] = 0;
    return (word_t)frame;
}

/* One page is mapped before, so the tables are there; the answer must be the one due. */
static void expect(word_t seen, word_t due, unsigned which)
{
    if (seen != due)
        panic("case %u answered 0x%lx, not 0x%lx", which, seen, due);
}

static void measure_pages(word_t root)
{
    const word_t va = BENCH_VA, flags = PTE_RW | PTE_US;
    expect(bench.map_range(root, va, 0x400000, 1, flags), 0, 0);
    expect(measure((any)bench.translate, root, va + 0x123, 0, 0, 0), 0x400123, 1);
    expect(measure((any)bench.map, root, va + 0x1000, 0x401000, flags, 0), 1, 2);
    expect(measure((any)bench.linked_map, root, va + 0x2000, 0x402000, flags, 0), 0, 3);
    expect(measure((any)bench.linked_unmap, root, va + 0x2000, 0, 0, 0), 0, 4);
    measure((any)bench.linked_walk, root, va, 0, 0, 0);
    expect(measure((any)bench.linked_access, root, va, 0, 0, 0), 0, 6);
}

/* Ranges of a growing number of pages, in tables that lack, and once more in tables that wait. */
static void measure_ranges(word_t root)
{
    const word_t va = 0x20000000, flags = PTE_RW;
    for (word_t pages = 1; pages <= BENCH_LARGEST; pages *= 4)
        expect(measure((any)bench.map_range, root, va + pages * 0x1000 * 2, 0x1000, pages, flags),
               0, 7);
}

static void measure_waiting(word_t root)
{
    const word_t va = 0x40000000;
    expect(bench.map_range(root, va, 0x1000, BENCH_PAGES, PTE_RW), 0, 8);
    bench.clear(root, va, BENCH_PAGES);
    expect(measure((any)bench.map_range, root, va, 0x1000, BENCH_PAGES, PTE_RW), 0, 9);
}

/* Large pages of one size, in a table that is there: one, and many. */
static void measure_large(word_t root, word_t va, unsigned shift)
{
    const word_t pages = (word_t)1 << (shift - 12), many = 64, beside = va + (many << shift);
    expect(bench.map_range(root, beside, 0, pages, PTE_RW), 0, 10);
    expect(measure((any)bench.map_range, root, beside + (pages << 12), 0, pages, PTE_RW), 0, 11);
    expect(measure((any)bench.map_range, root, va, 0, many * pages, PTE_RW), 0, 12);
}

/* A space for this kernel: memory at its own address, and a page at BENCH_VA that says `word`. */
static word_t inhabited_root(word_t word)
{
    word_t root = fresh_root(), frame = (word_t)frames_take();
    for (unsigned i = 256; ARCH_BITS == 64 && i < 512; i++) {
        const uint64_t *upper = (const uint64_t *)(uintptr_t)cpu_read_cr3();
        ((uint64_t *)(uintptr_t)root)[i] = upper[i];
    }
    *(word_t *)(uintptr_t)frame = word;
    expect(bench.map_range(root, 0, 0, BENCH_VA / 0x1000, PTE_RW), 0, 13);
    expect(bench.map_range(root, BENCH_VA, frame, 1, PTE_RW), 0, 14);
    return root;
}

static void measure_traps(void)
{
    const word_t va = BENCH_VA + 0x1000, none = ~(word_t)0;
    word_t there = inhabited_root(0x7E7E), here = inhabited_root(0x4E4E);
    cpu_write_cr3(here);
    cpu_write_cr4(cpu_read_cr4() | bench.cr4);
    cpu_write_cr0(cpu_read_cr0() | CR0_PG);
    idt[VECTOR_PF] = gate_to((word_t)page_fault, 0x08, 0);
    bench_root = here;
    measure(touch, BENCH_VA, 0, 0, 0, 0);
    expect(bench.translate(here, va) == none, true, 15);
    measure(touch, va, 0, 0, 0, 0);
    expect(bench.translate(here, va) != none, true, 16);
    expect(measure_switch(there, here, BENCH_VA), 0x7E7E, 17);
    expect(cpu_read_cr3(), here, 18);
}

void lesson_main(void)
{
    bench_prepare();
    bench.prepare();
    word_t root = fresh_root();
    measure((any)empty, 0, 0, 0, 0, 0);
    measure_pages(root);
    measure_ranges(root);
    measure_waiting(root);
    measure_large(root, 0x80000000, bench.large_shift);
    if (ARCH_BITS == 64)
        measure_large(root, (word_t)UINT64_C(0x10000000000), 30);
    measure_traps();
}
