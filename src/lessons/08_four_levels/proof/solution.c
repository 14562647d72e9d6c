/* Lesson 8, the reference. */
#include "work.h"

#define LEVELS      4u
#define ENTRIES     512u
#define INDEX_BITS  9u
#define OFFSET_BITS BITS(11, 0)
#define ADDRESS     BITS(51, 12)
#define TABLE_FLAGS (PTE_P | PTE_RW | PTE_US)
#define CANONICAL   47u

/* ---- First half ---- */

/* What a walk met: entry[n] is the entry of level n (PT = 1), from 4 down to the level it ended. */
struct path {
    uint64_t *entry[LEVELS + 1];
    unsigned level;
};

static bool canonical(va_t va)
{
    return (uint64_t)((int64_t)(va.value << 16) >> 16) == va.value;
}

/* The lowest bit of level n's index: everything below is the byte in what its entry covers. */
static unsigned shift_of(unsigned level)
{
    return PAGE_SHIFT + (level - 1) * INDEX_BITS;
}

static uint64_t *entry_at(pa_t table, va_t va, unsigned level)
{
    return &table_at(table)[va.value >> shift_of(level) & (ENTRIES - 1)];
}

static pa_t named_by(const uint64_t *entry)
{
    return (pa_t){ *entry & ADDRESS };
}

static struct path walk(const struct space *space, va_t va)
{
    struct path path = { .level = LEVELS };
    pa_t table = space->pml4;

    for (;; path.level--) {
        uint64_t *entry = entry_at(table, va, path.level);
        path.entry[path.level] = entry;
        if (path.level == 1 || !(*entry & PTE_P) || *entry & PTE_PS)
            return path;
        table = named_by(entry);
    }
}

static void clear(pa_t table)
{
    for (unsigned i = 0; i < ENTRIES; i++)
        table_at(table)[i] = 0;
}

/* All of `count` frames, or none. */
static bool take_tables(struct space *space, pa_t *table, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (space->take(&table[i]) != DONE) {
            while (i > 0)
                space->give(table[--i]);
            return false;
        }
        clear(table[i]);
    }
    return true;
}

enum result map_page(struct space *space, va_t page, pa_t frame, uint64_t flags)
{
    pa_t table[LEVELS];

    if ((page.value | frame.value) & OFFSET_BITS)
        return UNALIGNED;
    if (!canonical(page) || frame.value & ~ADDRESS || flags & ADDRESS)
        return OUT_OF_RANGE;
    struct path path = walk(space, page);
    uint64_t *entry = path.entry[path.level];
    if (*entry & PTE_P)
        return path.level == 1 ? ALREADY_MAPPED : LARGE_PAGE;
    if (!take_tables(space, table, path.level - 1))
        return OUT_OF_FRAMES;
    for (unsigned level = path.level - 1; level > 0; level--) {
        *entry = table[level - 1].value | TABLE_FLAGS;
        entry = entry_at(table[level - 1], page, level);
    }
    *entry = frame.value | flags | PTE_P;
    return DONE;
}

static bool is_empty(const uint64_t *table)
{
    for (unsigned i = 0; i < ENTRIES; i++) {
        if (table[i] & PTE_P)
            return false;
    }
    return true;
}

enum result unmap_page(struct space *space, va_t page, pa_t *frame)
{
    if (page.value & OFFSET_BITS)
        return UNALIGNED;
    if (!canonical(page))
        return OUT_OF_RANGE;
    struct path path = walk(space, page);
    if (!(*path.entry[path.level] & PTE_P))
        return NOT_MAPPED;
    if (path.level > 1)
        return LARGE_PAGE;
    if (frame != NULL)
        *frame = named_by(path.entry[1]);
    *path.entry[1] = 0;
    for (unsigned level = 2; level <= LEVELS; level++) {
        pa_t table = named_by(path.entry[level]);
        if (!is_empty(table_at(table)))
            break;
        *path.entry[level] = 0; /* before anybody else can get the frame */
        space->give(table);
    }
    return DONE;
}

enum result translate(const struct space *space, va_t va, pa_t *pa)
{
    if (!canonical(va))
        return NOT_MAPPED;
    struct path path = walk(space, va);
    uint64_t entry = *path.entry[path.level], inside = BIT(shift_of(path.level)) - 1;
    if (!(entry & PTE_P))
        return NOT_MAPPED;
    if (pa != NULL)
        pa->value = (entry & ADDRESS & ~inside) | (va.value & inside);
    return DONE;
}

/* ---- Second half: two bits for each frame ---- */

#define FRAMES (MEMORY_LIMIT >> PAGE_SHIFT)
#define WORD   64u

static uint64_t is_ours[FRAMES / WORD], is_free[FRAMES / WORD];
static uint64_t next; /* where the last search ended */

static bool bit(const uint64_t *map, uint64_t n)
{
    return map[n / WORD] >> n % WORD & 1;
}

static void set_bits(uint64_t *map, uint64_t first, uint64_t end, bool to)
{
    for (uint64_t n = first; n < end; n++)
        map[n / WORD] = (map[n / WORD] & ~BIT(n % WORD)) | (uint64_t)to << n % WORD;
}

static uint64_t frame_of(uint64_t address)
{
    return address >= MEMORY_LIMIT ? FRAMES : address >> PAGE_SHIFT;
}

/* The last byte of a row that is not empty. What comes after it may be 2^64, for which there is no
 * number. */
static uint64_t last_byte(const struct memory_row *row)
{
    return row->start + (row->bytes - 1);
}

/* Rounded inwards: the frames that lie wholly within these bytes are ours. */
static void offer(uint64_t first, uint64_t last)
{
    uint64_t from = first >= MEMORY_LIMIT ? FRAMES : frame_of(first + PAGE_SIZE - 1);

    set_bits(is_ours, from, last >= MEMORY_LIMIT ? FRAMES : frame_of(last + 1), true);
}

/* Rounded outwards: no frame that these bytes touch is. */
static void keep(uint64_t first, uint64_t last)
{
    uint64_t end = last >= MEMORY_LIMIT ? FRAMES : frame_of(last) + 1;

    set_bits(is_ours, frame_of(first), end, false);
}

enum result frames_setup(const struct memory_map *map)
{
    set_bits(is_ours, 0, FRAMES, false);
    for (unsigned i = 0; i < map->rows; i++) {
        const struct memory_row *row = &map->row[i];
        if (row->type == MEMORY_IS_RAM && row->bytes != 0)
            offer(row->start, last_byte(row));
    }
    /* Now what is not free: it wins, wherever it stands in the map. */
    for (unsigned i = 0; i < map->rows; i++) {
        const struct memory_row *row = &map->row[i];
        if (row->type != MEMORY_IS_RAM && row->bytes != 0)
            keep(row->start, last_byte(row));
    }
    for (unsigned i = 0; i < map->spans; i++)
        keep(map->kept[i].start, map->kept[i].end - 1);
    for (uint64_t i = 0; i < FRAMES / WORD; i++)
        is_free[i] = is_ours[i];
    next = 0;
    return DONE;
}

enum result frame_alloc(pa_t *frame)
{
    for (uint64_t i = 0; i < FRAMES / WORD; i++) {
        uint64_t word = (next + i) % (FRAMES / WORD);
        if (is_free[word] == 0)
            continue;
        uint64_t n = word * WORD;
        while (!bit(is_free, n))
            n++;
        set_bits(is_free, n, n + 1, false);
        next = word;
        frame->value = n << PAGE_SHIFT;
        return DONE;
    }
    return OUT_OF_FRAMES;
}

enum result frame_free(pa_t frame)
{
    if (frame.value & OFFSET_BITS)
        return UNALIGNED;
    uint64_t n = frame_of(frame.value);
    if (n >= FRAMES || !bit(is_ours, n) || bit(is_free, n))
        return OUT_OF_RANGE;
    set_bits(is_free, n, n + 1, true);
    return DONE;
}
