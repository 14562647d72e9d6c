/*
 * Lesson 5: the spaces that map_large fills. Everything at its own address; pages that the seed
 * draws, with frames anywhere and flags of every kind; a thousand objects with a page each.
 */
#include "core/frames.h"
#include "core/machine.h"
#include "core/memory.h"
#include "parts.h"
#include "stage/exam.h"
#include "stage/lesson.h"

#define FAR_ROWS       8u /* drawn, to frames anywhere below 2^40 */
#define FAR_FIRST_PAGE 16u
#define FAR_SLICE      62u      /* large pages to each */
#define FAR_FRAMES     0x40000u /* of 4 MiB, below 2^40 */

#define DRAWN_FIRST_PAGE  16u
#define DRAWN_SLICE       248u
#define DRAWN_FIRST_FRAME MIXED_FIRST
#define DRAWN_FRAMES      MIXED_FRAMES

#define OBJECTS      1000u /* one to a large page */
#define CROWD_PAGES  (LARGE_PAGES - OBJECTS + 1)
#define CROWD_FRAMES (FAR_FRAMES - OBJECTS)
#define OBJECT_BYTES 64u

struct space all, far_away, crowd;
struct drawn user, own;

va32_t large_page(uint32_t number)
{
    return (va32_t){ number * LARGE_BYTES };
}

void new_space(struct space *space, enum note note)
{
    if (!frame_take(&space->directory))
        panic("no frame for a directory");
    memset(table_at(space->directory), 0, PAGE_SIZE);
    space->pse = true;
    exam.note[note] = space->directory.value;
}

static void map(struct space *space, uint32_t page, uint32_t frame, uint64_t flags)
{
    pa_t pa = { (uint64_t)frame * LARGE_BYTES };

    lesson_needs(map_large(space, large_page(page), pa, (uint32_t)flags), MAP_LARGE, "map_large");
}

void map_everything(void)
{
    for (uint32_t i = 0; i < LARGE_PAGES; i++)
        map(&all, i, i, PTE_RW);
    print("2  1,024 calls of map_large: 4 GiB at their own addresses. Table bytes: %u\n",
          FRAME_BYTES);
}

void map_far(void)
{
    for (uint32_t i = 0; i < FAR_ROWS; i++) {
        uint32_t page = FAR_FIRST_PAGE + i * FAR_SLICE + exam_below(FAR_SLICE);
        map(&far_away, page, exam_below(FAR_FRAMES), PTE_RW | PTE_PAT | PTE_G | BIT(9));
    }
}

/* In slices of the directory, to frames that a PTE can name. */
void map_drawn(struct drawn *drawn, uint64_t flags)
{
    for (uint32_t i = 0; i < DRAWN_ROWS; i++) {
        uint32_t page = DRAWN_FIRST_PAGE + i * DRAWN_SLICE + exam_below(DRAWN_SLICE);
        uint32_t frame = DRAWN_FIRST_FRAME + exam_below(DRAWN_FRAMES);
        drawn->page[i] = large_page(page);
        drawn->frame[i].value = frame * LARGE_BYTES;
        map(&drawn->space, page, frame, flags);
    }
}

/* Memory seen as an array of pages: 1,000 objects leave room for 24 more. */
void map_crowd(void)
{
    uint32_t page = exam_below(CROWD_PAGES);
    uint32_t frame = exam_below(CROWD_FRAMES);

    for (uint32_t i = 0; i < OBJECTS; i++)
        map(&crowd, page + i, frame + i, PTE_RW);
    print("3  %u objects of %u bytes, a large page each: %u of %u pages, %llu bytes for %u.\n",
          OBJECTS, OBJECT_BYTES, OBJECTS, LARGE_PAGES, (unsigned long long)OBJECTS * LARGE_BYTES,
          OBJECTS * OBJECT_BYTES);
}
