/* What the staff offers a learner's file in 64-bit lessons whose tables it writes itself. */
#ifndef PAGEWALK_OFFERED64_H
#define PAGEWALK_OFFERED64_H

#include "paging/types.h"

/*
 * A frame as a table of 512 entries: a pointer to use, into the staff's window of 4 GiB. For an
 * address beyond it, where no frame of yours can lie, a table of zeros that belongs to nobody.
 */
uint64_t *table_at(pa_t frame);
void break_here(void); /* stops the Bochs debugger, if there is one */

#endif
