/*
 * New flags for pages that are mapped, and the visit to everything that is. See ../map.h.
 */
#include "../core/runs.h"
#include "../map.h"

/* The entry with the flags given, and A and D where they were. */
static enum pg_result new_entry(const struct pg_space *space, const struct pg_step *page,
                                uint64_t flags, pg_entry *entry)
{
    pa_t pa = pg_frame_address(space->geometry, page->level, page->entry);
    return core_encode(space, page->level, pa, flags | (page->entry & (PTE_A | PTE_D)), entry);
}

/* Can the page at `va`, within the `bytes` that are left, have these flags? */
static enum pg_result check_one(const struct pg_space *space, const struct pg_walk *walk, va_t va,
                                uint64_t bytes, uint64_t flags)
{
    enum pg_result result = core_find(walk, PG_PT);
    if (result != PG_OK && result != PG_LARGE_IN_PATH)
        return result;
    if (walk->span_bytes > bytes || !core_is_aligned(space, walk->level, va.value))
        return PG_LARGE_IN_PATH;
    pg_entry ignored;
    return new_entry(space, &walk->step[walk->steps - 1], flags, &ignored);
}

/* Is `bytes` from `va` on a range that pages can fill? */
static enum pg_result check_range(const struct pg_space *space, va_t va, uint64_t bytes)
{
    enum pg_result result = core_check_range(space, va, bytes >> PAGE_SHIFT);
    return result == PG_OK && (va.value | bytes) % PAGE_SIZE != 0 ? PG_UNALIGNED : result;
}

struct pg_change pg_protect(const struct pg_space *space, va_t va, uint64_t bytes, uint64_t flags)
{
    enum pg_result result = check_range(space, va, bytes);
    unsigned smallest = 63;
    for (uint64_t done = 0; result == PG_OK && done < bytes;) {
        va_t here = { va.value + done };
        struct pg_walk walk = pg_walk(space, here);
        result = check_one(space, &walk, here, bytes - done, flags);
        unsigned shift = space->geometry->level[walk.level].shift;
        smallest = shift < smallest ? shift : smallest;
        done += walk.span_bytes;
    }
    if (result != PG_OK)
        return core_refused(result);
    for (uint64_t done = 0; done < bytes;) {
        struct pg_walk walk = pg_walk(space, (va_t){ va.value + done });
        const struct pg_step *page = &walk.step[walk.steps - 1];
        pg_entry entry = 0;
        /* It was so when it was checked: what was written since changed it, in no tree. */
        if (walk.end != PG_END_MAPPED || new_entry(space, page, flags, &entry) != PG_OK)
            return core_changed(PG_SHARED, va, PG_ALL_PAGES, PAGE_SHIFT);
        core_write(space, page->at, entry);
        (void)core_widen(space, &walk, entry);
        done += walk.span_bytes;
    }
    uint64_t pages = bytes >> smallest;
    return core_changed(PG_OK, va, pages < PG_ALL_PAGES ? (uint32_t)pages : PG_ALL_PAGES, smallest);
}

enum pg_result pg_for_each(const struct pg_space *space, va_t va, uint64_t bytes, pg_visit *visit,
                           void *context)
{
    enum pg_result result = check_range(space, va, bytes);
    if (result != PG_OK)
        return result;
    for (uint64_t done = 0; done < bytes;) {
        struct pg_walk walk = pg_walk(space, (va_t){ va.value + done });
        unsigned again = core_cycle(&walk);
        uint64_t span = walk.span_bytes;
        if (again != 0) {
            span = pg_span_bytes(space->geometry, walk.step[again - 1].level);
            result = PG_CYCLIC;
        }
        uint64_t before = (va.value + done) & (span - 1);
        va_t first = { va.value + done - before };
        if (again == 0 && walk.end != PG_END_NOT_PRESENT && !visit(context, first, &walk))
            break;
        done += span - before;
    }
    return result;
}
