/*
 * How the source reaches memory: PG_READ_ENTRY and PG_WRITE_ENTRY, which are these two functions
 * unless mode.h was told others. And how it is inlined: by force, so that it folds when the space
 * is constant.
 */
#ifndef PAGING_REACH_H
#define PAGING_REACH_H

#include "../walk.h"
#include "any_mode.h"

#define CORE_INLINE static inline __attribute__((always_inline))

static inline bool pg_read_by_pointer(const struct pg_memory *memory, pa_t at, unsigned bytes,
                                      uint64_t *entry)
{
    return memory->read_entry(memory->context, at, bytes, entry);
}

static inline void pg_write_by_pointer(const struct pg_memory *memory, pa_t at, unsigned bytes,
                                       uint64_t entry)
{
    memory->write_entry(memory->context, at, bytes, entry);
}

#endif
