/*
 * Lesson 6: what the learner's functions are asked while paging is off. 1,024 addresses, and calls
 * that must be refused and leave no trace.
 */
#include "parts.h"

#include "core/frames.h"
#include "stage/exam.h"
#include "stage/lesson.h"

#define QUESTIONS 1024u
#define EMPTY_VA  0xFFC00000u /* in the last GiB: no PD, no PT */
#define EMPTY_PDE 0x3F000000u /* in the first GiB: no PT */
#define UNTOUCHED 0x1111u     /* what *pa holds when nothing may be written to it */

static uint32_t question(unsigned i)
{
    uint32_t r, va;

    if (i % 2 != 0)
        return (uint32_t)(exam_next() >> 32);
    r = exam_below(rows);
    va = row[r].va + (exam_below(row[r].pages) << PAGE_SHIFT);
    return va + exam_below((uint32_t)PAGE_SIZE);
}

void ask_all(void)
{
    for (unsigned i = 0; i < QUESTIONS; i++) {
        va32_t va = { question(i) };
        pa_t pa = { 0 };
        enum result result = pae_translate(&space, va, &pa);
        lesson_needs(result, PAE_TRANSLATE, "pae_translate");
        exam_answer(va.value, result, pa.value);
    }
}

static void refuse_map(uint32_t va, uint64_t pa, uint64_t flags)
{
    enum result result = pae_map(&space, (va32_t){ va }, (pa_t){ pa }, flags);

    exam_answer(va, result, frames_free()); /* counted behind the call */
}

/* An address inside a page: where is drawn, so that nobody knows it by heart. */
static uint32_t inside(void)
{
    return 1 + exam_below((uint32_t)PAGE_SIZE - 1);
}

static void ask_map(void)
{
    uint32_t code = va_of(CODE_VA), large = va_of(LARGE_VA);
    uint64_t limit = BIT(physical_bits());

    refuse_map(code, exam.note[DATA_PA], PTE_RW);
    refuse_map(code + inside(), exam.note[DATA_PA], PTE_RW);
    refuse_map(EMPTY_VA, FOUR_GIB + inside(), PTE_RW);
    refuse_map(EMPTY_VA, limit, PTE_RW);
    refuse_map(EMPTY_VA, FOUR_GIB, PTE_RW | PTE_PWT | BIT(52));
    refuse_map(large + (uint32_t)PAGE_SIZE, FOUR_GIB, PTE_RW);
    for (unsigned left = 0; left < 2; left++) {
        frames_limit(left);
        refuse_map(EMPTY_VA, FOUR_GIB, PTE_RW);
        frames_unlimit();
    }
    frames_limit(0);
    refuse_map(EMPTY_PDE, FOUR_GIB, PTE_RW);
    frames_unlimit();
}

/* Paging is off: a function that wrote to *NULL all the same would hit the word at address 0. */
static void ask_with_null(va32_t va)
{
    volatile union entry *at_zero = table_at((pa32_t){ 0 });
    uint32_t before = at_zero->half.low;

    at_zero->half.low = UNTOUCHED;
    enum result result = pae_translate(&space, va, NULL);
    exam_answer(va.value, result, at_zero->half.low);
    at_zero->half.low = before;
}

static void ask_translate(void)
{
    pa_t pa = { UNTOUCHED };

    ask_with_null((va32_t){ va_of(CODE_VA) });
    ask_with_null((va32_t){ EMPTY_VA });
    enum result result = pae_translate(&space, (va32_t){ EMPTY_VA }, &pa);
    exam_answer(EMPTY_VA, result, pa.value);
}

static void refuse_executable(uint32_t va)
{
    enum result result = set_executable(&space, (va32_t){ va }, true);

    exam_answer(va, result, frames_free());
}

static void ask_set_executable(void)
{
    lesson_needs(set_executable(&space, (va32_t){ EMPTY_VA }, true), SET_EXECUTABLE,
                 "set_executable");
    refuse_executable(va_of(CODE_VA) + inside());
    refuse_executable(EMPTY_VA);
    refuse_executable(EMPTY_PDE);
    refuse_executable(va_of(SWAP_VA));
    refuse_executable(va_of(LARGE_VA));
}

void ask_for_refusals(void)
{
    ask_map();
    ask_translate();
    ask_set_executable();
}
