/*
 * Lesson 12: huge pages. Reads from lesson_main() upwards. The same 4 GiB three times; then ranges
 * that the seed draws, in the largest pages that fit (ranges.c), and calls to refuse (questions.c).
 */
#include "parts.h"

#include "core/frames.h"
#include "core/print.h"
#include "stage/checkpoint.h"
#include "stage/exam.h"
#include "stage/lesson.h"
#include "stage/probe.h"

#define FOUR_GIB     0x100000000u
#define FIRST_FREE   0x4000u /* 64 MiB of RAM from 64 MiB on, in pages: nobody's */
#define FREE_PAGES   0x4000u
#define OBJECTS      1000u
#define OBJECT_BYTES 64u

const struct lesson lesson = {
    .number = 12,
    .title = "huge pages",
    .pool_frames = 2300, /* 2,054 for 4 GiB in pages of 4 KiB */
    .pool_lowest = 0x400000,
};

/* ---- The same 4 GiB ---- */

/* With an empty TLB; again; and next door, where the CPU may or may not have to walk again. */
static void touch(void)
{
    uint64_t va = exam.note[TOUCHED];

    probe(PROBE_READ_4, va, 0);
    probe_keeps_tlb = 1;
    probe(PROBE_READ_4, va + 8, 0);
    probe(PROBE_READ_4, va + PAGE_SIZE, 0);
    probe_keeps_tlb = 0;
}

static void tell(enum which which)
{
    uint64_t page_bytes, tables = exam.note[USED_SMALL + which];
    unsigned reads = walk_reads(which, exam.note[TOUCHED], &page_bytes);

    print("     %u tables, %u bytes. A walk reads %u entries, and ends in a page of %u KiB.\n",
          (unsigned)tables, (unsigned)(tables * PAGE_SIZE), reads, (unsigned)(page_bytes >> 10));
}

static void map_four_gib(enum which which, uint64_t largest)
{
    space_make(which, largest, true);
    ask_map(which, 0, 0, FOUR_GIB, PTE_RW);
    tell(which);
    if (largest < PAGE_1G || cpu_has_1g())
        space_load(which);
}

static void same_again(void)
{
    print("2  4 GiB, each byte at its own address, in pages of 4 KiB:\n");
    map_four_gib(SMALL, PAGE_4K);
    CHECKPOINT(small_pages);
    touch();
    print("3  The same in pages of 2 MiB:\n");
    map_four_gib(MEDIUM, PAGE_2M);
    CHECKPOINT(medium_pages);
    touch();
    print("4  The same in pages of 1 GiB%s:\n",
          cpu_has_1g() ? "" : " (only the tables: this CPU has no such pages)");
    map_four_gib(LARGE, PAGE_1G);
    CHECKPOINT(large_pages);
    if (cpu_has_1g())
        touch();
    space_leave();
}

/* What pages cost the memory behind them. */
static void tell_waste(void)
{
    static const uint64_t size[] = { PAGE_4K, PAGE_2M, PAGE_1G };

    print("5  %u objects of %u bytes, in memory:\n", OBJECTS, OBJECT_BYTES);
    for (unsigned i = 0; i < 3; i++) {
        uint64_t packed = (OBJECTS * OBJECT_BYTES + size[i] - 1) & ~(size[i] - 1);
        print("     pages of %u KiB: packed %u KiB, one in each page %u KiB\n",
              (unsigned)(size[i] >> 10), (unsigned)(packed >> 10),
              (unsigned)(OBJECTS * size[i] >> 10));
    }
}

/* ---- Ranges ---- */

static void map_ranges(void)
{
    print("6  Ranges, each in the largest pages that fit:\n");
    space_make(MIXED, PAGE_1G, true);
    space_make(PLAIN, PAGE_2M, false);
    space_make(EDGE, PAGE_1G, false);
    space_make(MADE, PAGE_1G, false);
    ranges_draw();
    ranges_map();
    edges_map();
    make_pages_to_join();
    if (cpu_has_1g())
        space_load(MIXED);
    CHECKPOINT(ranges);
    if (cpu_has_1g())
        ranges_touch();
}

static void change_ranges(void)
{
    print("7  One page of 1 GiB becomes 512, and one of these becomes 512.\n");
    exam_group("split");
    ranges_split();
    CHECKPOINT(parts);
    if (cpu_has_1g())
        parts_touch();
    print("8  And back.\n");
    exam_group("join");
    ranges_join();
    CHECKPOINT(joined);
    print("9  A part of a page loses its rights, a part of another wins some.\n");
    exam_group("protect_range");
    ranges_protect();
    CHECKPOINT(rights);
    if (cpu_has_1g())
        rights_touch();
}

void lesson_main(void)
{
    exam.note[SIZES_KNOWN] = cpu_has_1g() ? 3 : 2;
    print("1  This CPU has pages of %s.\n",
          cpu_has_1g() ? "4 KiB, 2 MiB and 1 GiB" : "4 KiB and 2 MiB");
    CHECKPOINT(start);
    exam.note[TOUCHED] = (uint64_t)(FIRST_FREE + exam_below(FREE_PAGES)) << PAGE_SHIFT;
    exam_group("map_range");
    same_again();
    tell_waste();
    map_ranges();
    change_ranges();
    print("10 Calls that must be refused and leave no trace.\n");
    ask_for_refusals();
    space_leave();
    CHECKPOINT(refused);
}
