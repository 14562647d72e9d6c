/*
 * The address space in force, as the registers tell it: for everybody who asks src/paging about the
 * tables that this CPU uses. Which mode it is follows from CR4, EFER and CR0 (SDM 3A, "Paging Modes
 * and Control Bits"), with five levels where CR4.LA57 is set; what entries may hold, from CPUID.
 *
 * Used by the fault report, the portrait, the staff's mapper and lessons. Changes nothing.
 */
#ifndef PAGEWALK_SPACE_NOW_H
#define PAGEWALK_SPACE_NOW_H

#include "paging/walk.h"

/* What this CPU allows in entries now: physical address bits, PSE, execute-disable, 1 GiB pages. */
struct pg_features space_features(void);

/*
 * The space that CR3 names. Entries are read where the staff reaches physical memory (phys_ptr), so
 * those who cannot trust the tables put another `memory` into it, and those who mean tables that
 * are not in force another root. It has no frames to give: only looking is possible.
 */
struct pg_space space_now(void);

#endif
