/* The page-table entry of a page, for learners' files of 32-bit lessons that are not about walking.
 */
#ifndef PAGEWALK_ENTRY32_H
#define PAGEWALK_ENTRY32_H

#include "paging/types.h"

/*
 * The PTE of the page that holds va, in the tables CR3 names now; NULL when there is no table for
 * it. The entry may be not present. volatile, since the CPU, too, writes to it (A and D).
 */
volatile uint32_t *entry_of(va32_t va);

#endif
