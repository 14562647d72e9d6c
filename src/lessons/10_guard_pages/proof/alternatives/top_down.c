/* Lesson 10, another way: stacks are mapped from the top down, the heap is split once, gate and TSS
 * are written as bytes, straight from the manual's figures. */
#include "work.h"

#define GATE_BYTES 16
#define GATE_IST   4    /* SDM 3A, "64-Bit Mode IDT": bits 2:0 of byte 4 */
#define TSS_IST1   0x24 /* SDM 3A, "Task Management in 64-bit Mode" */
#define TOP_ALIGN  15u

struct frames {
    pa_t list[STACK_PAGES_MAX];
};

static uint64_t byte(va_t va, uint64_t pages)
{
    return va.value + pages * PAGE_SIZE;
}

/* Every frame is taken before anything is mapped. */
static bool take(struct frames *frames, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (frame_alloc(&frames->list[i]))
            continue;
        while (i > 0)
            frame_free(frames->list[--i]);
        return false;
    }
    return true;
}

static enum result map_down(va_t guard, const struct frames *frames, uint64_t count)
{
    for (uint64_t i = count; i > 0; i--) {
        va_t page = { byte(guard, i) };
        enum result result = map_page(page, frames->list[i - 1], PTE_RW);
        if (result == DONE)
            continue;
        while (++i <= count)
            unmap_page((va_t){ byte(guard, i) }, NULL);
        return result;
    }
    return DONE;
}

enum result alloc_guarded_stack(const char *name, uint64_t pages, struct guarded *stack)
{
    struct frames frames;
    va_t guard;
    enum result result = OUT_OF_FRAMES;

    if (pages == 0 || pages > STACK_PAGES_MAX || !area_reserve(1 + pages, &guard))
        return OUT_OF_RANGE;
    if (take(&frames, pages)) {
        result = map_down(guard, &frames, pages);
        for (uint64_t i = 0; result != DONE && i < pages; i++)
            frame_free(frames.list[i]);
    }
    if (result != DONE) {
        area_release(guard);
        return result;
    }
    stack->name = name;
    stack->below = (struct span){ guard, { byte(guard, 1) } };
    stack->usable = (struct span){ { byte(guard, 1) }, { byte(guard, 1 + pages) } };
    stack->above = (struct span){ { 0 }, { 0 } };
    return DONE;
}

enum result alloc_guarded_buffer(const char *name, uint64_t bytes, struct guarded *buffer)
{
    uint64_t pages = bytes / PAGE_SIZE;
    va_t below;

    if (bytes & (BUFFER_ALIGN - 1))
        return UNALIGNED;
    if (bytes & (PAGE_SIZE - 1))
        pages++;
    if (pages == 0 || !heap_reserve(1 + pages + 1, &below))
        return OUT_OF_RANGE;
    /* The whole heap is one large page: after the first split there is nothing left to split. */
    enum result result = split_large(below);
    if (result != DONE) {
        heap_release(below);
        return result;
    }
    va_t above = { byte(below, 1 + pages) };
    unmap_page(above, NULL);
    unmap_page(below, NULL);
    buffer->name = name;
    buffer->below = (struct span){ below, { byte(below, 1) } };
    buffer->above = (struct span){ above, { byte(above, 1) } };
    buffer->usable = (struct span){ { above.value - bytes }, above };
    return DONE;
}

enum result install_fault_stack(struct tss *tss, struct gate *idt, va_t top)
{
    uint8_t *entry = (uint8_t *)tss + TSS_IST1 + 8 * (FAULT_STACK_IST - 1);

    if (top.value & TOP_ALIGN)
        return UNALIGNED;
    for (unsigned i = 0; i < 8; i++)
        entry[i] = (uint8_t)(top.value >> 8 * i);
    ((uint8_t *)idt)[14 * GATE_BYTES + GATE_IST] = FAULT_STACK_IST;
    return DONE;
}

enum result is_guard_hit(va_t cr2, const struct guarded *list, unsigned count, unsigned *which)
{
    for (unsigned i = count; i > 0; i--) {
        const struct span *guard[2] = { &list[i - 1].below, &list[i - 1].above };
        for (unsigned side = 0; side < 2; side++) {
            uint64_t bytes = guard[side]->end.value - guard[side]->start.value;
            if (cr2.value - guard[side]->start.value >= bytes)
                continue;
            *which = i - 1;
            return DONE;
        }
    }
    return NOT_MAPPED;
}
