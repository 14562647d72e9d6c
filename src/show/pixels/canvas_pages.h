/* What both canvases are made of: page directories of 2 MiB pages. Private to canvas32.c and
 * canvas64.c; PAE's entries and long mode's are alike here. */
#ifndef PAGEWALK_CANVAS_PAGES_H
#define PAGEWALK_CANVAS_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "paging/types.h"

#define LARGE_BYTES 0x200000u
#define ENTRIES     512u

/* Whether a directory reaches `bytes`, the first of them `offset` into its first page. */
static inline bool fits_directory(uint32_t offset, uint64_t bytes)
{
    return offset + bytes <= (uint64_t)ENTRIES * LARGE_BYTES;
}

/* Fills a directory with 1 GiB from physical address `start` on, writable. */
static inline void fill_directory(uint64_t *directory, uint64_t start)
{
    for (uint32_t i = 0; i < ENTRIES; i++)
        directory[i] = (start + (uint64_t)i * LARGE_BYTES) | PTE_PS | PTE_RW | PTE_P;
}

#endif
