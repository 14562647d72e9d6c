/* The frame allocator: see frames.h. One byte a frame; a cursor that jumps by a fixed prime stride.
 */
#include "core/frames.h"

#include "arch.h"
#include "core/bootinfo.h"
#include "core/machine.h"

#define STRIDE      37u /* a prime: with any other pool size it visits every frame */
#define SEARCH_STEP 0x100000u
#define SEARCH_END  0x100000000u

static uint8_t taken[FRAMES_MAX];
static uint64_t pool;
static unsigned pool_frames, cursor, left, allowed = UINT32_MAX;

void frames_init(uint64_t lowest, unsigned frames)
{
    uint64_t bytes = (uint64_t)frames * FRAME_BYTES;

    if (frames > FRAMES_MAX || frames % STRIDE == 0)
        panic("a lesson asks for a pool of %u frames", frames);
    uint64_t start = (lowest + SEARCH_STEP - 1) & ~(uint64_t)(SEARCH_STEP - 1);
    for (; start < SEARCH_END; start += SEARCH_STEP) {
        if (!boot_ram_has(start, start + bytes))
            continue;
        pool = start;
        pool_frames = left = frames;
        return;
    }
    refuse(
        "This lesson needs %u KiB of free memory above %llu MiB, and this machine has not got it.\n"
        "Give it more: MEM=512.",
        frames * 4, (unsigned long long)(lowest >> 20));
}

static void make_dirty(uint64_t frame)
{
    volatile word_t *word = phys_ptr(frame);

    for (unsigned i = 0; i < FRAME_BYTES / sizeof *word; i++)
        word[i] = FRAME_DIRT;
}

uint64_t frames_take(void)
{
    if (left == 0 || allowed == 0)
        return FRAME_NONE;
    do
        cursor = (cursor + STRIDE) % pool_frames;
    while (taken[cursor]);
    taken[cursor] = 1;
    left--;
    if (allowed != UINT32_MAX)
        allowed--;
    uint64_t frame = pool + (uint64_t)cursor * FRAME_BYTES;
    make_dirty(frame);
    return frame;
}

bool frames_give(uint64_t frame)
{
    uint64_t i = (frame - pool) >> 12;

    if (frame % FRAME_BYTES != 0 || frame < pool || i >= pool_frames || !taken[i])
        return false;
    taken[i] = 0;
    left++;
    return true;
}

static bool is_dirty(uint64_t frame)
{
    const volatile word_t *word = phys_ptr(frame);
    unsigned same = 0;

    for (unsigned i = 0; i < FRAME_BYTES / sizeof *word; i++)
        same += word[i] == FRAME_DIRT;
    return same > FRAME_BYTES / sizeof *word / 2;
}

unsigned frames_dirty(bool given_back_too)
{
    unsigned dirty = 0;

    for (unsigned i = 0; i < pool_frames; i++)
        dirty += (taken[i] || given_back_too) && is_dirty(pool + (uint64_t)i * FRAME_BYTES);
    return dirty;
}

unsigned frames_free(void)
{
    return left;
}

void frames_limit(unsigned more)
{
    allowed = more;
}

void frames_unlimit(void)
{
    allowed = UINT32_MAX;
}

uint64_t frames_start(void)
{
    return pool;
}

uint64_t frames_end(void)
{
    return pool + (uint64_t)pool_frames * FRAME_BYTES;
}
