/*
 * The tables in force, drawn on the upper rows of the screen at every checkpoint: the top
 * table as a map, the table at the end of the last walk, and that walk. For people only.
 *
 * It writes to the screen and nowhere else, takes no frame, and never faults: where the tables do
 * not map the text screen, nothing is drawn; where they hide a table, its map stays empty.
 */
#ifndef PAGEWALK_PORTRAIT_H
#define PAGEWALK_PORTRAIT_H

#include <stdbool.h>

#include "arch.h"

/* `va`: the address whose walk is drawn; 0 for one of the staff's own. */
void portrait_draw(word_t va);

/* Whether portrait_draw does anything: false while somebody counts instructions. */
void portrait_allow(bool yes);

#endif
