/*
 * Lesson 5: what the bits of a directory's entry mean, to the learner's translate and to the CPU,
 * with CR4.PSE and without. The entries here are written by hand, with bits that map_large refuses.
 */
#include "core/frames.h"
#include "core/machine.h"
#include "parts.h"
#include "stage/exam.h"
#include "stage/lesson.h"
#include "stage/probe.h"

#define MIXED_AT   256u /* number of the first large page of the mixed space */
#define MIXED      16u
#define QUESTIONS  512u
#define LARGE_RAW  (uint32_t)(PTE_P | PTE_RW | PTE_PS)
#define BIT_21     (uint32_t) BIT(21)
#define WORD_AT    0x123450u /* in a page whose entry gets one bit more */
#define BITS_TRIED 3u

static struct space mixed;

/* Words that only the seed knows; every other one looks like a present entry. */
static void fill_as_table(uint32_t frame)
{
    uint32_t *word = table_at((pa32_t){ frame });

    for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
        word[i] = (uint32_t)exam_next() ^ (i & 1);
}

static uint32_t drawn_frame(void)
{
    return (MIXED_FIRST + exam_below(MIXED_FRAMES)) * LARGE_BYTES;
}

/* Entry i of sixteen: absent, a table, and large pages with more and more of bits 21:12 set. */
static uint32_t mixed_entry(uint32_t i)
{
    uint32_t entry = drawn_frame() | LARGE_RAW;
    pa32_t table;

    switch (i % 8) {
    case 0:
        return entry & ~(uint32_t)PTE_P;
    case 1:
        if (!frame_take(&table))
            panic("no frame for a table");
        return table.value | (uint32_t)(PTE_P | PTE_RW);
    case 2:
        return entry;
    case 3:
        return entry | (uint32_t)PTE_PAT_LARGE;
    case 4:
        return entry | (1 + exam_below(255)) << 13;
    case 5:
        return entry | BIT_21;
    default:
        return entry | exam_below(512) << 12;
    }
}

/* Behind each of the entries lies a table as well, for a CPU that does not heed PS. */
void build_mixed(void)
{
    new_space(&mixed, ROOT_MIXED);
    for (uint32_t i = 0; i < MIXED; i++) {
        uint32_t entry = mixed_entry(i);
        table_at(mixed.directory)[MIXED_AT + i] = entry;
        fill_as_table(entry & ~0xFFFu);
    }
}

void ask_mixed(bool pse)
{
    mixed.pse = pse;
    for (unsigned i = 0; i < QUESTIONS; i++) {
        uint32_t page = MIXED_AT * TABLE_ENTRIES + exam_below(MIXED * TABLE_ENTRIES);
        va32_t va = { page << PAGE_SHIFT | exam_below(FRAME_BYTES) };
        pa_t pa = { 0 };
        enum result result = translate(&mixed, va, &pa);
        lesson_needs(result, TRANSLATE, "translate");
        exam_answer(va.value, result, pa.value);
    }
}

static void show(uint32_t va, enum probe_kind kind)
{
    struct probe p = probe(kind, va, 0);

    print("     read 0x%08x: ", va);
    probe_print(&p);
    print("\n");
}

/* ---- Without CR4.PSE ---- */

void write_letter(void)
{
    uint32_t frame = (LETTER_FIRST + 1) * LARGE_BYTES + exam_below(TABLE_ENTRIES) * FRAME_BYTES;
    uint32_t *word = table_at((pa32_t){ LETTER_FIRST * LARGE_BYTES });

    exam.note[LETTER] = frame;
    word[0] = frame | (uint32_t)(PTE_P | PTE_RW);
    word[1] = 0;
    *table_at((pa32_t){ frame }) = 0x1E77E12;
    print("9  The page at 0x%08x begins with the words 0x%08x and 0.\n", LETTER_FIRST * LARGE_BYTES,
          word[0]);
}

void read_letter(void)
{
    print("10 CR4.PSE is clear for a moment: PS means nothing, those words are PTEs.\n");
    show(LETTER_FIRST * LARGE_BYTES, PROBE_READ_4);
    show(LETTER_FIRST * LARGE_BYTES + FRAME_BYTES, PROBE_READ_4);
}

/* ---- One bit more ---- */

static const uint64_t tried[BITS_TRIED] = { PTE_PAT_LARGE, BIT(13), BIT(21) };

/* In three entries that the learner made, of the space in force. */
void one_bit_more(void)
{
    uint32_t first = BITS_FIRST + exam_below(LETTER_FIRST - BITS_FIRST - BITS_TRIED + 1);

    exam.note[BITS_PA] = first * LARGE_BYTES;
    print("11 One bit more in the entries from 0x%08x on:\n", first * LARGE_BYTES);
    for (uint32_t i = 0; i < BITS_TRIED; i++) {
        *table_at((pa32_t){ (first + i) * LARGE_BYTES + WORD_AT }) = 0xC0DE0000u + i;
        uint32_t *pde = &table_at(all.directory)[first + i];
        *pde |= (uint32_t)tried[i];
        print("     PDE[%u] = 0x%08x\n", first + i, *pde);
    }
}

void read_bits(void)
{
    uint32_t first = (uint32_t)exam.note[BITS_PA];

    print("12 Bit 12 is PAT, bit 13 is address bit 32, bit 21 is reserved:\n");
    for (uint32_t i = 0; i < BITS_TRIED; i++) {
        show(first + i * LARGE_BYTES + WORD_AT, i == BITS_TRIED - 1 ? PROBE_READ_1 : PROBE_READ_4);
        table_at(all.directory)[first / LARGE_BYTES + i] &= ~(uint32_t)tried[i];
    }
}
