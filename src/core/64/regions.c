/* Virtual addresses to hand out: see regions.h. */
#include "offered/regions.h"

#include "core/bootinfo.h"
#include "core/frames.h"
#include "core/machine.h"
#include "offered/space.h"

#define SEARCH_END 0x100000000u

struct region {
    uint64_t start, next, end;
};

static struct region heap = { HEAP_START, HEAP_START, HEAP_START + HEAP_BYTES };
static struct region area = { AREA_START, AREA_START, AREA_START + AREA_BYTES };

static bool reserve(struct region *region, uint64_t pages, va_t *first)
{
    if (pages > (region->end - region->next) >> PAGE_SHIFT)
        return false;
    first->value = region->next;
    region->next += pages << PAGE_SHIFT;
    return true;
}

static void release(struct region *region, va_t first)
{
    if (first.value >= region->start && first.value < region->next)
        region->next = first.value;
}

bool heap_reserve(uint64_t pages, va_t *first)
{
    return reserve(&heap, pages, first);
}

bool area_reserve(uint64_t pages, va_t *first)
{
    return reserve(&area, pages, first);
}

void heap_release(va_t first)
{
    release(&heap, first);
}

void area_release(va_t first)
{
    release(&area, first);
}

va_t heap_next(void)
{
    return (va_t){ heap.next };
}

va_t area_next(void)
{
    return (va_t){ area.next };
}

void heap_set_next(va_t next)
{
    heap.next = next.value;
}

void area_set_next(va_t next)
{
    area.next = next.value;
}

pa_t regions_init(uint64_t kept)
{
    uint64_t pa = (frames_end() + HEAP_BYTES - 1) & ~(uint64_t)(HEAP_BYTES - 1);

    while (pa < SEARCH_END && !boot_ram_has(pa, pa + HEAP_BYTES))
        pa += HEAP_BYTES;
    if (pa >= SEARCH_END)
        refuse("This lesson needs 2 MiB of free memory that begin at a multiple of 2 MiB, and\n"
               "this machine has not got them. Give it more: MEM=512.");
    if (map_large_page((va_t){ HEAP_START }, (pa_t){ pa }, PTE_RW) != DONE)
        panic("the heap cannot be mapped");
    heap.end -= kept << PAGE_SHIFT;
    return (pa_t){ pa };
}
