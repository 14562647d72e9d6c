/*
 * A space of the staff's own, in which the screen's pixels are mapped beside the kernel's image. A
 * lesson's tables never hold them: those are the learner's. canvas_use leaves them for as long as
 * something is drawn, and comes back.
 *
 * Where the pixels lie is up to the firmware, above 4 GiB as well. The change empties the TLB, so
 * it happens only at checkpoints, which do so by themselves, and at the end.
 *
 * Used by screen.c. There is one for each width: canvas32.c, canvas64.c.
 */
#ifndef PAGEWALK_CANVAS_H
#define PAGEWALK_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

/* Builds the space for `bytes` of pixels from physical address `start` on; false when this CPU or
 * their place does not allow it. */
bool canvas_init(uint64_t start, uint64_t bytes);

/* Calls draw() with the first pixel's address, in that space. */
void canvas_use(void (*draw)(volatile uint8_t *first));

#endif
