/* Lesson 10: calls that must be refused and leave no trace, and questions to is_guard_hit(). */
#include "parts.h"

#include "core/frames.h"
#include "stage/exam.h"
#include "stage/lesson.h"

#define OWNERS       6u /* made-up objects, for the questions alone */
#define QUESTIONS    96u
#define OWNERS_START 0xFFFFA00000000000u
#define TABLE_SPAN   0x200000u /* bytes that one table covers */
#define SHORT_PAGES  3u        /* this stack needs three frames and one for a table */
#define WRITTEN      0xBADu

struct guarded owner[OWNERS]; /* the grader reads it from outside */

/* ---- Refusals ---- */

/* Result, and what the call has lost: frames, and pages of addresses, or that it wrote *object. */
static void refused(uint64_t ask, enum result result, unsigned free_before, uint64_t pages_taken,
                    const struct guarded *object)
{
    bool written = object->name != NULL || object->usable.end.value != 0 ||
                   object->below.end.value != 0 || object->above.end.value != 0;

    exam_answer(ask, result, free_before - frames_free());
    exam_answer(ask, result, written ? WRITTEN : pages_taken);
}

static void refuse_stack(uint64_t pages, va_t next)
{
    struct guarded stack = { 0 };
    unsigned before = frames_free();

    area_set_next(next);
    enum result result = alloc_guarded_stack("refused", pages, &stack);
    frames_unlimit();
    refused(pages, result, before, (area_next().value - next.value) >> PAGE_SHIFT, &stack);
}

static void refuse_buffer(uint64_t bytes)
{
    struct guarded buffer = { 0 };
    unsigned before = frames_free();
    va_t next = heap_next();
    enum result result = alloc_guarded_buffer("refused", bytes, &buffer);

    lesson_needs(result, ALLOC_BUFFER, "alloc_guarded_buffer");
    frames_unlimit();
    refused(bytes, result, before, (heap_next().value - next.value) >> PAGE_SHIFT, &buffer);
    heap_set_next(next);
}

void ask_for_refusals(void)
{
    const va_t next = area_next();

    exam_group("refusals");
    refuse_stack(0, next);
    refuse_stack(STACK_PAGES_MAX + 1, next);
    refuse_stack(UINT64_MAX, next);
    refuse_stack(4, (va_t){ AREA_START + AREA_BYTES - 4 * PAGE_SIZE });
    for (unsigned frames = 0; frames <= SHORT_PAGES; frames++) {
        /* Each where no other call has mapped anything, and no table is yet. */
        va_t fresh = { AREA_START + (uint64_t)(1 + frames) * TABLE_SPAN };
        frames_limit(frames);
        refuse_stack(SHORT_PAGES, fresh);
    }
    area_set_next(next);
    refuse_buffer(0);
    refuse_buffer(BUFFER_ALIGN - 1);
    refuse_buffer(PAGE_SIZE + 8);
    refuse_buffer(HEAP_BYTES);
    refuse_buffer(UINT64_MAX - BUFFER_ALIGN + 1);
    exam_group("buffer_short");
    frames_limit(0);
    refuse_buffer(PAGE_SIZE);
}

/* ---- Whose guard? ---- */

/* `least` to three pages; 0 is no guard at all. */
static struct span draw_span(va_t *at, uint32_t least)
{
    va_t start = *at;

    at->value += (uint64_t)(least + exam_below(4 - least)) << PAGE_SHIFT;
    return (struct span){ start, *at };
}

static void make_owners(void)
{
    va_t at = { OWNERS_START + ((uint64_t)exam_below(1u << 20) << PAGE_SHIFT) };

    for (unsigned i = 0; i < OWNERS; i++) {
        owner[i].below = draw_span(&at, 0);
        owner[i].usable.start = at;
        at.value += (uint64_t)(1 + exam_below(8)) << PAGE_SHIFT;
        owner[i].usable.end = at;
        /* One guard at least: else nobody would notice that an object was forgotten. */
        bool bare = owner[i].below.end.value == owner[i].below.start.value;
        owner[i].above = draw_span(&at, bare);
    }
}

/* The addresses where being off by one shows: the ends of both guards, from both sides. */
static va_t draw_edge(void)
{
    const struct guarded *o = &owner[exam_below(OWNERS)];
    const va_t edge[] = { o->below.start, o->below.end, o->above.start, o->above.end };

    return (va_t){ edge[exam_below(4)].value - exam_below(2) };
}

/* A guard of the last object's, in a list that ends right before it, and in one without objects. */
static void ask_beyond_the_list(void)
{
    const struct guarded *last = &owner[OWNERS - 1];
    bool bare = last->below.end.value == last->below.start.value;
    const va_t ask = bare ? last->above.start : last->below.start;

    for (unsigned count = 0; count < OWNERS; count += OWNERS - 1) {
        unsigned which = NOBODY;
        exam_answer(count, is_guard_hit(ask, last - count, count, &which), which);
    }
}

void ask_whose_guard(void)
{
    make_owners();
    exam_group("owners");
    for (unsigned i = 0; i < QUESTIONS; i++) {
        va_t ask = draw_edge();
        unsigned which = NOBODY;
        enum result result = is_guard_hit(ask, owner, OWNERS, &which);
        exam_answer(ask.value, result, which);
    }
    exam_group("list_ends");
    ask_beyond_the_list();
}
