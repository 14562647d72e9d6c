/* Lesson 4: calls that need no magnifying glass. What they must answer stands in checks.toml. */
#include "work.h"

#include "parts.h"
#include "stage/exam.h"

#define TOP_PAGE  0xFFFFF000u
#define FAR_PAGE  0xC0000000u /* no table there */
#define UNTOUCHED 0x5A5A5A5Au /* what must still stand where a refused call was to put something */

/* A pointer, since the call before it is what changes the value. */
static void answer(uint32_t ask, enum result result, const uint32_t *value)
{
    exam_answer(ask, result, *value);
}

/* Frame 0, no place for the old frame, rights given and taken back: all DONE. */
void ask_for_the_rest(void)
{
    const va32_t page = trial[ZERO].page;
    pa32_t was = { UNTOUCHED };

    set_entry(page, WRITABLE_ENTRY);
    answer(page.value, remap(page, trial[ZERO].old, &was), &was.value);
    exam_answer(page.value, remap(page, (pa32_t){ 0 }, NULL), 0);
    was.value = UNTOUCHED;
    answer(page.value, unmap(page, &was), &was.value);
    set_entry(page, trial[ZERO].new.value | WRITABLE_ENTRY);
    exam_answer(page.value, unmap(page, NULL), 0);
    set_entry(page, trial[ZERO].new.value | (uint32_t)(PTE_P | PTE_US | PTE_AVL));
    exam_answer(page.value, protect(page, PTE_RW), 0);
}

/* Where in the page an unaligned address lies is drawn: nobody can know it by heart. */
void ask_for_refusals(void)
{
    const uint32_t inside = 1 + exam_below(PAGE_SIZE - 1);
    const va32_t good = trial[MOVED].page, far = { FAR_PAGE }, off = { good.value + inside };
    const va32_t gone = trial[GONE].page, top = { TOP_PAGE };
    const pa32_t frame = trial[MOVED].old;
    pa32_t was = { UNTOUCHED };
    uint32_t map = UNTOUCHED;

    answer(off.value, remap(off, frame, &was), &was.value);
    answer(good.value, remap(good, (pa32_t){ frame.value + inside }, &was), &was.value);
    answer(far.value, remap(far, frame, &was), &was.value);
    answer(gone.value, remap(gone, frame, &was), &was.value);
    exam_answer(off.value, protect(off, PTE_RW), 0);
    exam_answer(gone.value, protect(gone, PTE_RW), 0);
    exam_answer(far.value, protect(far, 0), 0);
    exam_answer(good.value, protect(good, PTE_RW | PTE_G), 0);
    answer(off.value, unmap(off, &was), &was.value);
    answer(gone.value, unmap(gone, &was), &was.value);
    answer(far.value, unmap(far, &was), &was.value);
    answer(off.value, referenced_pages(off, 1, &map), &map);
    answer(good.value, referenced_pages(good, 0, &map), &map);
    answer(good.value, referenced_pages(good, REFERENCED_MOST + 1, &map), &map);
    answer(top.value, referenced_pages(top, 2, &map), &map);
    answer(top.value, referenced_pages(top, 1, &map), &map);
}
