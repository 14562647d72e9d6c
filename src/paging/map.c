/*
 * Map, unmap and split. Each call walks, judges the walk, prepares everything that can fail,
 * and only then changes the tree. The contracts are in map.h.
 */
#include "map.h"

#include "word_64.h"

#include "encode.h"

/* The tables that a page still lacks, from the one nearest the root down. */
struct new_tables {
    unsigned count;
    pa_t frame[PG_LEVELS_MAX];
};

static void write_entry(const struct pg_space *space, pa_t at, uint64_t entry)
{
    const struct pg_memory *memory = &space->memory;
    memory->write_entry(memory->context, at, space->geometry->entry_bytes, entry);
}

static pa_t entry_at(const struct pg_space *space, pa_t table, uint32_t index)
{
    return (pa_t){ table.value + (uint64_t)index * space->geometry->entry_bytes };
}

static uint32_t index_of(const struct pg_space *space, unsigned level, va_t va)
{
    uint64_t page = va.value >> space->geometry->level[level].shift;
    return (uint32_t)page & (pg_entries(space->geometry, level) - 1);
}

static bool is_aligned(const struct pg_space *space, unsigned level, uint64_t address)
{
    return (address & (pg_span_bytes(space->geometry, level) - 1)) == 0;
}

static bool is_page_level(const struct pg_space *space, unsigned level)
{
    return level >= PG_PT && level <= space->geometry->levels &&
           pg_has_pages(space->geometry, &space->features, level);
}

/* Stores in *entry what maps `pa` with `flags`, or says why no entry can. */
static enum pg_result encode_page(const struct pg_space *space, unsigned level, pa_t pa,
                                  uint64_t flags, pg_entry *entry)
{
    const struct pg_geometry *geometry = space->geometry;
    pg_entry bare = pg_leaf_entry(geometry, level, pa, 0);
    if (pg_frame_address(geometry, level, bare).value != pa.value ||
        pg_reserved(geometry, &space->features, level, bare) != 0)
        return PG_BAD_ADDRESS;
    uint64_t known = geometry->entry_bytes == 8 ? PG_FLAG_BITS : BITS(11, 0);
    *entry = pg_leaf_entry(geometry, level, pa, flags);
    if ((flags & ~known) != 0 || pg_reserved(geometry, &space->features, level, *entry) != 0)
        return PG_BAD_FLAGS;
    return PG_OK;
}

/* What a walk found where a page of `level` was looked for: PG_OK if the page is there. */
static enum pg_result judge(const struct pg_walk *walk, unsigned level)
{
    if (walk->end == PG_END_NONCANONICAL)
        return PG_NONCANONICAL;
    if (walk->level < level)
        return PG_TABLE_IN_PATH;
    switch (walk->end) {
    case PG_END_MAPPED:
        return walk->level == level ? PG_OK : PG_LARGE_IN_PATH;
    case PG_END_NOT_PRESENT:
        return PG_NOT_MAPPED;
    case PG_END_RESERVED:
        return PG_RESERVED_BITS;
    case PG_END_NONCANONICAL:
    case PG_END_OUTSIDE:
        break;
    }
    return PG_OUTSIDE;
}

static void give_back(const struct pg_space *space, const struct new_tables *tables)
{
    for (unsigned i = tables->count; i > 0; i--)
        space->frames.free(space->frames.context, tables->frame[i - 1]);
}

/* Can `frame` be the table that an entry of `level` names? */
static bool is_usable(const struct pg_space *space, unsigned level, pa_t frame)
{
    const struct pg_geometry *geometry = space->geometry;
    pg_entry entry = pg_table_entry(geometry, level, frame, 0);
    uint64_t ignored;
    return pg_table_address(geometry, level, entry).value == frame.value &&
           pg_reserved(geometry, &space->features, level, entry) == 0 &&
           space->memory.read_entry(space->memory.context, frame, geometry->entry_bytes, &ignored);
}

/* Takes the tables for entries of level `from` down to `to` + 1; all of them or none. */
static enum pg_result take_tables(const struct pg_space *space, unsigned from, unsigned to,
                                  struct new_tables *tables)
{
    tables->count = 0;
    for (unsigned level = from; level > to; level--) {
        enum pg_result result = PG_OUT_OF_FRAMES;
        pa_t *frame = &tables->frame[tables->count];
        if (space->frames.alloc(space->frames.context, frame)) {
            tables->count++;
            result = is_usable(space, level, *frame) ? PG_OK : PG_BAD_FRAME;
        }
        if (result != PG_OK) {
            give_back(space, tables);
            return result;
        }
    }
    return PG_OK;
}

/*
 * Fills the new tables from the bottom up, so that the page of `level` and `entry` hangs in
 * them; returns the entry that links the topmost, or `entry` itself if there are none.
 */
static pg_entry fill_tables(const struct pg_space *space, va_t va, unsigned level, pg_entry entry,
                            const struct new_tables *tables)
{
    pg_entry link = entry;
    for (unsigned i = tables->count; i > 0; i--, level++) {
        pa_t table = tables->frame[i - 1];
        uint32_t used = index_of(space, level, va);
        for (uint32_t index = 0; index < pg_entries(space->geometry, level); index++)
            write_entry(space, entry_at(space, table, index), index == used ? link : 0);
        link = pg_table_entry(space->geometry, level + 1, table, entry);
    }
    return link;
}

/* Lets the path above the last step of `walk` grant what the page `entry` grants. */
static void widen_path(const struct pg_space *space, const struct pg_walk *walk, pg_entry entry)
{
    for (unsigned i = 0; i + 1 < walk->steps; i++) {
        const struct pg_step *step = &walk->step[i];
        if (!space->geometry->level[step->level].has_rights)
            continue;
        uint64_t wide = step->entry | (entry & (PTE_RW | PTE_US));
        wide &= entry | ~PTE_XD;
        if (wide != step->entry)
            write_entry(space, step->at, wide);
    }
}

enum pg_result pg_map(const struct pg_space *space, va_t va, pa_t pa, unsigned level,
                      uint64_t flags)
{
    if (!is_page_level(space, level))
        return PG_BAD_LEVEL;
    if (!is_aligned(space, level, va.value) || !is_aligned(space, level, pa.value))
        return PG_UNALIGNED;
    struct pg_walk walk = pg_walk(space, va);
    enum pg_result found = judge(&walk, level);
    if (found != PG_NOT_MAPPED)
        return found == PG_OK ? PG_ALREADY_MAPPED : found;
    pg_entry entry = 0;
    enum pg_result result = encode_page(space, level, pa, flags, &entry);
    if (result != PG_OK)
        return result;
    struct new_tables tables = { .count = 0 };
    result = take_tables(space, walk.level, level, &tables);
    if (result != PG_OK)
        return result;
    pg_entry link = fill_tables(space, va, level, entry, &tables);
    widen_path(space, &walk, entry);
    write_entry(space, walk.step[walk.steps - 1].at, link);
    return PG_OK;
}

/* Is every entry of the table of `level` at `table` zero? What cannot be read is in use. */
static bool is_empty(const struct pg_space *space, unsigned level, pa_t table)
{
    const struct pg_memory *memory = &space->memory;
    for (uint32_t index = 0; index < pg_entries(space->geometry, level); index++) {
        uint64_t entry;
        if (!memory->read_entry(memory->context, entry_at(space, table, index),
                                space->geometry->entry_bytes, &entry) ||
            entry != 0)
            return false;
    }
    return true;
}

enum pg_result pg_unmap(const struct pg_space *space, va_t va, unsigned level)
{
    if (!is_page_level(space, level))
        return PG_BAD_LEVEL;
    if (!is_aligned(space, level, va.value))
        return PG_UNALIGNED;
    struct pg_walk walk = pg_walk(space, va);
    enum pg_result found = judge(&walk, level);
    if (found != PG_OK)
        return found;
    write_entry(space, walk.step[walk.steps - 1].at, 0);
    for (unsigned i = walk.steps - 1; i > 0; i--) {
        const struct pg_step *upper = &walk.step[i - 1];
        pa_t table = pg_table_address(space->geometry, upper->level, upper->entry);
        if (!is_empty(space, walk.step[i].level, table))
            break;
        write_entry(space, upper->at, 0);
        space->frames.free(space->frames.context, table);
    }
    return PG_OK;
}

enum pg_result pg_split(const struct pg_space *space, va_t va)
{
    const struct pg_geometry *geometry = space->geometry;
    struct pg_walk walk = pg_walk(space, va);
    enum pg_result found = judge(&walk, PG_PT);
    if (found == PG_OK)
        return PG_NOT_LARGE;
    if (found != PG_LARGE_IN_PATH)
        return found;
    const struct pg_step *page = &walk.step[walk.steps - 1];
    unsigned small = page->level - 1;
    pa_t pa = pg_frame_address(geometry, page->level, page->entry);
    pg_entry flags = pg_leaf_flags(geometry, page->level, page->entry);
    pg_entry entry = 0;
    enum pg_result result = encode_page(space, small, pa, flags, &entry);
    if (result != PG_OK)
        return result;
    struct new_tables tables = { .count = 0 };
    result = take_tables(space, page->level, small, &tables);
    if (result != PG_OK)
        return result;
    for (uint32_t index = 0; index < pg_entries(geometry, small); index++) {
        pa_t part = { pa.value + index * pg_span_bytes(geometry, small) };
        entry = pg_leaf_entry(geometry, small, part, flags);
        write_entry(space, entry_at(space, tables.frame[0], index), entry);
    }
    write_entry(space, page->at, pg_table_entry(geometry, page->level, tables.frame[0], flags));
    return PG_OK;
}
