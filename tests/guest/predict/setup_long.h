/*
 * What differs between 4-level and 5-level paging where the predicting kernel sets them up.
 */
#ifndef GUEST_SETUP_LONG_H
#define GUEST_SETUP_LONG_H

#include "setup.h"

/* The root of the mode, in force, with the platform's PML4 below or as it. */
uint64_t setup_long(uint64_t pml4);

#endif
