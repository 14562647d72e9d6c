/*
 * Translate, map and unmap one page of 4 KiB in any mode: one descent, level by level, by the
 * numbers of the mode's geometry. See simple.h.
 */
#include "simple.h"

#include "entry.h"

/* The entries for one address, by level: from the root's down to that of `level`. */
struct path {
    pa_t at[PG_LEVELS_MAX + 1];
    uint64_t entry[PG_LEVELS_MAX + 1];
    unsigned level;
    bool is_cyclic; /* two of them lie in the same table */
};

static bool read(const struct pg_space *space, pa_t at, uint64_t *entry)
{
    return space->memory.read_entry(space->memory.context, at, space->geometry->entry_bytes, entry);
}

static void write(const struct pg_space *space, pa_t at, uint64_t entry)
{
    space->memory.write_entry(space->memory.context, at, space->geometry->entry_bytes, entry);
}

/* Where the entry for `va` lies in the table of `level` at `table`. */
static pa_t entry_at(const struct pg_geometry *geometry, unsigned level, pa_t table, va_t va)
{
    uint64_t page = va.value >> geometry->level[level].shift;
    uint64_t index = page & (pg_entries(geometry, level) - 1);
    return (pa_t){ table.value + index * geometry->entry_bytes };
}

/* Down to a page, or an end. PG_OK: a page of 4 KiB is there; PG_LARGE_IN_PATH: a larger one. */
static enum pg_result descend(const struct pg_space *space, va_t va, struct path *path)
{
    const struct pg_geometry *geometry = space->geometry;
    /* Half the space added, the two halves of a sign-extended one become one run from 0. */
    uint64_t half = geometry->sign_extended ? BIT(geometry->va_bits - 1) : 0;
    *path = (struct path){ .level = geometry->levels };
    if ((va.value + half) >> geometry->va_bits != 0)
        return PG_NONCANONICAL;
    pa_t table = { space->root.value & geometry->root_mask };
    for (unsigned level = geometry->levels;; level--) {
        uint64_t *entry = &path->entry[level];
        path->level = level;
        path->at[level] = entry_at(geometry, level, table, va);
        for (unsigned upper = level + 1; upper <= geometry->levels; upper++)
            path->is_cyclic |= (path->at[upper].value ^ path->at[level].value) < PAGE_SIZE;
        if (!read(space, path->at[level], entry))
            return PG_OUTSIDE;
        if (!pg_is_present(*entry))
            return PG_NOT_MAPPED;
        if (pg_reserved(geometry, &space->features, level, *entry) != 0)
            return PG_RESERVED_BITS;
        if (pg_is_leaf(geometry, &space->features, level, *entry))
            return level == PG_PT ? PG_OK : PG_LARGE_IN_PATH;
        table = pg_table_address(geometry, level, *entry);
    }
}

bool pg_simple_translate(const struct pg_space *space, va_t va, pa_t *pa)
{
    struct path path;
    enum pg_result result = descend(space, va, &path);
    if (result != PG_OK && result != PG_LARGE_IN_PATH)
        return false;
    uint64_t frame = pg_frame_address(space->geometry, path.level, path.entry[path.level]).value;
    pa->value = frame | (va.value & (pg_span_bytes(space->geometry, path.level) - 1));
    return true;
}

/* Can an entry name `frame` as a table, and is there memory? */
static bool is_usable(const struct pg_space *space, pa_t frame)
{
    const struct pg_geometry *geometry = space->geometry;
    uint64_t entry = pg_table_entry(geometry, geometry->levels, frame, 0), ignored;
    return pg_table_address(geometry, geometry->levels, entry).value == frame.value &&
           pg_reserved(geometry, &space->features, geometry->levels, entry) == 0 &&
           read(space, frame, &ignored);
}

/* Takes `count` frames for tables, or none. */
static enum pg_result take(const struct pg_space *space, unsigned count, pa_t *frame)
{
    for (unsigned i = 0; i < count; i++) {
        bool taken = space->frames.alloc(space->frames.context, &frame[i]);
        if (taken && is_usable(space, frame[i]))
            continue;
        for (unsigned back = i + taken; back > 0; back--)
            space->frames.free(space->frames.context, frame[back - 1]);
        return taken ? PG_BAD_FRAME : PG_OUT_OF_FRAMES;
    }
    return PG_OK;
}

/* Stores `entry` at the end of the path, below it in new tables, and lets the path grant it. */
static struct pg_change store(const struct pg_space *space, va_t va, const struct path *path,
                              const pa_t *frame, uint64_t entry)
{
    const struct pg_geometry *geometry = space->geometry;
    struct pg_change change = { .page_shift = PAGE_SHIFT, .result = PG_OK };
    uint64_t link = entry;
    /* From the bottom up, so that one store links all new tables, complete as they are. */
    for (unsigned level = PG_PT; level < path->level; level++) {
        pa_t table = frame[level - PG_PT];
        for (unsigned i = 0; i < PAGE_SIZE; i += geometry->entry_bytes)
            write(space, (pa_t){ table.value + i }, 0);
        write(space, entry_at(geometry, level, table, va), link);
        link = pg_table_entry(geometry, level + 1, table, entry);
    }
    for (unsigned level = path->level + 1; level <= geometry->levels; level++) {
        uint64_t old = path->entry[level];
        uint64_t wide = (old | (entry & (PTE_RW | PTE_US))) & (entry | ~PTE_XD);
        if (!geometry->level[level].has_rights || wide == old)
            continue;
        write(space, path->at[level], wide);
        change.first = va, change.pages = 1;
    }
    write(space, path->at[path->level], link);
    if (path->level > PG_PT && !geometry->level[path->level].has_rights)
        change.pages = PG_ALL_PAGES; /* PAE: the CPU keeps its PDPTEs until CR3 is loaded */
    return change;
}

static struct pg_change refused(enum pg_result result)
{
    return (struct pg_change){ .page_shift = PAGE_SHIFT, .result = (uint8_t)result };
}

struct pg_change pg_simple_map(const struct pg_space *space, va_t va, pa_t pa, uint64_t flags)
{
    const struct pg_geometry *geometry = space->geometry;
    uint64_t zero = pg_must_be_zero(geometry, &space->features, PG_PT, true);
    uint64_t known = geometry->entry_bytes == 8 ? PG_FLAG_BITS : BITS(11, 0);
    struct path path;
    pa_t frame[PG_LEVELS_MAX];
    if ((va.value | pa.value) % PAGE_SIZE != 0)
        return refused(PG_UNALIGNED);
    enum pg_result result = descend(space, va, &path);
    if (path.is_cyclic || result != PG_NOT_MAPPED)
        return refused(path.is_cyclic ? PG_CYCLIC : result == PG_OK ? PG_ALREADY_MAPPED : result);
    if ((pa.value & (~geometry->level[PG_PT].frame_mask | zero)) != 0)
        return refused(PG_BAD_ADDRESS);
    if ((flags & (~known | zero)) != 0)
        return refused(PG_BAD_FLAGS);
    result = take(space, path.level - PG_PT, frame);
    return result == PG_OK ? store(space, va, &path, frame, PTE_P | flags | pa.value)
                           : refused(result);
}

/* Is every entry of the table zero? What cannot be read is in use. */
static bool is_empty(const struct pg_space *space, pa_t table)
{
    uint64_t entry = 0;
    for (unsigned i = 0; i < PAGE_SIZE; i += space->geometry->entry_bytes)
        if (!read(space, (pa_t){ table.value + i }, &entry) || entry != 0)
            return false;
    return true;
}

struct pg_change pg_simple_unmap(const struct pg_space *space, va_t va)
{
    const struct pg_geometry *geometry = space->geometry;
    struct path path;
    if (va.value % PAGE_SIZE != 0)
        return refused(PG_UNALIGNED);
    enum pg_result result = descend(space, va, &path);
    if (path.is_cyclic || result != PG_OK)
        return refused(path.is_cyclic ? PG_CYCLIC : result);
    struct pg_change change = { va, 1, PAGE_SHIFT, PG_OK };
    write(space, path.at[PG_PT], 0);
    for (unsigned upper = PG_PD; upper <= geometry->levels; upper++) {
        pa_t table = pg_table_address(geometry, upper, path.entry[upper]);
        if (!is_empty(space, table))
            break;
        write(space, path.at[upper], 0);
        space->frames.free(space->frames.context, table);
        if (!geometry->level[upper].has_rights)
            change.pages = PG_ALL_PAGES;
    }
    return change;
}
