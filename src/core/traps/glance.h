/*
 * Looking at tables without trusting them: memory that may not be mapped is read without harm.
 * Unlike a probe (stage/probe.h) a glance asks nobody to repair, is not watched by the grader, and
 * may happen while a probe is on its way.
 *
 * Used by the report of a fault and by the portrait.
 */
#ifndef PAGEWALK_GLANCE_H
#define PAGEWALK_GLANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "paging/walk.h"

/* Reads four bytes at `va` into *value; false, *value untouched, when the access faults. */
bool glance(uintptr_t va, uint32_t *value);

/* For the trap code: true when the trap was a glance's, which then goes on. */
bool glance_caught(struct trap *t);

/* space_now(), read by glances: for when its tables may be anywhere. With paging off it means
 * nothing. */
struct pg_space glance_space(void);

#endif
