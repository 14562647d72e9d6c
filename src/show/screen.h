/*
 * The screen: 25 rows of 80 cells, each a character with its colour (VGA's: the high byte). Where
 * there is a text screen, a cell is there at once. Where there is none, as under UEFI, the cells
 * are kept and drawn as pixels by screen_show: the pixels are in nobody's tables (see canvas.h), so
 * that is for places where the staff may leave the lesson's space for a while.
 *
 * Used by the console (the story) and by ink (the portrait). Knows no lesson.
 */
#ifndef PAGEWALK_SCREEN_H
#define PAGEWALK_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#define VGA_TEXT       0xB8000u /* where the text screen lies in physical memory */
#define SCREEN_COLUMNS 80u
#define SCREEN_ROWS    25u
#define SCREEN_WHITE   0x0700u /* on black */

/* Empties the cells: from here on they may be written. */
void screen_clear(void);

/* Finds out what there is to show them on, and shows them. Once, after boot_info_read. */
void screen_init(void);

void screen_put(unsigned row, unsigned column, uint16_t cell);
uint16_t screen_cell(unsigned row, unsigned column);

/* Draws what has changed, where that did not happen at once. With a text screen it does nothing. */
void screen_show(void);

/* The tables in force map the text screen at `va` now. */
void screen_move(uintptr_t va);

/* Where the tables in force must map the text screen for screen_put; 0 when there is none. */
uintptr_t screen_place(void);

#endif
