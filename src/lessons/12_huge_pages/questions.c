/* Lesson 12: calls that must be refused and leave no trace, and pages that only look alike. */
#include "parts.h"

#include "arch.h"
#include "core/frames.h"
#include "stage/exam.h"

#define HALF     (UINT64_C(1) << 47)
#define FRESH    (UINT64_C(200) << 39) /* addresses of MIXED where no table is */
#define ENTRIES  512u
#define MADE_PA  (UINT64_C(5) << 30)
#define NAMES    (PTE_P | PTE_RW | PTE_US)
#define SHORT_OF 4u /* frames for tables that the longest call here needs */

enum { HOLE, READ_ONLY, SWAPPED, SHIFTED, OTHER_TYPE, USED_ONCE, MADE_KINDS };

/* ---- 512 pages, six times ---- */

static uint64_t *new_table(uint64_t *entry)
{
    uint64_t frame = frames_take(), *table = phys_ptr(frame);

    for (unsigned i = 0; i < ENTRIES; i++)
        table[i] = 0;
    *entry = frame | NAMES;
    return table;
}

static void spoil(unsigned kind, uint64_t *table)
{
    uint64_t *entry = &table[1 + exam_below(ENTRIES - 1)];

    switch (kind) {
    case HOLE:
        *entry &= ~PTE_P;
        break;
    case READ_ONLY:
        *entry &= ~PTE_RW;
        break;
    case SWAPPED:
        *entry += PAGE_4K;
        break;
    case OTHER_TYPE:
        *entry ^= PTE_PAT;
        break;
    case USED_ONCE:
        *entry |= PTE_A | PTE_D;
        break;
    default: /* SHIFTED: nothing more than its frames */
        break;
    }
}

void make_pages_to_join(void)
{
    uint64_t *pml4 = phys_ptr(exam.note[ROOT_MADE]);
    uint64_t *directory = new_table(&new_table(&pml4[0])[0]);

    for (unsigned kind = 0; kind < MADE_KINDS; kind++) {
        uint64_t *table = new_table(&directory[kind]);
        uint64_t pa = MADE_PA + kind * PAGE_2M + (kind == SHIFTED ? PAGE_4K : 0);
        for (uint64_t i = 0; i < ENTRIES; i++)
            table[i] = (pa + i * PAGE_4K) | PTE_G | PTE_RW | PTE_P;
        spoil(kind, table);
    }
}

/* ---- Refusals ---- */

/* A drawn offset: aligned for a word, not for a page. */
static uint64_t inside_a_page(void)
{
    return sizeof(uint64_t) * (1 + exam_below(PAGE_4K / sizeof(uint64_t) - 1));
}

static void refuse_map(void)
{
    uint64_t end_1 = exam.note[VA_3] + (exam.note[PAGES_3] << PAGE_SHIFT);
    uint64_t around = end_1 & ~(PAGE_1G - 1);

    ask_map(MIXED, FRESH + inside_a_page(), PAGE_1G, PAGE_4K, PTE_RW);
    ask_map(MIXED, FRESH, PAGE_1G + inside_a_page(), PAGE_4K, PTE_RW);
    ask_map(MIXED, FRESH, PAGE_1G, PAGE_4K + inside_a_page(), PTE_RW);
    ask_map(MIXED, FRESH, PAGE_1G, 0, PTE_RW);
    ask_map(MIXED, HALF, PAGE_1G, PAGE_4K, PTE_RW);
    ask_map(MIXED, HALF - PAGE_2M, PAGE_1G, 2 * PAGE_2M, PTE_RW);
    ask_map(MIXED, -PAGE_2M, PAGE_1G, 2 * PAGE_2M, PTE_RW);
    ask_map(MIXED, FRESH, BIT(52) - PAGE_4K, 2 * PAGE_4K, PTE_RW);
    ask_map(MIXED, FRESH, PAGE_1G, PAGE_4K, PTE_RW | BIT(40));
    ask_map(MIXED, exam.note[VA_0] - PAGE_2M, PAGE_1G, PAGE_2M + PAGE_4K, PTE_RW);
    ask_map(MIXED, exam.note[BIG] + PAGE_1G - PAGE_4K, PAGE_1G, PAGE_4K, PTE_RW);
    ask_map(MIXED, around, PAGE_1G, PAGE_1G, PTE_RW);
    for (unsigned frames = 0; frames < SHORT_OF; frames++) {
        frames_limit(frames);
        ask_map(MIXED, FRESH + PAGE_2M - PAGE_4K, PAGE_1G, 2 * PAGE_4K, PTE_RW);
        frames_unlimit();
    }
}

static void refuse_split_and_join(void)
{
    ask_split(MIXED, FRESH);
    ask_split(MIXED, HALF);
    frames_limit(0);
    ask_split(PLAIN, exam.note[BIG]);
    frames_unlimit();
    exam_group("join_refusals");
    ask_join(MIXED, exam.note[BIG] + PAGE_2M, PAGE_1G);
    ask_join(MIXED, exam.note[BIG], PAGE_4K);
    ask_join(MIXED, HALF, PAGE_2M);
    ask_join(PLAIN, exam.note[BIG], PAGE_1G);
    ask_join(MIXED, FRESH, PAGE_2M);
    ask_join(MIXED, exam.note[BIG], PAGE_1G);
    for (unsigned kind = 0; kind < MADE_KINDS; kind++)
        ask_join(MADE, kind * PAGE_2M, PAGE_2M);
}

static void refuse_protect(void)
{
    uint64_t start = exam.note[VA_0], bytes = exam.note[PAGES_0] << PAGE_SHIFT;

    ask_protect(MIXED, start + inside_a_page(), PAGE_4K, PTE_XD);
    ask_protect(MIXED, start, PAGE_4K + inside_a_page(), PTE_XD);
    ask_protect(MIXED, start, 0, PTE_XD);
    ask_protect(MIXED, start, -start + PAGE_4K, PTE_XD);
    ask_protect(MIXED, start, PAGE_4K, PTE_G);
    ask_protect(MIXED, start, bytes + PAGE_4K, PTE_XD);
    /* Where nothing has been tried yet. */
    ask_protect(MIXED, exam.note[VA_2] - PAGE_4K, 2 * PAGE_4K, PTE_XD);
    for (unsigned frames = 0; frames < 2; frames++) {
        frames_limit(frames);
        ask_protect(PLAIN, exam.note[BIG] + PAGE_4K, 2 * PAGE_2M, PTE_XD);
        frames_unlimit();
    }
}

void ask_for_refusals(void)
{
    exam_group("map_refusals");
    refuse_map();
    exam_group("split_refusals");
    refuse_split_and_join();
    exam_group("protect_refusals");
    refuse_protect();
}
