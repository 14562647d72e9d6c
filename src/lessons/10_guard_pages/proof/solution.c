/* Lesson 10, the reference. */
#include "work.h"

#define VECTOR_PAGE_FAULT 14u

static va_t plus_pages(va_t va, uint64_t pages)
{
    return (va_t){ va.value + (pages << PAGE_SHIFT) };
}

static struct span page_span(va_t first, uint64_t pages)
{
    return (struct span){ first, plus_pages(first, pages) };
}

/* ---- A stack: addresses from the area, frames from the allocator ---- */

static enum result map_new_frame(va_t page)
{
    pa_t frame;

    if (!frame_alloc(&frame))
        return OUT_OF_FRAMES;
    enum result result = map_page(page, frame, PTE_RW);
    if (result != DONE)
        frame_free(frame);
    return result;
}

static void unmap_and_free(va_t first, uint64_t pages)
{
    pa_t frame;

    for (uint64_t i = 0; i < pages; i++) {
        if (unmap_page(plus_pages(first, i), &frame) == DONE)
            frame_free(frame);
    }
}

enum result alloc_guarded_stack(const char *name, uint64_t pages, struct guarded *stack)
{
    va_t guard;

    if (pages == 0 || pages > STACK_PAGES_MAX || !area_reserve(pages + 1, &guard))
        return OUT_OF_RANGE;
    va_t low = plus_pages(guard, 1);
    for (uint64_t i = 0; i < pages; i++) {
        enum result result = map_new_frame(plus_pages(low, i));
        if (result != DONE) {
            unmap_and_free(low, i);
            area_release(guard);
            return result;
        }
    }
    va_t top = plus_pages(low, pages);
    *stack = (struct guarded){
        .name = name, .usable = { low, top }, .below = { guard, low }, .above = { top, top }
    };
    return DONE;
}

/* ---- A buffer: a piece of the heap, where everything is mapped already ---- */

/* Both pages become small before either goes, so that a failure leaves every byte mapped. */
static enum result cut_guards(va_t below, va_t above)
{
    enum result result = split_large(below);

    if (result == DONE)
        result = split_large(above);
    if (result == DONE)
        result = unmap_page(below, NULL);
    return result == DONE ? unmap_page(above, NULL) : result;
}

enum result alloc_guarded_buffer(const char *name, uint64_t bytes, struct guarded *buffer)
{
    /* Rounding up by addition would wrap for the largest numbers. */
    uint64_t pages = (bytes >> PAGE_SHIFT) + (bytes % PAGE_SIZE != 0);
    va_t below;

    if (bytes % BUFFER_ALIGN != 0)
        return UNALIGNED;
    if (bytes == 0 || !heap_reserve(pages + 2, &below))
        return OUT_OF_RANGE;
    va_t above = plus_pages(below, pages + 1);
    enum result result = cut_guards(below, above);
    if (result != DONE) {
        heap_release(below);
        return result;
    }
    *buffer = (struct guarded){ .name = name,
                                .usable = { { above.value - bytes }, above },
                                .below = page_span(below, 1),
                                .above = page_span(above, 1) };
    return DONE;
}

/* ---- When a guard is hit ---- */

enum result install_fault_stack(struct tss *tss, struct gate *idt, va_t top)
{
    if (top.value % 16 != 0)
        return UNALIGNED;
    /* The address first: from the moment the gate names the entry, a fault would use it. */
    tss->ist[FAULT_STACK_IST - 1] = top.value;
    idt[VECTOR_PAGE_FAULT].ist = FAULT_STACK_IST;
    return DONE;
}

static bool holds(const struct span *span, va_t va)
{
    return va.value >= span->start.value && va.value < span->end.value;
}

enum result is_guard_hit(va_t cr2, const struct guarded *list, unsigned count, unsigned *which)
{
    for (unsigned i = 0; i < count; i++) {
        if (holds(&list[i].below, cr2) || holds(&list[i].above, cr2)) {
            *which = i;
            return DONE;
        }
    }
    return NOT_MAPPED;
}
