/*
 * The choice where no mode is chosen: words that hold what every mode has, and memory by way of
 * the space's functions. For code that learns its geometry at run time: walk.c, map.c and the like.
 *
 * mode.h makes the choice in the place of this file, for one mode. Hence it must come first.
 */
#ifndef PAGING_CHOICE_H
#define PAGING_CHOICE_H

#include "../types.h"

/* An entry, and the two kinds of address. */
typedef uint64_t pg_entry;
typedef va_t pg_va;
typedef pa_t pg_pa;

/* Functions of reach.h. */
#define PG_READ_ENTRY  pg_read_by_pointer
#define PG_WRITE_ENTRY pg_write_by_pointer

#endif
