/*
 * The dictionary of pages: see dictionary.h. One hash table with linear probing holds both the
 * pages and the counts.
 */
#include "dictionary.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 17 };

struct slot {
    uint64_t key; /* 0: empty */
    uint64_t pa, flags;
    uint32_t count; /* of a table: pages in it */
};

static struct slot slots[SLOTS];
static const struct pg_geometry *shape;
static uint32_t tables, pages;

void dictionary_begin(const struct pg_geometry *geometry)
{
    memset(slots, 0, sizeof slots);
    shape = geometry;
    tables = pages = 0;
}

uint64_t dictionary_size(unsigned level)
{
    return UINT64_C(1) << shape->level[level].shift;
}

/* Pages and tables of one place differ in the lowest bit; no key is 0. */
static uint64_t key_of(uint64_t va, unsigned level, bool table)
{
    return (va >> shape->level[level].shift << shape->level[level].shift) | level << 2 | 2 | table;
}

static uint32_t home(uint64_t key)
{
    return (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 47);
}

static struct slot *look(uint64_t key)
{
    uint32_t i = home(key);
    while (slots[i].key != 0 && slots[i].key != key)
        i = (i + 1) % SLOTS;
    return &slots[i];
}

/* Empties a slot and closes the gap in its chain. */
static void take_out(struct slot *gone)
{
    uint32_t gap = (uint32_t)(gone - slots), i = gap;
    for (;;) {
        i = (i + 1) % SLOTS;
        if (slots[i].key == 0)
            break;
        uint32_t from_home = (i - home(slots[i].key)) % SLOTS, from_gap = (i - gap) % SLOTS;
        if (from_home < from_gap)
            continue;
        slots[gap] = slots[i];
        gap = i;
    }
    slots[gap].key = 0;
}

static void count_tables(struct page page, bool more)
{
    for (unsigned level = page.level + 1; level <= shape->levels; level++) {
        struct slot *slot = look(key_of(page.va, level, true));
        if (slot->key == 0) {
            *slot = (struct slot){ .key = key_of(page.va, level, true) };
            tables++;
        }
        slot->count += more ? 1 : UINT32_MAX;
        if (slot->count == 0) {
            take_out(slot);
            tables--;
        }
    }
}

void dictionary_add(struct page page)
{
    if (++pages > SLOTS / 4)
        abort();
    uint64_t key = key_of(page.va, page.level, false);
    *look(key) = (struct slot){ .key = key, .pa = page.pa, .flags = page.flags };
    count_tables(page, true);
}

void dictionary_remove(struct page page)
{
    take_out(look(key_of(page.va, page.level, false)));
    pages--;
    count_tables(page, false);
}

bool dictionary_find(uint64_t va, struct page *page)
{
    for (unsigned level = PG_PT; level <= shape->levels; level++) {
        const struct slot *slot = look(key_of(va, level, false));
        if (slot->key == 0)
            continue;
        *page = (struct page){ va & ~(dictionary_size(level) - 1), slot->pa, slot->flags, level };
        return true;
    }
    return false;
}

void dictionary_change(struct page page)
{
    look(key_of(page.va, page.level, false))->flags = page.flags;
}

bool dictionary_has_table(uint64_t va, unsigned level)
{
    return level > PG_PT && look(key_of(va, level, true))->key != 0;
}

uint32_t dictionary_tables(void)
{
    return tables;
}

uint32_t dictionary_pages(void)
{
    return pages;
}
