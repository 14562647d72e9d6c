/*
 * The widths of a mode with 64-bit entries. They also hold everything a 32-bit mode has, so
 * code that learns its geometry at run time (walk.c, map.c) is compiled with these.
 *
 * Include this or word_32.h, not both, before entry.h.
 */
#ifndef PAGING_WORD_H
#define PAGING_WORD_H

#include "types.h"

typedef uint64_t pg_entry;
typedef va_t pg_va;
typedef pa_t pg_pa;

#endif
