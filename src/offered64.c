/* The window for a learner's file: see offered64.h. */
#include "offered64.h"

#include "arch.h"

uint64_t *table_at(pa_t frame)
{
    return phys_ptr(frame.value);
}
