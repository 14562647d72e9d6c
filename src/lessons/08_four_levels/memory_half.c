/*
 * Lesson 8, second half: the learner's frame allocator. First over a memory map that is drawn from
 * the seed, with everything in it that firmware has been seen to do; then over this machine's (both
 * are in memory_map.c), and the first half's tables are made of what it hands out. Reads from
 * memory_half() upwards.
 */
#include "parts.h"

#include "core/frames.h"
#include "core/machine.h"
#include "core/memory.h"
#include "stage/checkpoint.h"
#include "stage/exam.h"
#include "stage/lesson.h"

#define HANDED_MAX 1200u
#define WARM_UP    5u
#define ROUNDS     6u
#define DESTROYED  0xEE
#define OWN_ROWS   8u
#define OWN_SLICE  0x80000000u /* pages to each: 16 entries of the PML4 */
#define OWN_FRAMES ((uint32_t)(MEMORY_LIMIT >> PAGE_SHIFT))

uint64_t handed[HANDED_MAX]; /* the grader reads it from outside */

static unsigned held; /* how many of it count */

static void set_up(void)
{
    const struct memory_map map = { map_row, rows, kept, spans };

    lesson_needs(frames_setup(&map), SETUP, "frames_setup");
    memset(map_row, DESTROYED, sizeof map_row);
    memset(kept, DESTROYED, sizeof kept);
}

/* ---- Out and back ---- */

static bool take_one(void)
{
    pa_t frame = { FRAME_NONE };
    enum result result = frame_alloc(&frame);

    lesson_needs(result, ALLOC, "frame_alloc");
    if (result != DONE)
        return false;
    handed[held++] = frame.value;
    return true;
}

static void drain(void)
{
    while (held < HANDED_MAX && take_one())
        ;
    exam.note[HANDED] = held;
}

static void try_free(uint64_t frame)
{
    enum result result = frame_free((pa_t){ frame });

    lesson_needs(result, FREE, "frame_free");
    exam_answer(frame, result, 0);
}

/* None of these may be freed: one call each for the ways to get it wrong. */
static void refuse_frees(void)
{
    try_free(at_frame(450));                   /* free */
    try_free(at_frame(450) + inside_a_page()); /* not a frame */
    try_free(at_frame(HIGH_FRAME));            /* nobody's */
    try_free(at_frame(499));                   /* the module's */
    try_free(FOUR_GIB + at_frame(450));        /* far beyond memory */
    try_free(UINT64_MAX - PAGE_SIZE + 1);      /* the last frame of all */
}

/* Gives about half of what is held back, and what is left moves up. */
static void give_half_back(void)
{
    unsigned left = 0;

    for (unsigned i = 0; i < held; i++) {
        if (exam_below(2) == 0)
            handed[left++] = handed[i];
        else
            frame_free((pa_t){ handed[i] });
    }
    held = left;
}

static void round_trips(void)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        give_half_back();
        for (unsigned n = exam_below(ARENA_FRAMES / 2); n > 0 && held < HANDED_MAX; n--) {
            if (!take_one())
                break;
        }
    }
    while (held > 0)
        frame_free((pa_t){ handed[--held] });
    drain();
}

/* Another map before, so that something would be left of it if frames_setup did not begin anew. */
static void over_the_whole_arena(void)
{
    one_row_map();
    set_up();
    for (unsigned n = 0; n < WARM_UP && take_one(); n++)
        ;
    held = 0;
}

static void over_a_drawn_map(void)
{
    over_the_whole_arena();
    draw_map();
    print("9  A memory map of %u rows, and %u spans in use. Which frames are free?\n", rows, spans);
    CHECKPOINT(drawn);
    set_up();
    exam_group("frees");
    refuse_frees();
    drain();
    print("     frame_alloc handed out %u frames, and then no more\n", held);
    CHECKPOINT(drained);
    print("10 %u rounds of half of them back and out again; then all back, all out.\n", ROUNDS);
    uint64_t last = held > 0 ? handed[--held] : at_frame(450);
    try_free(last);
    try_free(last); /* twice */
    round_trips();
    CHECKPOINT(again);
}

/* ---- This machine's memory ---- */

/* What the space under test gets its tables from: the learner's allocator, written down. */
static enum result take_own(pa_t *frame)
{
    if (held == HANDED_MAX || !take_one())
        return OUT_OF_FRAMES;
    /* What is not free would be destroyed: the grader sees it in the list, the machine lives. */
    if (!is_usable(handed[held - 1]))
        return OUT_OF_FRAMES;
    frame->value = handed[held - 1];
    for (unsigned i = 0; i < PAGE_SIZE / sizeof(uint64_t); i++)
        table_at(*frame)[i] = FRAME_DIRT;
    exam.note[OWN_LEFT]++;
    return DONE;
}

static enum result give_own(pa_t frame)
{
    enum result result = frame_free(frame);

    exam.note[OWN_LEFT] -= result == DONE;
    return result;
}

static void map_own(struct space *own, va_t *page)
{
    for (unsigned i = 0; i < OWN_ROWS; i++) {
        uint64_t number = (uint64_t)i * OWN_SLICE + exam_below(OWN_SLICE);
        uint64_t frame = exam_below(OWN_FRAMES);
        page[i].value = number << PAGE_SHIFT;
        lesson_needs(map_page(own, page[i], (pa_t){ frame << PAGE_SHIFT }, PTE_RW), MAP,
                     "map_page");
    }
    exam.note[HANDED] = held;
}

static void over_this_map(void)
{
    struct space own = new_space(ROOT_OWN);
    va_t page[OWN_ROWS];

    own.take = take_own;
    own.give = give_own;
    held = 0;
    use_this_map();
    CHECKPOINT(real);
    set_up();
    map_own(&own, page);
    print("     %u pages mapped; their tables are %u frames of yours, the first at 0x%lx\n",
          OWN_ROWS, held, handed[0]);
    CHECKPOINT(own);
    for (unsigned i = 0; i < OWN_ROWS; i++)
        unmap_page(&own, page[i], NULL);
}

void memory_half(void)
{
    find_arena();
    over_a_drawn_map();
    print("11 The memory map of this machine, and a space made of frames that you found in it:\n");
    over_this_map();
    CHECKPOINT(end);
}
