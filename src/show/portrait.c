/* The tables on the screen: see portrait.h. */
#include "show/portrait.h"

#include "core/cpu.h"
#include "core/traps/glance.h"
#include "paging/entry.h"
#include "show/ink.h"
#include "show/menu.h"
#include "show/screen.h"

#define MAP_ROWS    8u
#define MAP_COLUMNS 32u
#define MAP_TOP     1u
#define MAP_RIGHT   41u /* column where the second map begins */
#define WALK_ROW    9u
#define LEGEND_ROW  10u

/* One map: which table, what level it is, and the entry the walk went through. */
struct map {
    const struct pg_space *space;
    pa_t table;
    unsigned level;
    uint32_t walked;
};

static bool silent;
void portrait_allow(bool yes)
{
    silent = !yes;
}

/* ---- Maps ------------------------------------------------------------------------------------ */

/* How an entry looks: the higher the character's place in " .tr w", the more it says. */
static char letter_of(const struct map *map, uint64_t entry)
{
    if (!(entry & PTE_P))
        return '.';
    if (!pg_is_leaf(map->space->geometry, &map->space->features, map->level, entry))
        return 't';
    if (map->level > PG_PT)
        return entry & PTE_RW ? 'L' : 'l';
    return entry & PTE_RW ? 'w' : 'r';
}

static enum colour colour_of(char letter, uint64_t entry)
{
    if (letter == '.')
        return DIM;
    if (letter == 't')
        return TABLE;
    return entry & PTE_US ? USER : KERNEL;
}

/* One cell stands for `each` entries, and shows the first that is present. */
static void put_cell(const struct map *map, uint32_t first, uint32_t each)
{
    unsigned bytes = map->space->geometry->entry_bytes;
    uint64_t entry = 0;

    for (uint32_t i = first; i < first + each && !(entry & PTE_P); i++) {
        const volatile void *place = phys_ptr(map->table.value + (uint64_t)i * bytes);
        entry = bytes == 8 ? *(const volatile uint64_t *)place : *(const volatile uint32_t *)place;
    }
    char letter = letter_of(map, entry);
    bool walked = map->walked >= first && map->walked < first + each;
    ink_colour(walked ? WALKED : colour_of(letter, entry));
    ink_char(letter);
}

/* The map of one table in the columns from `left` on, under its name. */
static void draw_map(const struct map *map, unsigned left)
{
    const struct pg_level *level = &map->space->geometry->level[map->level];
    uint32_t entries = pg_entries(map->space->geometry, map->level), first = 0, probe_word;
    uint32_t each = entries > MAP_ROWS * MAP_COLUMNS ? entries / (MAP_ROWS * MAP_COLUMNS) : 1;
    bool readable = glance((uintptr_t)phys_ptr(map->table.value), &probe_word);

    ink_at(0, left, TITLE);
    ink_text(level->table);
    ink_text(" at ");
    ink_hex(map->table.value);
    ink_text(readable ? "" : ", not mapped here");
    ink_blank_to(left == 0 ? MAP_RIGHT : SCREEN_COLUMNS);
    for (unsigned y = 0; y < MAP_ROWS; y++) {
        ink_at(MAP_TOP + y, left, DIM);
        if (readable && first < entries)
            ink_decimal(first, 4), ink_char(' ');
        for (unsigned x = 0; readable && x < MAP_COLUMNS && first < entries; x++, first += each)
            put_cell(map, first, each);
        ink_colour(DIM);
        ink_blank_to(left == 0 ? MAP_RIGHT : SCREEN_COLUMNS);
    }
}

static void clear_rows(unsigned from, unsigned to, unsigned left)
{
    for (unsigned y = from; y < to; y++) {
        ink_at(y, left, y == 0 ? TITLE : PLAIN);
        ink_blank_to(SCREEN_COLUMNS);
    }
}

/* ---- The walk -------------------------------------------------------------------------------- */

static void draw_walk(const struct pg_space *space, const struct pg_walk *walk, word_t va)
{
    ink_at(WALK_ROW, 0, BRIGHT);
    ink_hex(va);
    for (unsigned i = 0; i < walk->steps; i++) {
        ink_char(' ');
        ink_text(space->geometry->level[walk->step[i].level].entry);
        ink_char('[');
        ink_decimal(walk->step[i].index, 0);
        ink_char(']');
    }
    if (walk->end == PG_END_MAPPED) {
        ink_text(" -> ");
        ink_hex(walk->pa.value);
        ink_char(' ');
        ink_char(walk->rights.write ? 'W' : '-');
        ink_char(walk->rights.user ? 'U' : '-');
        ink_char(walk->rights.execute ? 'X' : '-');
    } else {
        ink_text(walk->end == PG_END_NOT_PRESENT    ? " not present"
                 : walk->end == PG_END_RESERVED     ? " reserved bit"
                 : walk->end == PG_END_NONCANONICAL ? " not canonical"
                                                    : " out of reach");
    }
    ink_blank_to(SCREEN_COLUMNS);
}

static void draw_legend(const struct pg_space *space)
{
    ink_at(LEGEND_ROW, 0, TITLE);
    ink_text(space->geometry->name);
    ink_text("  CR3 ");
    ink_hex(space->root.value);
    ink_text("  . none  t table  r w page  l L large page  green: user");
    ink_blank_to(SCREEN_COLUMNS);
}

/* True when a write to the text screen, through the tables in force, reaches it. */
static bool screen_is_there(const struct pg_space *space)
{
    if (screen_place() == 0)
        return true; /* the cells are in the staff's own memory */
    struct pg_walk walk = pg_walk(space, (va_t){ screen_place() });
    return walk.end == PG_END_MAPPED && walk.rights.write && walk.pa.value == VGA_TEXT;
}

static void draw_tables(word_t va)
{
    struct pg_space space = glance_space();
    struct pg_walk walk = pg_walk(&space, (va_t){ va });
    unsigned top = space.geometry->levels, last = walk.steps;
    struct map map = { &space, { space.root.value & space.geometry->root_mask }, top, UINT32_MAX };

    if (!screen_is_there(&space))
        return;
    if (last > 0)
        map.walked = walk.step[0].index;
    draw_map(&map, 0);
    if (last > 1) {
        const struct pg_step *step = &walk.step[last - 1];
        map.table.value = step->at.value - (uint64_t)step->index * space.geometry->entry_bytes;
        map.level = step->level;
        map.walked = step->index;
        draw_map(&map, MAP_RIGHT);
    } else {
        clear_rows(0, WALK_ROW, MAP_RIGHT);
    }
    draw_walk(&space, &walk, va);
    draw_legend(&space);
}

static void draw_nothing(void)
{
    clear_rows(0, LEGEND_ROW, 0);
    ink_at(0, 0, TITLE);
    ink_text("Paging is off: no table is in force, addresses are physical.");
    ink_at(LEGEND_ROW, 0, TITLE);
    ink_blank_to(SCREEN_COLUMNS);
}

void portrait_draw(word_t va)
{
    if (silent)
        return;
    if (cpu_read_cr0() & CR0_PG)
        draw_tables(va != 0 ? va : (word_t)(uintptr_t)portrait_draw);
    else
        draw_nothing();
    screen_show();
    menu_pause();
}
