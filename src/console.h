/*
 * The story a lesson tells: serial line and VGA text screen. For people only; nothing printed is
 * ever evidence. No allocation, usable from the first line of C on.
 */
#ifndef PAGEWALK_CONSOLE_H
#define PAGEWALK_CONSOLE_H

#include <stdint.h>

#define VGA_TEXT        0xB8000u /* where the text screen lies in physical memory */
#define CONSOLE_COLUMNS 80u
#define CONSOLE_ROWS    25u
#define CONSOLE_TOP     11u /* the story scrolls from this row on; above it the portrait hangs */

void console_init(void);
void console_drain(void); /* returns when the last character has left the UART */

/* The tables in force map the screen at `va` now. */
void console_move_screen(uintptr_t va);
uintptr_t console_screen(void); /* where it is mapped now */

/* Puts one character with its colour (VGA: high byte) on the screen; not on the serial line. */
void console_cell(unsigned row, unsigned column, uint16_t cell);

/*
 * Formats like printf, with these conversions only: %s %c %d %u %x and %% ; a width with or without
 * leading 0 (%08x), and the length l (word_t) or ll (unsigned long long). "\n" ends a line.
 */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);

#endif
