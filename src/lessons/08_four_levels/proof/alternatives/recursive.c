/* Lesson 8, another way: everything by recursion over the levels, tables are linked as they come
 * and taken back when the next one is missing, A and G are set from the start. The allocator keeps
 * one byte for each frame and hands out from the top down. */
#include "work.h"

enum { PT = 1, PML4 = 4 };
enum state { NOBODYS, FREE, TAKEN };

#define TABLE   512u
#define FRAMES  (MEMORY_LIMIT / PAGE_SIZE)
#define ADDRESS (BIT(52) - PAGE_SIZE)

static uint64_t covers(int level)
{
    return PAGE_SIZE << (level - PT) * 9;
}

static uint64_t *entry_in(pa_t table, uint64_t va, int level)
{
    return table_at(table) + va / covers(level) % TABLE;
}

static pa_t below(uint64_t entry)
{
    return (pa_t){ entry & ADDRESS };
}

static bool any_present(pa_t table)
{
    uint64_t all = 0;

    for (unsigned i = 0; i < TABLE; i++)
        all |= table_at(table)[i];
    return all & PTE_P;
}

static bool is_canonical(uint64_t va)
{
    return va >> 47 == 0 || va >> 47 == 0x1FFFF;
}

static enum result check(va_t page)
{
    if (page.value % PAGE_SIZE)
        return UNALIGNED;
    return is_canonical(page.value) ? DONE : OUT_OF_RANGE;
}

static enum result new_table(struct space *space, uint64_t *entry)
{
    pa_t table;

    if (space->take(&table) != DONE)
        return OUT_OF_FRAMES;
    for (unsigned i = 0; i < TABLE; i++)
        table_at(table)[i] = 0;
    *entry = table.value | PTE_P | PTE_RW | PTE_US | PTE_A;
    return DONE;
}

static enum result map_in(struct space *space, pa_t table, int level, uint64_t va, uint64_t leaf)
{
    uint64_t *entry = entry_in(table, va, level);
    bool fresh = !(*entry & PTE_P);

    if (level == PT) {
        if (!fresh)
            return ALREADY_MAPPED;
        *entry = leaf;
        return DONE;
    }
    if (fresh && new_table(space, entry) != DONE)
        return OUT_OF_FRAMES;
    if (*entry & PTE_PS)
        return LARGE_PAGE;
    enum result result = map_in(space, below(*entry), level - 1, va, leaf);
    if (result != DONE && fresh) {
        space->give(below(*entry));
        *entry = 0;
    }
    return result;
}

enum result map_page(struct space *space, va_t page, pa_t frame, uint64_t flags)
{
    enum result result = check(page);

    if (frame.value % PAGE_SIZE)
        return UNALIGNED;
    if (result == DONE && (frame.value >= BIT(52) || flags & ADDRESS))
        return OUT_OF_RANGE;
    if (result != DONE)
        return result;
    return map_in(space, space->pml4, PML4, page.value, frame.value | flags | PTE_P | PTE_G);
}

static enum result unmap_in(struct space *space, pa_t table, int level, uint64_t va, pa_t *frame)
{
    uint64_t *entry = entry_in(table, va, level);

    if (!(*entry & PTE_P))
        return NOT_MAPPED;
    if (level == PT) {
        if (frame)
            *frame = below(*entry);
        *entry = 0;
        return DONE;
    }
    if (*entry & PTE_PS)
        return LARGE_PAGE;
    pa_t next = below(*entry);
    enum result result = unmap_in(space, next, level - 1, va, frame);
    if (result == DONE && !any_present(next)) {
        *entry = 0;
        space->give(next);
    }
    return result;
}

enum result unmap_page(struct space *space, va_t page, pa_t *frame)
{
    enum result result = check(page);

    return result == DONE ? unmap_in(space, space->pml4, PML4, page.value, frame) : result;
}

static enum result look(pa_t table, int level, uint64_t va, pa_t *pa)
{
    uint64_t entry = *entry_in(table, va, level), size = covers(level);

    if (!(entry & PTE_P))
        return NOT_MAPPED;
    if (level > PT && !(entry & PTE_PS))
        return look(below(entry), level - 1, va, pa);
    if (pa)
        pa->value = (entry & ADDRESS) / size * size + va % size;
    return DONE;
}

enum result translate(const struct space *space, va_t va, pa_t *pa)
{
    return is_canonical(va.value) ? look(space->pml4, PML4, va.value, pa) : NOT_MAPPED;
}

/* ---- Frames ---- */

static uint8_t state[FRAMES];
static uint64_t top; /* no free frame lies at or above it */

static bool touches(uint64_t frame, uint64_t start, uint64_t last)
{
    return start < frame + PAGE_SIZE && frame <= last;
}

static bool in_ram(const struct memory_map *map, uint64_t frame)
{
    bool found = false;

    for (unsigned i = 0; i < map->rows; i++) {
        const struct memory_row *r = &map->row[i];
        if (r->type == MEMORY_IS_RAM)
            found |= r->start <= frame && frame + PAGE_SIZE <= r->start + r->bytes;
        else if (r->bytes && touches(frame, r->start, r->start + r->bytes - 1))
            return false;
    }
    return found;
}

enum result frames_setup(const struct memory_map *map)
{
    for (uint64_t n = 0; n < FRAMES; n++)
        state[n] = in_ram(map, n * PAGE_SIZE) ? FREE : NOBODYS;
    for (unsigned i = 0; i < map->spans; i++) {
        for (uint64_t n = map->kept[i].start / PAGE_SIZE; n < FRAMES; n++) {
            if (!touches(n * PAGE_SIZE, map->kept[i].start, map->kept[i].end - 1))
                break;
            state[n] = NOBODYS;
        }
    }
    top = FRAMES;
    return DONE;
}

enum result frame_alloc(pa_t *frame)
{
    while (top > 0) {
        if (state[--top] == FREE) {
            state[top] = TAKEN;
            frame->value = top * PAGE_SIZE;
            return DONE;
        }
    }
    return OUT_OF_FRAMES;
}

enum result frame_free(pa_t frame)
{
    uint64_t n = frame.value / PAGE_SIZE;

    if (frame.value % PAGE_SIZE)
        return UNALIGNED;
    if (n >= FRAMES || state[n] != TAKEN)
        return OUT_OF_RANGE;
    state[n] = FREE;
    if (n >= top)
        top = n + 1;
    return DONE;
}
