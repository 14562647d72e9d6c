/* The window for a learner's file: see offered64.h. */
#include "offered/offered64.h"

#include "arch.h"
#include "core/memory.h"
#include "core/print.h"

#define WINDOW_BYTES 0x100000000u

static unsigned warnings = 3; /* a wrong walk asks very often */
static uint64_t nobodys[PAGE_SIZE / sizeof(uint64_t)];

uint64_t *table_at(pa_t frame)
{
    if (frame.value < WINDOW_BYTES)
        return phys_ptr(frame.value);
    if (warnings > 0) {
        warnings--;
        print("     table_at(0x%lx): no frame that you were given lies there\n", frame.value);
    }
    return memset(nobodys, 0, sizeof nobodys);
}
