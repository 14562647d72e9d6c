/*
 * Memory at its own address, and frames taken before anything is measured: what the allocator costs
 * is not the library's. For instance.h, which says what an entry_t is.
 */
#ifndef GUEST_HERE_H
#define GUEST_HERE_H

#include "bench.h"
#include "core/frames.h"
#include "paging/walk.h"

#define HERE_INLINE static inline __attribute__((always_inline))

HERE_INLINE bool reach_read(const struct pg_memory *memory, pa_t at, unsigned bytes,
                            uint64_t *entry)
{
    (void)memory, (void)bytes;
    *entry = *(const entry_t *)(uintptr_t)at.value;
    return true;
}

HERE_INLINE void reach_write(const struct pg_memory *memory, pa_t at, unsigned bytes,
                             uint64_t entry)
{
    (void)memory, (void)bytes;
    *(volatile entry_t *)(uintptr_t)at.value = (entry_t)entry;
}

/* The same for what learns its geometry at run time. */
static bool read_entry(void *context, pa_t at, unsigned bytes, uint64_t *entry)
{
    return reach_read(context, at, bytes, entry);
}

static void write_entry(void *context, pa_t at, unsigned bytes, uint64_t entry)
{
    reach_write(context, at, bytes, entry);
}

static uint64_t ready[BENCH_FRAMES];
static unsigned waiting;

static void prepare(void)
{
    while (waiting < BENCH_FRAMES)
        ready[waiting++] = frames_take();
}

static bool take_frame(void *context, pa_t *frame)
{
    (void)context;
    if (waiting == 0)
        return false;
    frame->value = ready[--waiting];
    return true;
}

static void give_frame(void *context, pa_t frame)
{
    (void)context, ready[waiting++] = frame.value;
}

#endif
