/*
 * Lesson 2, second half: ranges of pages, refusals that leave no trace, running out of frames, and
 * giving everything back. In a space of its own, which no CPU uses. Reads from second_half()
 * upwards.
 */
#include "work.h"

#include "core/frames.h"
#include "core/machine.h"
#include "second_half.h"
#include "stage/checkpoint.h"
#include "stage/lesson.h"

#define RANGE_FIRST_PAGE  0x01000u /* where the range lies comes from the seed */
#define RANGE_PAGES       0x10000u
#define RANGE_FIRST_FRAME 0x00800u
#define RANGE_FRAMES      0x10000u
#define RANGE_LEAST       1100u /* longer than a table: it always crosses a border */
#define RANGE_SPAN        1500u
#define TOP_PAGE          0xFFFFDu /* three pages, up to the very end at 2^32 */
#define TOP_FRAME         0x00900u
#define TOP_PAGES         3u
#define FAR_PAGE          0x803FFu /* an empty part of the space; 1,026 pages touch three tables */
#define FAR_PAGES         1026u

static va32_t page_at(uint32_t page)
{
    return (va32_t){ page << PAGE_SHIFT };
}

static pa32_t frame_at(uint32_t frame)
{
    return (pa32_t){ frame << PAGE_SHIFT };
}

static void range(struct space *scratch, uint32_t page, uint32_t frame, uint32_t pages)
{
    enum result result = map_range(scratch, page_at(page), frame_at(frame), pages, PTE_RW);

    lesson_needs(result, MAP_RANGE, "map_range");
    exam_answer(page, result, pages);
}

static void refuse_ranges(struct space *scratch, uint32_t page)
{
    const uint32_t inside = 1 + exam_below(PAGE_SIZE - 1);
    const va32_t unaligned = { 0x90000 | inside };

    range(scratch, 0xFFFFF, 0x900, 2);        /* runs past 2^32 */
    range(scratch, 0x90000, 0xFFFFF, 2);      /* its frames do */
    range(scratch, 0x90000, 0x900, 0);        /* nothing to map */
    range(scratch, 0x90000, 0x900, 0x100001); /* more pages than there are */
    frames_limit(0);
    range(scratch, 0x90000, 0x900, UINT32_MAX); /* page + pages wraps to less */
    frames_unlimit();
    range(scratch, page - 2, 0x900, 3); /* the last one is mapped already */
    exam_answer(unaligned.value, map_range(scratch, unaligned, frame_at(9), 1, 0), 0);
    exam_answer(0x9000, map_range(scratch, page_at(9), (pa32_t){ 0x90000 | inside }, 1, 0), 0);
    exam_answer(0x90000, unmap(scratch, page_at(0x90000)), 0);
    exam_answer(TOP_PAGE - 1, unmap(scratch, page_at(TOP_PAGE - 1)), 0); /* its table is there */
    exam_answer(page, unmap(scratch, (va32_t){ page << PAGE_SHIFT | inside }), 0);
}

/* A function of its own, so that no compiler copies the checkpoint's symbol with an unrolled loop.
 */
static __attribute__((noinline, noclone)) void stop_short(void)
{
    exam.note[LEFT_NOW] = frames_free();
    CHECKPOINT(short_of_frames);
}

/* Maps where three tables are missing, with frames for fewer. */
static void run_short(struct space *scratch)
{
    for (unsigned frames = 0; frames < 3; frames++) {
        frames_limit(frames);
        range(scratch, FAR_PAGE, 0x900, FAR_PAGES);
        frames_unlimit();
        stop_short();
    }
}

static void unmap_all(struct space *scratch, uint32_t page, uint32_t pages)
{
    uint32_t done = 0;

    for (uint32_t i = 0; i < pages; i++) {
        enum result result = unmap(scratch, page_at(page + i));
        lesson_needs(result, UNMAP, "unmap");
        done += result == DONE;
    }
    exam_answer(page, done, pages);
}

/* Five pages in a row from five frames that are anything but. */
static void scatter(struct space *scratch)
{
    print("     ");
    for (uint32_t i = 0; i < 5; i++) {
        pa32_t frame;
        if (!frame_take(&frame))
            panic("no frame for the segment");
        lesson_needs(map(scratch, page_at(0x100 + i), frame, PTE_RW), MAP, "map");
        print("0x%05x -> 0x%05x  ", 0x100 + i, frame.value >> PAGE_SHIFT);
    }
    print("\n");
}

void second_half(struct space *scratch)
{
    uint32_t page = RANGE_FIRST_PAGE + exam_below(RANGE_PAGES);
    uint32_t frame = RANGE_FIRST_FRAME + exam_below(RANGE_FRAMES);
    uint32_t pages = RANGE_LEAST + exam_below(RANGE_SPAN);

    exam.note[LEFT_BEFORE] = frames_free();
    print("7  map_range: %u pages from 0x%08x on, and the last three up to 2^32.\n", pages,
          page << PAGE_SHIFT);
    exam_group("ranges");
    range(scratch, page, frame, pages);
    range(scratch, TOP_PAGE, TOP_FRAME, TOP_PAGES);
    exam.note[LEFT_NOW] = frames_free();
    CHECKPOINT(ranges);
    print("8  Eleven calls that must be refused and leave no trace.\n");
    exam_group("range_refusals");
    refuse_ranges(scratch, page);
    exam.note[LEFT_NOW] = frames_free();
    CHECKPOINT(refused);
    print("9  Three tables are missing, and there are frames for 0, 1, 2.\n");
    exam_group("short_ranges");
    run_short(scratch);
    print("10 Everything is unmapped again: every table's frame comes back.\n");
    exam_group("unmapped_range");
    unmap_all(scratch, page, pages);
    exam_group("unmapped_top");
    unmap_all(scratch, TOP_PAGE, TOP_PAGES);
    exam.note[LEFT_NOW] = frames_free();
    CHECKPOINT(emptied);
    print("11 A segment of five pages that fits no hole lands in five scattered frames:\n");
    scatter(scratch);
}
