/* What the staff offers a learner's file in the 32-bit lessons: frames, and a way to break in. */
#ifndef PAGEWALK_OFFERED32_H
#define PAGEWALK_OFFERED32_H

#include "paging/types.h"

bool frame_take(pa32_t *frame); /* a frame of your own, with old rubbish in it; false: none left */
void frame_give(pa32_t frame);  /* back again */
uint32_t *table_at(pa32_t frame); /* such a frame as a table: the kernel maps it 1:1 */
void break_here(void);            /* stops the Bochs debugger, if there is one */

#endif
