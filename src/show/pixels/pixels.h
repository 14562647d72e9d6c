/*
 * Characters drawn as pixels, for a screen that has no text mode. Used by screen.c, which says when
 * the pixels may be written to: `first` is the first of them, where it is mapped then.
 */
#ifndef PAGEWALK_PIXELS_H
#define PAGEWALK_PIXELS_H

#include <stdint.h>

#include "core/bootinfo.h"

void pixels_clear(const struct boot_screen *screen, volatile uint8_t *first);

/* Draws one cell (screen.h) of a page that is enlarged as far as it fits, three times at most, in
 * the middle of the screen. A cell for which there is no room is left out. */
void pixels_cell(const struct boot_screen *screen, volatile uint8_t *first, unsigned row,
                 unsigned column, uint16_t cell);

#endif
