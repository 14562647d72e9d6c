/*
 * The widths of 32-bit paging without PSE-36: entries and both kinds of address have 32 bits.
 *
 * For a file that compiles walk_core.h for pg_geometry_flat or pg_geometry_32 alone: on a
 * 32-bit machine the same source with 64-bit words takes twice the instructions. A space
 * walked with it has features.pse36 clear, as its addresses could not be named.
 *
 * Include this or word_64.h, not both, before entry.h.
 */
#ifndef PAGING_WORD_H
#define PAGING_WORD_H

#include "types.h"

typedef uint32_t pg_entry;
typedef va32_t pg_va;
typedef pa32_t pg_pa;

#endif
