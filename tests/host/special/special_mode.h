/*
 * One mode of special.h: SPECIAL(name) defines special_name. The includer chooses the words
 * (word_32.h or word_64.h) first. There is no guard: it is a template.
 */
#include "special.h"

#include "reach.h"

#include "quick.h"
#include "range_core.h"

#define PG_ROW(name) static const struct pg_geometry row_##name
#include "geometry_rows.h"

/* clang-format off */
#define SPECIAL(name)                                                                             \
    static inline struct pg_space space_##name(const struct pg_space *space)                      \
    {                                                                                             \
        struct pg_space constant = *space;                                                        \
        constant.geometry = &row_##name;                                                          \
        return constant;                                                                          \
    }                                                                                             \
    static struct pg_walk walk_##name(const struct pg_space *space, uint64_t va)                  \
    {                                                                                             \
        struct pg_space constant = space_##name(space);                                           \
        return core_walk(&constant, (pg_va){ (pg_entry)va });                                     \
    }                                                                                             \
    static bool translate_##name(const struct pg_space *space, uint64_t va, uint64_t *pa)         \
    {                                                                                             \
        struct pg_space constant = space_##name(space);                                           \
        pg_pa found;                                                                              \
        if (!quick_translate(&constant, (pg_va){ (pg_entry)va }, &found))                         \
            return false;                                                                         \
        *pa = found.value;                                                                        \
        return true;                                                                              \
    }                                                                                             \
    static bool map_##name(const struct pg_space *space, uint64_t va, uint64_t pa, uint64_t flags) \
    {                                                                                             \
        struct pg_space constant = space_##name(space);                                           \
        return quick_map(&constant, (pg_va){ (pg_entry)va }, (pg_pa){ (pg_entry)pa },             \
                         (pg_entry)flags);                                                        \
    }                                                                                             \
    static struct pg_change range_##name(const struct pg_space *space, uint64_t va, uint64_t pa,  \
                                         uint64_t pages, uint64_t flags)                          \
    {                                                                                             \
        struct pg_space constant = space_##name(space);                                           \
        return core_map_range(&constant, (pg_va){ (pg_entry)va }, (pg_pa){ (pg_entry)pa },        \
                              (pg_entry)pages, flags);                                            \
    }                                                                                             \
    const struct special special_##name = { walk_##name, translate_##name, map_##name,            \
                                            range_##name }
/* clang-format on */
