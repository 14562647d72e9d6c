/*
 * What differs between the modes of the predicting kernel: how paging is set up, and how an access
 * in ring 3 is made.
 */
#ifndef GUEST_SETUP_H
#define GUEST_SETUP_H

#include "stage/probe.h"

#include "cases.h"

extern const uint32_t setup_mode; /* 32, 36, 48 or 57: as struct facts has it */

/* Maps the kernel and a page of code for ring 3, switches paging on where it is off. Returns the
 * physical address of the root. */
uint64_t setup_paging(void);

/* The entry of the root's level for the tried addresses: the path hangs from it. */
uint64_t setup_root_slot(uint64_t root);

struct probe setup_user_probe(enum probe_kind kind, word_t va, uint32_t value);

#endif
