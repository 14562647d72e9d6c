/*
 * The library as straight code for one mode: the one header that such a kernel includes, in one
 * file, before any other of the library's but types.h, geometry.h, walk.h, access.h and map.h.
 *
 *     #define PG_MODE        4            flat, 32, pae, 4 or 5
 *     #define PG_READ_ENTRY  read_here    your functions, inline: as pg_read_by_pointer() and
 *     #define PG_WRITE_ENTRY write_here   pg_write_by_pointer() in core/reach.h, or those
 *     #include "paging/mode.h"
 *
 * It gives the words pg_entry, pg_va and pg_pa, the mode's geometry as the constant PG_GEOMETRY,
 * and, for a space that the compiler knows to have it: quick_translate(), quick_map() (quick.h),
 * core_walk(), core_access() and core_map_range(), which are pg_walk(), pg_access() and
 * pg_map_range(). A space in 32-bit words has features.pse36 clear, as its addresses could not be
 * named.
 *
 * By way of a pointer a compiler inlines the two functions only while the caller is small: then a
 * range takes 39 instructions a page instead of 4.
 */
#ifndef PAGING_MODE_H
#define PAGING_MODE_H

#ifdef PAGING_CHOICE_H
#error "Include paging/mode.h earlier: before entry.h, which has taken the words of any mode."
#endif
#ifndef PG_MODE
#error "Define PG_MODE before paging/mode.h: flat, 32, pae, 4 or 5."
#endif
#ifndef PG_READ_ENTRY
#error "Define PG_READ_ENTRY before paging/mode.h: your function that reads an entry."
#endif
#ifndef PG_WRITE_ENTRY
#error "Define PG_WRITE_ENTRY before paging/mode.h: your function that writes an entry."
#endif

#define PAGING_CHOICE_H /* of core/any_mode.h, which is not wanted any more */

#define PG_PASTE_NAMES(one, other) one##other
#define PG_PASTE(one, other)       PG_PASTE_NAMES(one, other)

/* Entries and addresses must have the mode's own width: wider ones cost twice the instructions. */
#define PG_WORD_flat 32
#define PG_WORD_32   32
#define PG_WORD_pae  64
#define PG_WORD_4    64
#define PG_WORD_5    64
#define PG_WORD      PG_PASTE(PG_WORD_, PG_MODE)
#if PG_WORD + 0 == 0
#error "There is no such PG_MODE: it is flat, 32, pae, 4 or 5."
#endif

#include "types.h"

typedef uint32_t pg_entry_32;
typedef va32_t pg_va_32;
typedef pa32_t pg_pa_32;
typedef uint64_t pg_entry_64;
typedef va_t pg_va_64;
typedef pa_t pg_pa_64;

typedef PG_PASTE(pg_entry_, PG_WORD) pg_entry;
typedef PG_PASTE(pg_va_, PG_WORD) pg_va;
typedef PG_PASTE(pg_pa_, PG_WORD) pg_pa;

#include "geometry.h"

#define PG_ROW(name) static const struct pg_geometry pg_row_##name
#include "core/geometry_rows.h"
#define PG_GEOMETRY PG_PASTE(pg_row_, PG_MODE)

#include "core/judge_access.h"
#include "core/map_range.h"
#include "core/quick.h"

#endif
