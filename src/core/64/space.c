/* The space in force, page by page: see space.h. */
#include "offered/space.h"

#include "arch.h"
#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/space_now.h"
#include "paging/map.h"

static void write_entry(void *context, pa_t at, unsigned bytes, uint64_t entry)
{
    (void)context, (void)bytes;
    *(volatile uint64_t *)phys_ptr(at.value) = entry;
}

static bool take_table(void *context, pa_t *frame)
{
    (void)context;
    return frame_alloc(frame);
}

static void give_table(void *context, pa_t frame)
{
    (void)context;
    frame_free(frame);
}

static void drop_page(void *context, va_t va)
{
    (void)context;
    cpu_invlpg(va.value);
}

/* No page here is global. */
static void drop_all(void *context)
{
    (void)context;
    cpu_write_cr3(cpu_read_cr3());
}

static const struct pg_tlb tlb = { .drop_page = drop_page, .drop_all = drop_all, .most_pages = 1 };

static struct pg_space current(void)
{
    struct pg_space space = space_now();

    space.memory.write_entry = write_entry;
    space.frames = (struct pg_frames){ .alloc = take_table, .free = give_table };
    return space;
}

/* In the words a learner knows. What is left over would mean damaged tables. */
static enum result in_words(enum pg_result result, va_t va)
{
    switch (result) {
    case PG_OK:
        return DONE;
    case PG_NOT_MAPPED:
        return NOT_MAPPED;
    case PG_ALREADY_MAPPED:
    case PG_TABLE_IN_PATH:
        return ALREADY_MAPPED;
    case PG_UNALIGNED:
        return UNALIGNED;
    case PG_LARGE_IN_PATH:
        return LARGE_PAGE;
    case PG_OUT_OF_FRAMES:
        return OUT_OF_FRAMES;
    case PG_NONCANONICAL:
    case PG_BAD_ADDRESS:
    case PG_BAD_FLAGS:
        return OUT_OF_RANGE;
    case PG_NOT_LARGE:
    case PG_NOT_ALIKE:
    case PG_BAD_LEVEL:
    case PG_BAD_RANGE:
    case PG_BAD_FRAME:
    case PG_RESERVED_BITS:
    case PG_OUTSIDE:
    case PG_CYCLIC:
    case PG_SHARED:
        break;
    }
    panic("the tables that translate 0x%lx are damaged (%u)", va.value, (unsigned)result);
}

bool frame_alloc(pa_t *frame)
{
    uint64_t taken = frames_take();

    if (taken == FRAME_NONE)
        return false;
    frame->value = taken;
    return true;
}

void frame_free(pa_t frame)
{
    if (!frames_give(frame.value))
        print("     frame_free(0x%lx): that frame was not handed out\n", frame.value);
}

enum result map_page(va_t page, pa_t frame, uint64_t flags)
{
    struct pg_space space = current();
    struct pg_change change = pg_map(&space, page, frame, PG_PT, flags);

    return in_words(pg_settle(change, &tlb), page);
}

enum result map_large_page(va_t page, pa_t pa, uint64_t flags)
{
    struct pg_space space = current();
    struct pg_change change = pg_map(&space, page, pa, PG_PD, flags);

    return in_words(pg_settle(change, &tlb), page);
}

enum result unmap_page(va_t page, pa_t *frame)
{
    struct pg_space space = current();
    pa_t was = { 0 };

    pg_translate(&space, page, &was);
    enum result result = in_words(pg_settle(pg_unmap(&space, page, PG_PT), &tlb), page);
    if (result == DONE && frame != NULL)
        *frame = was;
    return result;
}

enum result split_large(va_t va)
{
    struct pg_space space = current();
    enum pg_result result = pg_settle(pg_split(&space, va), &tlb);

    return result == PG_NOT_LARGE ? DONE : in_words(result, va);
}
