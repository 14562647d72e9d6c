/* Frames for a learner's file in the 32-bit lessons: see offered32.h. */
#include "offered/offered32.h"

#include "core/frames.h"
#include "core/machine.h"

bool frame_take(pa32_t *frame)
{
    uint64_t taken = frames_take();

    if (taken == FRAME_NONE)
        return false;
    frame->value = (uint32_t)taken;
    return true;
}

void frame_give(pa32_t frame)
{
    if (!frames_give(frame.value))
        print("     frame_give(0x%08x): that frame was not handed out\n", frame.value);
}

uint32_t *table_at(pa32_t frame)
{
    return (uint32_t *)frame.value;
}
