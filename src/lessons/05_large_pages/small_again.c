/*
 * Lesson 5: from one large page to 1,024 small ones, and back. Pages that hold the very code that
 * splits them, pages with every kind of flag, and 1,024 pages that cannot be one.
 */
#include "core/frames.h"
#include "core/machine.h"
#include "parts.h"
#include "stage/checkpoint.h"
#include "stage/lesson.h"

#define PLAIN      (uint32_t)(PTE_P | PTE_RW)
#define LARGE_RAW  (uint32_t)(PTE_P | PTE_RW | PTE_PS)
#define ODD_FIRST  512u /* number of the first large page of the odd space */
#define NARROW     2u
#define NARROW_AT  768u
#define NARROW_LOT (uint32_t)(PTE_P | PTE_RW | PTE_US | PTE_PWT | PTE_PAT | PTE_G)

/* What lies where in the odd space. */
enum odd {
    GAP,
    SWAPPED,
    OTHER_RIGHT,
    OTHER_PAT,
    OFF_BY_A_PAGE,
    GOOD,
    LARGE,
    HIGH,
    RESERVED,
    NOTHING
};

static struct space odd, narrow;

/* ---- Splitting ---- */

void split_drawn(struct drawn *drawn)
{
    uint32_t *pde = &table_at(drawn->space.directory)[drawn->page[0].value / LARGE_BYTES];
    uint32_t before = *pde;

    for (unsigned i = 0; i < DRAWN_ROWS; i++) {
        va32_t inside = { drawn->page[i].value + exam_below(LARGE_BYTES) };
        lesson_needs(split_large(&drawn->space, inside), SPLIT_LARGE, "split_large");
    }
    print("     PDE 0x%08x became 0x%08x", before, *pde);
    if (!(*pde & PTE_PS))
        print(", PTE[0] = 0x%08x", table_at((pa32_t){ *pde & ~0xFFFu })[0]);
    print("\n");
}

/* Does each small page lead where its part of the large one did? */
static bool leads_on(const struct drawn *drawn, unsigned page)
{
    va32_t va = drawn->page[page];
    uint32_t pde = table_at(drawn->space.directory)[va.value / LARGE_BYTES];
    const uint32_t *table = table_at((pa32_t){ pde & ~0xFFFu });

    if ((pde & (uint32_t)(PTE_P | PTE_PS)) != (uint32_t)PTE_P)
        return false;
    for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
        uint32_t frame = drawn->frame[page].value + i * FRAME_BYTES;
        if (!(table[i] & (uint32_t)PTE_P) || (table[i] & ~0xFFFu) != frame)
            return false;
    }
    return true;
}

void require_sound_splits(const struct drawn *drawn)
{
    for (unsigned i = 0; i < DRAWN_ROWS; i++) {
        if (leads_on(drawn, i))
            continue;
        print("\nThe page at 0x%08x was split, and its small pages do not lead where it led.\n"
              "The kernel is not going to run in pages that were split like that.\n",
              drawn->page[i].value);
        machine_stop(END_TODO);
    }
}

void split_kernel(void)
{
    uint32_t pages = ((uint32_t)frames_end() + LARGE_BYTES - 1) / LARGE_BYTES;

    for (uint32_t i = 0; i < pages; i++)
        lesson_needs(split_large(&all, large_page(i)), SPLIT_LARGE, "split_large");
    exam.note[SMALL_PAGES] = pages * TABLE_ENTRIES;
    exam.note[LARGE_LEFT] = TABLE_ENTRIES - pages;
    print("8  The kernel splits the %u pages that it runs in, while it does: PDE[0] = 0x%08x\n",
          pages, table_at(all.directory)[0]);
}

/* ---- What cannot be joined ---- */

/* A table of 1,024 pages in a row, written by hand; its place in the directory says which rights
 * they have in the end. */
static uint32_t *put_table(struct space *space, uint32_t at, uint32_t pde_flags, uint32_t first)
{
    pa32_t frame;

    if (!frame_take(&frame))
        panic("no frame for a table");
    for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
        table_at(frame)[i] = first + i * FRAME_BYTES;
    table_at(space->directory)[at] = frame.value | pde_flags;
    return table_at(frame);
}

void build_odd(void)
{
    uint32_t *table[LARGE], *pde, base = MIXED_FIRST * LARGE_BYTES;
    uint32_t page = 1 + exam_below(TABLE_ENTRIES - 2);

    new_space(&odd, ROOT_ODD);
    for (uint32_t i = GAP; i < LARGE; i++)
        table[i] = put_table(&odd, ODD_FIRST + i, PLAIN,
                             (base + (i == OFF_BY_A_PAGE ? FRAME_BYTES : 0)) | PLAIN);
    table[GAP][page] &= ~(uint32_t)PTE_P;
    table[SWAPPED][page] ^= table[SWAPPED][page + 1];
    table[SWAPPED][page + 1] ^= table[SWAPPED][page];
    table[SWAPPED][page] ^= table[SWAPPED][page + 1];
    table[OTHER_RIGHT][page] &= ~(uint32_t)PTE_RW;
    table[OTHER_PAT][page] |= (uint32_t)PTE_PAT;
    pde = &table_at(odd.directory)[ODD_FIRST];
    pde[LARGE] = base | LARGE_RAW;
    pde[HIGH] = base | LARGE_RAW | (uint32_t)BIT(13 + exam_below(8));
    pde[RESERVED] = base | LARGE_RAW | (uint32_t)BIT(21);
}

static void ask_join(uint32_t slot, uint32_t offset)
{
    va32_t page = { (ODD_FIRST + slot) * LARGE_BYTES + offset };
    enum result result = join_pages(&odd, page);

    lesson_needs(result, JOIN_PAGES, "join_pages");
    exam_answer(page.value, result, 0);
}

static void ask_split(uint32_t slot, unsigned frames)
{
    va32_t page = large_page(ODD_FIRST + slot);

    frames_limit(frames);
    exam_answer(page.value, split_large(&odd, page), 0);
    frames_unlimit();
}

void ask_odd(void)
{
    const va32_t good = large_page(ODD_FIRST + GOOD);

    exam.note[FREE_BEFORE] = frames_free();
    for (uint32_t slot = GAP; slot < GOOD; slot++)
        ask_join(slot, 0);
    ask_join(GOOD, FRAME_BYTES);
    ask_join(LARGE, 0);
    ask_join(NOTHING, 0);
    ask_split(LARGE, 0);
    ask_split(GOOD, 1);
    ask_split(HIGH, 1);
    ask_split(RESERVED, 1);
    ask_split(NOTHING, 1);
    exam_answer(good.value, map_large(&odd, good, (pa_t){ 0 }, 0), 0);
    pa32_t crooked = { all.directory.value + 8 };
    exam_answer(crooked.value, switch_on(crooked), 0);
}

/* ---- Joining ---- */

void join_drawn(struct drawn *drawn)
{
    for (unsigned i = 0; i < DRAWN_ROWS; i++)
        (void)join_pages(&drawn->space, drawn->page[i]);
    print("     PDE 0x%08x\n",
          table_at(drawn->space.directory)[drawn->page[0].value / LARGE_BYTES]);
}

/* The directory's entry takes away what every PTE grants; one page of all was written to. */
void join_narrow(void)
{
    static const uint64_t pde_flags[NARROW] = { PTE_P | PTE_US, PTE_P | PTE_RW };
    uint32_t pa = (MIXED_FIRST + exam_below(MIXED_FRAMES - NARROW)) * LARGE_BYTES;
    uint32_t *table;

    new_space(&narrow, ROOT_NARROW);
    exam.note[NARROW_PA] = pa;
    for (uint32_t i = 0; i < NARROW; i++) {
        table = put_table(&narrow, NARROW_AT + i, (uint32_t)pde_flags[i],
                          (pa + i * LARGE_BYTES) | NARROW_LOT);
        table[1 + exam_below(TABLE_ENTRIES - 1)] |= (uint32_t)PTE_D;
        (void)join_pages(&narrow, large_page(NARROW_AT + i));
    }
    print("15 Pages whose table grants less than they do, one of them dirty: 0x%08x, 0x%08x\n",
          table_at(narrow.directory)[NARROW_AT], table_at(narrow.directory)[NARROW_AT + 1]);
}
