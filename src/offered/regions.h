/*
 * Two stretches of virtual addresses, handed out page by page from the bottom up.
 *
 *   HEAP   2 MiB, mapped from the start by *one large page* to 2 MiB of memory
 *   AREA   right above it: addresses only, nothing mapped. Memory for them is the caller's to find
 *
 * A reservation is a promise about addresses; it maps nothing and costs no frame.
 * Used by lessons about the kernel's own memory and their learners' files.
 */
#ifndef PAGEWALK_REGIONS_H
#define PAGEWALK_REGIONS_H

#include "paging/types.h"

/* `pages` consecutive pages from *first on; false, and nothing happens, when there are fewer. */
bool heap_reserve(uint64_t pages, va_t *first);
bool area_reserve(uint64_t pages, va_t *first);

/* Gives back everything reserved from `first` on. An address never handed out is ignored. */
void heap_release(va_t first);
void area_release(va_t first);

/* The staff's. */
#define HEAP_START 0xFFFF900000000000u
#define HEAP_BYTES 0x200000u
#define AREA_START (HEAP_START + HEAP_BYTES)
#define AREA_BYTES 0xA00000u

/* Maps the heap, the last `kept` pages of which are not handed out; refuses a machine without
 * memory for it. Returns where it lies in physical memory. */
pa_t regions_init(uint64_t kept);

va_t heap_next(void); /* where the next reservation will begin */
va_t area_next(void);
void heap_set_next(va_t next); /* whatever was reserved */
void area_set_next(va_t next);

#endif
