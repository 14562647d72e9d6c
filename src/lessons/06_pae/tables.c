/*
 * Lesson 6: the space that the learner's pae_map fills while paging is off. What it holds comes
 * from the seed, except for the kernel's own pages; checks.toml draws it again.
 */
#include "parts.h"

#include "arch.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/memory.h"
#include "lessons/shared/two_processes.h"
#include "stage/exam.h"
#include "stage/lesson.h"

#define PDPT_BYTES      32u
#define PDPT_SLOTS      128u     /* in a frame */
#define HIGH_FIRST_PAGE 0x40000u /* pages with frames above 4 GiB */
#define HIGH_PAGES      0x70000u
#define HIGH_ROWS       12u
#define LAST_PAGE       0x3FFFFu /* of the first GiB: it leads to the first byte above 4 GiB */
#define NEW_FIRST       0xC0000u /* in the last GiB, where nothing is mapped at first */
#define NEW_PAGES       0x40000u
#define LARGE_FIRST     0xB0000000u
#define LARGE_COUNT     64u
#define LARGE_SHIFT     21
#define TABLE_PAGES     512u
#define LOW_TABLE       3u /* the lone pages lie in this table, or in one 8 MiB further on, ... */
#define LOW_TABLES      50u
#define QUARTER         128u
#define RET             0xC3u

struct space space;
struct story_row row[HIGH_ROWS + 5];
unsigned rows;

static uint64_t high_frame(void)
{
    return (uint64_t)(HIGH_FIRST_FRAME + exam_below(HIGH_FRAMES)) << PAGE_SHIFT;
}

uint32_t va_of(enum note note)
{
    return (uint32_t)exam.note[note];
}

void map_or_end(uint32_t va, uint64_t pa, uint64_t flags)
{
    lesson_needs(pae_map(&space, (va32_t){ va }, (pa_t){ pa }, flags), PAE_MAP, "pae_map");
}

static void remember(uint32_t va, uint64_t pa, uint32_t pages)
{
    row[rows].va = va;
    row[rows].pa = pa;
    row[rows++].pages = pages;
}

static void map_kernel_page(void *unused, uint32_t page, uint32_t frame)
{
    (void)unused;
    map_or_end(page << PAGE_SHIFT, (uint64_t)frame << PAGE_SHIFT, PTE_RW);
}

static void draw_high_rows(uint32_t page[HIGH_ROWS], uint64_t frame[HIGH_ROWS])
{
    for (uint32_t i = 0; i < HIGH_ROWS; i++) {
        page[i] =
            HIGH_FIRST_PAGE + i * (HIGH_PAGES / HIGH_ROWS) + exam_below(HIGH_PAGES / HIGH_ROWS);
        frame[i] = high_frame();
    }
}

/* Where the lone pages lie: four of them in one table, each in a quarter of its own. */
static void draw_places(void)
{
    uint32_t table = (LOW_TABLE + 4 * exam_below(LOW_TABLES)) * TABLE_PAGES;

    static const enum note lone[] = { CODE_VA, DATA_VA, SWAP_VA, LIVE_VA };
    for (uint32_t i = 0; i < 4; i++)
        exam.note[lone[i]] = (table + i * QUARTER + exam_below(QUARTER)) << PAGE_SHIFT;
    exam.note[CODE_PA] = frames_take();
    exam.note[DATA_PA] = frames_take();
    exam.note[SWAP_PA] = high_frame();
    exam.note[LIVE_PA] = high_frame();
    exam.note[LARGE_VA] = LARGE_FIRST + ((uint64_t)exam_below(LARGE_COUNT) << LARGE_SHIFT);
    exam.note[LARGE_PA] = FOUR_GIB + ((uint64_t)exam_below(LARGE_COUNT) << LARGE_SHIFT);
    exam.note[NEW_VA] = (NEW_FIRST + exam_below(NEW_PAGES)) << PAGE_SHIFT;
    exam.note[NEW_PA] = frames_take();
    *(uint8_t *)phys_ptr(exam.note[CODE_PA]) = RET;
    *(uint8_t *)phys_ptr(exam.note[DATA_PA]) = RET;
}

static void new_space(void)
{
    pa32_t frame;

    if (!frame_take(&frame))
        panic("no frame for a PDPT");
    memset(phys_ptr(frame.value), 0, FRAME_BYTES);
    space.pdpt.value = frame.value + PDPT_BYTES * (1 + exam_below(PDPT_SLOTS - 1));
    exam.note[ROOT] = space.pdpt.value;
}

static void map_rows_of_space(const uint32_t page[HIGH_ROWS], const uint64_t frame[HIGH_ROWS])
{
    uint64_t *pde;

    map_or_end(va_of(DATA_VA), exam.note[DATA_PA], PTE_RW | PTE_XD);
    map_or_end(va_of(CODE_VA), exam.note[CODE_PA], 0);
    map_or_end(va_of(LIVE_VA), exam.note[LIVE_PA], PTE_RW | PTE_XD);
    map_or_end(LAST_PAGE << PAGE_SHIFT, FOUR_GIB, PTE_RW | PTE_XD);
    remember(va_of(CODE_VA), exam.note[CODE_PA], 1);
    remember(va_of(DATA_VA), exam.note[DATA_PA], 1);
    remember(va_of(LIVE_VA), exam.note[LIVE_PA], 1);
    remember(LAST_PAGE << PAGE_SHIFT, FOUR_GIB, 1);
    for (unsigned i = 0; i < HIGH_ROWS; i++) {
        map_or_end(page[i] << PAGE_SHIFT, frame[i], PTE_RW | PTE_XD);
        remember(page[i] << PAGE_SHIFT, frame[i], 1);
    }
    pde = entry_of(va_of(LARGE_VA), PG_PD);
    if (pde != NULL)
        *pde = exam.note[LARGE_PA] | PTE_P | PTE_RW | PTE_PS | PTE_XD;
    exam.note[SWAP_PTE] = (uintptr_t)entry_of(va_of(SWAP_VA), PG_PT);
    remember(va_of(LARGE_VA), exam.note[LARGE_PA], TABLE_PAGES);
}

void build(void)
{
    uint32_t page[HIGH_ROWS];
    uint64_t frame[HIGH_ROWS];

    draw_high_rows(page, frame);
    draw_places();
    new_space();
    exam.note[FREE_BEFORE] = frames_free();
    map_kernel(map_kernel_page, NULL, (uint32_t)(frames_start() >> PAGE_SHIFT),
               (uint32_t)(frames_end() >> PAGE_SHIFT));
    map_rows_of_space(page, frame);
    exam.note[FREE_NOW] = frames_free();
    print("     PDPT at 0x%08x, %u frames for PDs and PTs. Some of the pages:\n", space.pdpt.value,
          (unsigned)(exam.note[FREE_BEFORE] - exam.note[FREE_NOW]));
    for (unsigned i = 0; i < rows; i += 3)
        print("     0x%08x -> 0x%09llx\n", row[i].va, (unsigned long long)row[i].pa);
}
