/*
 * A machine for the host tests: a stretch of physical memory and a frame allocator that is as
 * unhelpful as it may be. Frames come in random order, dirty, with P set in their garbage, and
 * are filled with garbage again when given back. Giving back what is not in use aborts.
 */
#ifndef HOST_MACHINE_H
#define HOST_MACHINE_H

#include "map.h"

enum { NEVER = -1 };

struct machine {
    uint64_t base;   /* physical address of the first frame */
    uint32_t frames; /* how many there are */
    uint32_t in_use; /* frames taken and not given back */
    int fail_after;  /* this many allocations succeed, the next fails; or NEVER */
    bool orderly;    /* frames come in order and are handed back clean: two machines stay alike */
    bool strange;    /* alloc hands out `strange_frame`, whatever it is */
    pa_t strange_frame;
    uint32_t strange_out; /* how often it was handed out and not given back */
    uint8_t *bytes;
    bool *used;
    uint32_t *order; /* the free frames: order[in_use] and after */
    uint32_t *place; /* where in `order` a frame stands */
    uint32_t *fresh; /* the call in which a frame was handed out */
    uint32_t call;   /* of the library: count it up before each, to have `traces` */
    uint32_t traces; /* writes to frames older than the call, and such frames given back */
};

/* Memory of `frames` frames at `base`, all dirty and free. Release with machine_end(). */
void machine_begin(struct machine *machine, uint64_t base, uint32_t frames);
void machine_end(struct machine *machine);

/* An empty space whose root of zeros takes `frames` frames from `first` on. */
struct pg_space machine_space(struct machine *machine, const struct pg_geometry *geometry,
                              struct pg_features features, uint32_t first, uint32_t frames);

/* The bytes at `pa`, or NULL where there is no memory. */
uint8_t *machine_at(const struct machine *machine, uint64_t pa);

/* Of 4 or 8 bytes. The address must exist. */
uint64_t machine_peek(const struct machine *machine, uint64_t pa, unsigned bytes);
void machine_poke(struct machine *machine, uint64_t pa, unsigned bytes, uint64_t value);

/* Over the frames in use, which they are and what they hold. */
uint64_t machine_digest(const struct machine *machine);

/* The result of a change in a space that no CPU uses. */
static inline enum pg_result settled(struct pg_change change)
{
    return pg_settle(change, NULL);
}

#endif
