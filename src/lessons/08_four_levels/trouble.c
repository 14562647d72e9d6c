/*
 * Lesson 8: calls that must be refused and leave no trace, frames that run out at every possible
 * point, and many maps and unmaps in a space that no CPU uses.
 */
#include "parts.h"

#include "core/frames.h"
#include "stage/exam.h"
#include "stage/lesson.h"

#define UNTOUCHED   0x5EA1u             /* what must still stand where nothing was to be written */
#define FIRST_HOLE  0x0000800000000000u /* the lowest address that is not canonical */
#define TOO_FAR     BIT(52)             /* a frame's address that fits no entry */
#define SLOTS       16u                 /* one bit of a slot's number chooses each index */
#define OPERATIONS  800u
#define SLOT_FRAME  0x500u
#define LAST_ENTRY  511u
#define FIRST_UPPER 257u /* 256 is the window */
#define SOME_UPPER  200u
#define LEVELS      4u
#define FRESH_INDEX 1u

/* ---- Refusals ---- */

static void try_map(va_t page, uint64_t frame, uint64_t flags)
{
    exam_answer(page.value, map_page(&one, page, (pa_t){ frame }, flags), 0);
}

static void try_unmap(va_t page)
{
    pa_t frame = { UNTOUCHED };
    enum result result = unmap_page(&one, page, &frame);

    lesson_needs(result, UNMAP, "unmap_page");
    exam_answer(page.value, result, frame.value);
}

static void try_translate(va_t va)
{
    pa_t pa = { UNTOUCHED };
    enum result result = translate(&one, va, &pa);

    exam_answer(va.value, result, pa.value);
}

uint64_t inside_a_page(void)
{
    return sizeof(uint64_t) * (1 + exam_below(PAGE_SIZE / sizeof(uint64_t) - 1));
}

void ask_for_refusals(void)
{
    const va_t group = { exam.note[GROUP] }, huge = { exam.note[LARGE] };
    const va_t large = plus(huge, GIB + LARGE_INDEX * LARGE_BYTES), hole = { FIRST_HOLE };
    const va_t free = plus(group, 2 * PAGE_SIZE), wrong = { group.value ^ BIT(50) };
    const uint64_t inside = inside_a_page();

    try_map(group, 0x9000, PTE_RW);
    try_map(plus(free, inside), 0x9000, PTE_RW);
    try_map(free, 0x9000 | inside, PTE_RW);
    try_map(plus(huge, 7 * PAGE_SIZE), 0x9000, PTE_RW);
    try_map(plus(large, 7 * PAGE_SIZE), 0x9000, PTE_RW);
    try_map(hole, 0x9000, PTE_RW);
    try_map(wrong, 0x9000, PTE_RW);
    try_map(free, TOO_FAR, PTE_RW);
    try_map(free, 0x9000, PTE_RW | BIT(40));
    try_unmap(free);
    try_unmap(va_of(UNUSED_PML4, 0, 0, 0));
    try_unmap(plus(huge, 7 * PAGE_SIZE));
    try_unmap(plus(large, 7 * PAGE_SIZE));
    try_unmap(plus(group, inside));
    try_unmap(wrong);
    try_translate(free);
    try_translate(va_of(UNUSED_PML4, 0, 0, 0));
    try_translate(hole);
    try_translate(wrong);
    exam_answer(group.value, translate(&one, group, NULL), 0);
}

/* ---- There and back, and out of frames ---- */

/* The page for which so many tables are missing. */
static va_t page_without(unsigned tables)
{
    const va_t group = { exam.note[GROUP] };

    return tables == 1   ? plus(group, 2 * LARGE_BYTES)
           : tables == 2 ? plus(group, 2 * GIB)
                         : va_of(UNUSED_PML4, FRESH_INDEX, FRESH_INDEX, FRESH_INDEX);
}

/* Maps it with frames for that many tables; answers how many frames are gone since `before`. */
static void map_with(unsigned frames, va_t page, unsigned before)
{
    frames_limit(frames);
    enum result result = map_page(&one, page, (pa_t){ 0x9000 }, PTE_RW);

    frames_unlimit();
    exam_answer(page.value, result, before - frames_free());
}

void come_and_go(void)
{
    for (unsigned missing = 1; missing < LEVELS; missing++) {
        va_t page = page_without(missing);
        unsigned before = frames_free();
        map_with(missing, page, before);
        enum result result = unmap_page(&one, page, NULL);
        unsigned lost = before - frames_free();
        try_translate((va_t){ exam.note[GROUP] }); /* its neighbour in one table or another */
        exam_answer(page.value, result, lost);
    }
}

void run_short(void)
{
    for (unsigned missing = 1; missing < LEVELS; missing++) {
        for (unsigned frames = 0; frames < missing; frames++)
            map_with(frames, page_without(missing), frames_free());
    }
}

/* ---- Many times ---- */

struct slots {
    unsigned index[LEVELS][2];
    bool mapped[SLOTS];
};

static va_t slot_va(const struct slots *s, unsigned slot)
{
    return va_of(s->index[0][slot >> 3], s->index[1][slot >> 2 & 1], s->index[2][slot >> 1 & 1],
                 s->index[3][slot & 1]);
}

static pa_t slot_frame(unsigned slot)
{
    return (pa_t){ (uint64_t)(SLOT_FRAME + slot) << PAGE_SHIFT };
}

/* Maps a slot, or takes it away; either may be wrong at that moment. True when it was as due. */
static bool operate(struct space *space, struct slots *s, unsigned slot, bool map)
{
    va_t va = slot_va(s, slot);
    pa_t led = slot_frame(slot);
    enum result result, due = DONE;

    if (map) {
        due = s->mapped[slot] ? ALREADY_MAPPED : DONE;
        result = map_page(space, va, led, PTE_RW);
    } else {
        due = s->mapped[slot] ? DONE : NOT_MAPPED;
        result = unmap_page(space, va, &led);
    }
    s->mapped[slot] = map;
    return result == due && led.value == slot_frame(slot).value;
}

void run_cycles(void)
{
    struct space space = new_space(ROOT_CYCLES);
    struct slots slots = { .mapped = { false } };

    exam.note[FREE_START] = frames_free();
    for (unsigned level = 0; level < LEVELS; level++) {
        slots.index[level][0] = 0;
        slots.index[level][1] = level == 0 ? FIRST_UPPER + exam_below(SOME_UPPER) : LAST_ENTRY;
    }
    for (unsigned i = 0; i < OPERATIONS; i++) {
        unsigned slot = exam_below(SLOTS);
        bool map = exam_below(4) == 0 ? slots.mapped[slot] : !slots.mapped[slot];
        exam.note[CYCLES_WRONG] += !operate(&space, &slots, slot, map);
    }
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        if (slots.mapped[slot])
            exam.note[CYCLES_WRONG] += !operate(&space, &slots, slot, false);
    }
    exam.note[FREE_NOW] = frames_free();
}
