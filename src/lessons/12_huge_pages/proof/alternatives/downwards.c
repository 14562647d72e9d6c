/* Lesson 12, another way: every function goes down from the PML4 by itself; a range is visited page
 * by page; what a failed call mapped is unmapped page by page. */
#include "work.h"

#define LAST  511u
#define FRAME 0x000FFFFFFFFFF000u
#define TABLE 7u
#define AD    0x60u
#define THREE (PTE_RW | PTE_US | PTE_XD)

enum task { LOOK, SPLIT_EDGES, CHANGE };

struct job {
    uint64_t first, last, rights; /* of bytes */
    enum task task;
};

static bool bad(uint64_t va)
{
    return va >> 47 != 0 && va >> 47 != 0x1FFFF;
}

static uint64_t *below(uint64_t entry)
{
    return table_at((pa_t){ entry & FRAME });
}

static bool leaf(uint64_t entry, unsigned level)
{
    return level == 1 || (entry & PTE_PS) != 0;
}

static uint64_t span(unsigned level)
{
    return PAGE_4K << 9 * (level - 1);
}

/* Bits 7 and 12 change places on the way between a PTE and an entry above. */
static uint64_t flags_up(uint64_t flags)
{
    return (flags & ~PTE_PAT) | PTE_PS | (flags & PTE_PAT) << 5;
}

static uint64_t flags_down(uint64_t entry)
{
    return (entry & ~(PTE_PAT_LARGE | PTE_PS)) | (entry & PTE_PAT_LARGE) >> 5;
}

static enum result put(uint64_t *table, unsigned level, unsigned target, uint64_t va, uint64_t page)
{
    uint64_t *entry = &table[va / span(level) & LAST];
    pa_t made;

    if (level == target) {
        if (*entry & PTE_P)
            return ALREADY_MAPPED;
        *entry = page;
        return DONE;
    }
    if (*entry & PTE_P)
        return level < 4 && leaf(*entry, level) ? ALREADY_MAPPED
                                                : put(below(*entry), level - 1, target, va, page);
    if (!frame_alloc(&made))
        return OUT_OF_FRAMES;
    for (unsigned i = 0; i <= LAST; i++)
        table_at(made)[i] = 0;
    enum result result = put(table_at(made), level - 1, target, va, page);
    if (result == DONE)
        *entry = made.value | TABLE;
    else
        frame_free(made);
    return result;
}

/* Removes one page; true when the table has no other. */
static bool drop(uint64_t *table, unsigned level, unsigned target, uint64_t va)
{
    uint64_t *entry = &table[va / span(level) & LAST];
    uint64_t any = 0;

    if (level == target) {
        *entry = 0;
    } else if (drop(below(*entry), level - 1, target, va)) {
        frame_free((pa_t){ *entry & FRAME });
        *entry = 0;
    }
    for (unsigned i = 0; i <= LAST; i++)
        any |= table[i] & PTE_P;
    return any == 0;
}

static unsigned level_for(const struct space *space, uint64_t va, uint64_t pa, uint64_t left)
{
    for (unsigned level = 3; level > 1; level--) {
        uint64_t size = span(level);
        if (size <= space->largest && size <= left && va % size == 0 && pa % size == 0)
            return level;
    }
    return 1;
}

static enum result check(uint64_t va, uint64_t bytes)
{
    if ((va | bytes) & (PAGE_4K - 1))
        return UNALIGNED;
    if (bytes == 0 || bytes > BIT(47) || bad(va) || bad(va + bytes - 1))
        return OUT_OF_RANGE;
    return va >> 63 != (va + bytes - 1) >> 63 ? OUT_OF_RANGE : DONE;
}

enum result map_range(struct space *space, va_t va, pa_t pa, uint64_t bytes, uint64_t flags)
{
    enum result result = check(va.value, bytes);
    uint64_t *root = table_at(space->pml4), done = 0;

    if (result == DONE && pa.value % PAGE_4K)
        result = UNALIGNED;
    if (result == DONE && (flags & FRAME || pa.value > BIT(52) - bytes))
        result = OUT_OF_RANGE;
    while (result == DONE && done < bytes) {
        uint64_t from = va.value + done, to = pa.value + done;
        unsigned level = level_for(space, from, to, bytes - done);
        uint64_t page = to | (level == 1 ? flags : flags_up(flags)) | PTE_P;
        result = put(root, 4, level, from, page);
        if (result == DONE)
            done += span(level);
    }
    if (result == DONE)
        return DONE;
    for (uint64_t undone = 0; undone < done;) {
        uint64_t from = va.value + undone, to = pa.value + undone;
        unsigned level = level_for(space, from, to, bytes - undone);
        drop(root, 4, level, from);
        undone += span(level);
    }
    return result;
}

static enum result split_entry(uint64_t *entry, unsigned level)
{
    uint64_t old = level == 2 ? flags_down(*entry) : *entry;
    pa_t made;

    if (!frame_alloc(&made))
        return OUT_OF_FRAMES;
    for (uint64_t i = 0; i <= LAST; i++)
        table_at(made)[i] = old + i * span(level - 1);
    *entry = made.value | TABLE;
    return DONE;
}

enum result split(struct space *space, va_t va)
{
    uint64_t *table = table_at(space->pml4);

    if (bad(va.value))
        return OUT_OF_RANGE;
    for (unsigned level = 4;; level--) {
        uint64_t *entry = &table[va.value / span(level) & LAST];
        if (!(*entry & PTE_P))
            return NOT_MAPPED;
        if (level < 4 && leaf(*entry, level))
            return level == 1 ? DONE : split_entry(entry, level);
        table = below(*entry);
    }
}

enum result join(struct space *space, va_t va, uint64_t size)
{
    unsigned level = size == PAGE_2M ? 2 : 3;
    uint64_t *entry = &table_at(space->pml4)[va.value / span(4) & LAST], ad = 0;
    bool missing = false, unlike = false;

    if (size > space->largest || size != span(level) || bad(va.value))
        return OUT_OF_RANGE;
    if (va.value % size)
        return UNALIGNED;
    for (unsigned i = 3; i >= level && (*entry & PTE_P); i--) {
        if (i == 2 && leaf(*entry, 3))
            return DONE;
        entry = &below(*entry)[va.value / span(i) & LAST];
    }
    if (!(*entry & PTE_P) || leaf(*entry, level))
        return *entry & PTE_P ? DONE : NOT_MAPPED;
    pa_t table = { *entry & FRAME };
    const uint64_t *part = table_at(table);
    for (uint64_t i = 0; i <= LAST; i++) {
        missing |= !(part[i] & PTE_P);
        unlike |= !leaf(part[i], level - 1);
        unlike |= ((part[i] - i * span(level - 1)) ^ part[0]) & ~(uint64_t)AD;
        ad |= part[i] & AD;
    }
    if (missing || unlike)
        return missing ? NOT_MAPPED : NOT_ALIKE;
    if (part[0] & FRAME & (size - 1) & ~(level == 3 ? PTE_PAT_LARGE : 0))
        return UNALIGNED;
    *entry = (level == 2 ? (part[0] & FRAME) | flags_up(part[0] & ~FRAME) : part[0]) | ad;
    frame_free(table);
    return DONE;
}

/* Does the job in all of the table, as far as its range goes. `base` is the table's first byte. */
static enum result visit(uint64_t *table, unsigned level, uint64_t base, const struct job *job)
{
    for (uint64_t i = 0; i <= LAST; i++) {
        uint64_t low = base + i * span(level), high = low + span(level) - 1;
        enum result result = DONE;
        if (high < job->first || low > job->last)
            continue;
        if (!(table[i] & PTE_P))
            return NOT_MAPPED;
        bool page = level < 4 && leaf(table[i], level);
        bool whole = low >= job->first && high <= job->last;
        if (page && !whole && job->task == SPLIT_EDGES) {
            result = split_entry(&table[i], level);
            page = false;
        }
        if (page && job->task == CHANGE)
            table[i] = (table[i] & ~THREE) | job->rights;
        if (!page && result == DONE)
            result = visit(below(table[i]), level - 1, low, job);
        if (result != DONE)
            return result;
    }
    return DONE;
}

enum result protect_range(struct space *space, va_t va, uint64_t bytes, uint64_t rights)
{
    struct job job = { va.value & BITS(47, 0), (va.value + bytes - 1) & BITS(47, 0), rights, LOOK };
    enum result result = check(va.value, bytes);

    if (result == DONE && rights & ~THREE)
        result = OUT_OF_RANGE;
    for (unsigned task = LOOK; result == DONE && task <= CHANGE; task++) {
        job.task = (enum task)task;
        result = visit(table_at(space->pml4), 4, 0, &job);
    }
    return result;
}
