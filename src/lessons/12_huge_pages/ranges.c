/*
 * Lesson 12: ranges whose places only the seed knows. How far va and pa lie apart decides which
 * pages can be used: a multiple of 1 GiB, of 2 MiB but no more, of 4 KiB but no more.
 *
 *      range 0   4 KiB ... | 2 MiB ... |  1 GiB  ... | 2 MiB ... | 4 KiB ...
 *      range 1   4 KiB ... | 2 MiB ... | 4 KiB ...
 *      range 3                         right behind range 1, in the same table
 *      range 2   4 KiB pages, although there are many
 */
#include "parts.h"

#include "core/print.h"
#include "stage/exam.h"
#include "stage/probe.h"

#define PAGES_2M  512u     /* 4 KiB pages in a large one */
#define PAGES_1G  0x40000u /* and in a huge one */
#define PARTS     512u
#define PML4E_GIB 512u /* what one entry of a PML4 covers */

static uint64_t note(enum note base, unsigned i)
{
    return exam.note[base + i];
}

static uint64_t bytes_of(unsigned range)
{
    return note(PAGES_0, range) << PAGE_SHIFT;
}

static uint64_t end_of(unsigned range)
{
    return note(VA_0, range) + bytes_of(range);
}

/* From `least` to `most`, both included. */
static uint64_t between(uint32_t least, uint32_t most)
{
    return least + exam_below(most - least + 1);
}

/* ---- Drawing ---- */

/* All in pages. `off` is what va and pa differ by, but for whole GiB. The frames lie above 4 GiB
 * and below 2^39, where there is no memory to spoil. */
static void place(unsigned range, uint64_t first, uint64_t off, uint64_t pages, uint64_t flags)
{
    exam.note[VA_0 + range] = first << PAGE_SHIFT;
    exam.note[PA_0 + range] = (between(4, 400) * PAGES_1G + first % PAGES_1G + off) << PAGE_SHIFT;
    exam.note[PAGES_0 + range] = pages;
    uint64_t free_bits = between(0, 7); /* some of them, below the address and above */
    exam.note[FLAGS_0 + range] = flags | free_bits << 9 | (free_bits ^ 0x5A) << 52;
}

/* Some GiB of the lower half; for each range below other entries of the PML4. */
static uint64_t zone(unsigned range)
{
    return ((range * 60 + between(0, 59)) * PML4E_GIB + between(1, 500)) * PAGES_1G;
}

static void draw_range_0(void)
{
    uint64_t huge = zone(0), large = between(1, 400), small = between(1, 500);
    uint64_t behind = between(1, 2) * PAGES_1G + between(1, 400) * PAGES_2M + between(1, 500);

    exam.note[BIG] = huge << PAGE_SHIFT;
    exam.note[HEAD] = large * PAGES_2M + small;
    exam.note[TAIL] = behind - PAGES_1G;
    place(0, huge - exam.note[HEAD], 0, exam.note[HEAD] + behind, PTE_RW | PTE_PAT | PTE_G);
}

static void draw_range_1(void)
{
    uint64_t large = zone(1) + between(8, 400) * PAGES_2M,
             off = (2 * between(0, 255) + 1) * PAGES_2M;
    uint64_t head = between(1, 500), parts = between(1030, 1100), tail = between(1, 500);
    uint64_t before = between(1, 2); /* whole 2 MiB pages ahead of the one to be split */

    place(1, large - head, off, head + parts * PAGES_2M + tail, PTE_XD | PTE_US | PTE_PAT);
    exam.note[HEAD_1] = head + before * PAGES_2M;
    exam.note[SPLIT_1] = (large + before * PAGES_2M) << PAGE_SHIFT;
    exam.note[TAIL_1] = (parts - before - 1) * PAGES_2M + tail;
}

/* Its first frame could begin a page of 2 MiB, its first address could not. */
static void draw_range_2(void)
{
    uint64_t off = 2 * between(0, 100) + 1;

    place(2, zone(2) + PAGES_2M - off, off, between(1100, 1500), PTE_RW);
}

static void draw_changes(void)
{
    uint64_t inner = between(0, PARTS - 1);

    exam.note[INNER] = inner;
    exam.note[SHUT_FROM] = between(0, 200) * PAGES_2M + between(1, 511);
    exam.note[SHUT_PAGES] = between(2, 200) * PAGES_2M + between(0, 500);
    exam.note[OPEN_FROM] = between(1, 200);
    exam.note[OPEN_PAGES] = between(1, 300);
}

void ranges_draw(void)
{
    draw_range_0();
    draw_range_1();
    draw_range_2();
    place(3, end_of(1) >> PAGE_SHIFT, between(1, 500), between(2, 9), PTE_RW);
    draw_changes();
    exam.note[EDGE_PA] = between(4, 100) << 30;
    exam.note[EDGE_PA] -= PAGE_4K * 3 + PAGE_2M;
    exam.note[EDGE_LOW] = (UINT64_C(1) << 47) - PAGE_4K * 3 - PAGE_2M;
    exam.note[EDGE_HIGH] = -(PAGE_4K * 3 + PAGE_2M);
}

/* ---- Mapping and changing ---- */

void ranges_map(void)
{
    for (unsigned i = 0; i < RANGES; i++) {
        ask_map(MIXED, note(VA_0, i), note(PA_0, i), bytes_of(i), note(FLAGS_0, i));
        print("     range %u: 0x%lx, %u pages of 4 KiB, to 0x%lx\n", i, note(VA_0, i),
              (unsigned)note(PAGES_0, i), note(PA_0, i));
    }
    ask_map(PLAIN, note(VA_0, 0), note(PA_0, 0), bytes_of(0), note(FLAGS_0, 0));
}

void edges_map(void)
{
    ask_map(EDGE, exam.note[EDGE_LOW], exam.note[EDGE_PA], PAGE_2M + 3 * PAGE_4K, PTE_RW);
    ask_map(EDGE, exam.note[EDGE_HIGH], exam.note[EDGE_PA], PAGE_2M + 3 * PAGE_4K, PTE_RW);
}

static uint64_t inner(void)
{
    return exam.note[BIG] + exam.note[INNER] * PAGE_2M;
}

void ranges_split(void)
{
    uint64_t other = (exam.note[INNER] + between(1, PARTS - 1)) % PARTS;

    ask_split(MIXED, exam.note[BIG] + other * PAGE_2M + exam_below(PAGE_2M));
    ask_split(MIXED, inner() + exam_below(PAGE_2M));
    ask_split(MIXED, exam.note[SPLIT_1] + exam_below(PAGE_2M));
    ask_split(MIXED, note(VA_0, 2) + exam_below(PAGE_4K));
}

void ranges_join(void)
{
    ask_join(MIXED, inner(), PAGE_2M);
    ask_join(MIXED, exam.note[BIG], PAGE_1G);
    ask_join(MIXED, exam.note[SPLIT_1], PAGE_2M);
    ask_join(MIXED, exam.note[BIG], PAGE_1G);
}

void ranges_protect(void)
{
    uint64_t shut = exam.note[BIG] + (exam.note[SHUT_FROM] << PAGE_SHIFT);
    uint64_t open = exam.note[SPLIT_1] + (exam.note[OPEN_FROM] << PAGE_SHIFT);

    ask_protect(MIXED, shut, exam.note[SHUT_PAGES] << PAGE_SHIFT, PTE_XD);
    ask_protect(MIXED, open, exam.note[OPEN_PAGES] << PAGE_SHIFT, PTE_RW);
    ask_protect(MIXED, note(VA_0, 2), bytes_of(2), PTE_US);
}

/* ---- Touching: the last byte that is in, the first that is not ---- */

static void touch_edges(uint64_t start, uint64_t end)
{
    probe(PROBE_READ_1, start - 1, 0);
    probe(PROBE_READ_1, start, 0);
    probe(PROBE_READ_1, end - 1, 0);
    probe(PROBE_READ_1, end, 0);
}

void ranges_touch(void)
{
    for (unsigned i = 0; i < RANGES; i++)
        touch_edges(note(VA_0, i), end_of(i));
    touch_edges(exam.note[BIG], exam.note[BIG] + PAGE_1G);
}

/* In the pages that were split: somewhere, and at their ends. */
void parts_touch(void)
{
    touch_edges(inner(), inner() + PAGE_2M);
    touch_edges(exam.note[SPLIT_1], exam.note[SPLIT_1] + PAGE_2M);
    for (unsigned i = 0; i < 8; i++)
        probe(PROBE_READ_1, exam.note[BIG] + exam_below(PAGE_1G), 0);
}

static void touch_rights(uint64_t start, uint64_t end)
{
    touch_edges(start, end);
    probe(PROBE_WRITE_1, start - 1, 0);
    probe(PROBE_WRITE_1, start, 0);
    probe(PROBE_WRITE_1, end - 1, 0);
    probe(PROBE_WRITE_1, end, 0);
}

void rights_touch(void)
{
    uint64_t shut = exam.note[BIG] + (exam.note[SHUT_FROM] << PAGE_SHIFT);
    uint64_t open = exam.note[SPLIT_1] + (exam.note[OPEN_FROM] << PAGE_SHIFT);

    touch_rights(shut, shut + (exam.note[SHUT_PAGES] << PAGE_SHIFT));
    touch_rights(open, open + (exam.note[OPEN_PAGES] << PAGE_SHIFT));
    probe(PROBE_WRITE_1, note(VA_0, 2), 0);
}
