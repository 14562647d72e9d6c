/*
 * How the source reaches memory: by the functions of the space.
 *
 * Include it before a core header, or define these two for yourself: a file that specialises the
 * source has them read and write where it is known to be. By way of a pointer a compiler inlines
 * them only while the caller is small.
 */
#ifndef PAGING_REACH_H
#define PAGING_REACH_H

#include "walk.h"

static inline bool reach_read(const struct pg_memory *memory, pa_t at, unsigned bytes,
                              uint64_t *entry)
{
    return memory->read_entry(memory->context, at, bytes, entry);
}

static inline void reach_write(const struct pg_memory *memory, pa_t at, unsigned bytes,
                               uint64_t entry)
{
    memory->write_entry(memory->context, at, bytes, entry);
}

#endif
