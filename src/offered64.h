/* What the staff offers a learner's file in 64-bit lessons whose tables it writes itself. */
#ifndef PAGEWALK_OFFERED64_H
#define PAGEWALK_OFFERED64_H

#include "paging/types.h"

/* A frame below 4 GiB as a table of 512 entries, through the staff's window: a pointer to use. */
uint64_t *table_at(pa_t frame);
void break_here(void); /* stops the Bochs debugger, if there is one */

#endif
