/*
 * Lesson 10: the heap with its contents, and the four objects that get guards. Every size and
 * place is noted as work.h wants it, and what the learner wrote down is answered beside it: the
 * story goes on by the former, so that one mistake does not spoil what comes after it.
 */
#include "parts.h"

#include "arch.h"
#include "core/frames.h"
#include "core/machine.h"
#include "stage/exam.h"
#include "stage/lesson.h"

#define KEPT_PAGES        4u /* the last of the heap: what a big frame will land in */
#define STACK_PAGES       4u /* sizes come from the seed: at most so much */
#define PICTURE_PAGES_MAX 3u
#define PACKET_UNITS      600u
#define GAP_PAGES         100u
#define NEIGHBOUR_PAGES   2u /* of somebody else's, between the buffers */
#define HEAP_WORDS        (HEAP_BYTES / 8)

struct place place[OBJECTS];
struct guarded objects[OBJECTS];
const char *const object_name[OBJECTS] = { "worker", "logger", "packet", "picture" };

/* Through the window: what is mapped where does not matter. */
static volatile uint64_t *heap_words;

/* ---- The heap's contents: every word holds its own number ---- */

static bool is_buffer(uint64_t va)
{
    return (va >= place[PACKET].low.value && va < place[PACKET].high.value) ||
           (va >= place[PICTURE].low.value && va < place[PICTURE].high.value);
}

uint64_t changed_words(void)
{
    uint64_t changed = 0;

    for (uint64_t i = 0; i < HEAP_WORDS; i++)
        changed += heap_words[i] != i && !is_buffer(HEAP_START + i * 8);
    return changed;
}

void fill_heap(void)
{
    pa_t heap = regions_init(KEPT_PAGES);

    heap_words = phys_ptr(heap.value);
    for (uint64_t i = 0; i < HEAP_WORDS; i++)
        heap_words[i] = i;
    exam.note[HEAP_PA] = heap.value;
}

/* ---- Four objects ---- */

/* What the learner wrote down about object i, for the grader to hold against work.h. */
static void describe(unsigned i, enum result result)
{
    const struct guarded *o = &objects[i];

    exam_answer(i, result, o->name == object_name[i]);
    exam_answer(i, result, o->usable.start.value);
    exam_answer(i, result, o->usable.end.value);
    exam_answer(i, result, o->below.start.value);
    exam_answer(i, result, o->below.end.value);
    exam_answer(i, result, o->above.end.value - o->above.start.value);
    if (i >= PACKET)
        exam_answer(i, result, o->above.start.value);
}

static void keep_place(unsigned i, va_t guard, uint64_t pages, uint64_t bytes)
{
    exam.note[WORKER_GUARD + i] = guard.value;
    exam.note[WORKER_PAGES + i] = pages;
    place[i].high.value = guard.value + PAGE_SIZE + (pages << PAGE_SHIFT);
    place[i].low.value = place[i].high.value - bytes;
    print("     %s: 0x%lx to 0x%lx, guard below at 0x%lx\n", object_name[i], place[i].low.value,
          place[i].high.value, guard.value);
}

/* Notes whether an object took too few or too many addresses. The next one starts where due. */
static va_t counted(va_t next, va_t due)
{
    exam.note[TOO_FEW] += next.value < due.value;
    exam.note[TOO_MANY] += next.value > due.value;
    return due;
}

static void take_stack(unsigned i, uint64_t pages)
{
    va_t guard = area_next(), due = { guard.value + ((pages + 1) << PAGE_SHIFT) };
    enum result result = alloc_guarded_stack(object_name[i], pages, &objects[i]);

    lesson_needs(result, ALLOC_STACK, "alloc_guarded_stack");
    area_set_next(counted(area_next(), due));
    keep_place(i, guard, pages, pages << PAGE_SHIFT);
    describe(i, result);
}

static void take_buffer(unsigned i, uint64_t bytes)
{
    uint64_t pages = (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;
    va_t guard = heap_next(), due = { guard.value + ((pages + 2) << PAGE_SHIFT) };
    enum result result = alloc_guarded_buffer(object_name[i], bytes, &objects[i]);

    lesson_needs(result, ALLOC_BUFFER, "alloc_guarded_buffer");
    heap_set_next(counted(heap_next(), due));
    keep_place(i, guard, pages, bytes);
    describe(i, result);
}

void take_stacks(void)
{
    take_stack(WORKER, 1 + exam_below(STACK_PAGES));
    take_stack(LOGGER, 1 + exam_below(STACK_PAGES));
}

void take_buffers(void)
{
    va_t neighbour;

    heap_reserve(1 + exam_below(GAP_PAGES), &neighbour);
    exam.note[HEAP_BEFORE] = (heap_next().value - HEAP_START) >> PAGE_SHIFT;
    exam.note[PACKET_BYTES] = (uint64_t)BUFFER_ALIGN * (1 + exam_below(PACKET_UNITS));
    take_buffer(PACKET, exam.note[PACKET_BYTES]);
    heap_reserve(NEIGHBOUR_PAGES, &neighbour);
    take_buffer(PICTURE, (uint64_t)(1 + exam_below(PICTURE_PAGES_MAX)) << PAGE_SHIFT);
    exam.note[HEAP_AFTER] = (AREA_START - heap_next().value) >> PAGE_SHIFT;
}
