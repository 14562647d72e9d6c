/*
 * The story a lesson tells: serial line and screen. For people only; nothing printed is
 * ever evidence. No allocation, usable from the first line of C on.
 */
#ifndef PAGEWALK_CONSOLE_H
#define PAGEWALK_CONSOLE_H

#include <stdint.h>

#define CONSOLE_TOP 11u /* the story scrolls from this row on; above it the portrait hangs */

void console_init(void);
void console_drain(void); /* returns when the last character has left the UART */

/* Drains, and leaves the UART with its FIFO off, where the BIOS of Bochs finds it after a reset. */
void console_close(void);

/* The character that came in on the serial line, 0 when there is none. */
char console_key(void);

/*
 * Formats like printf, with these conversions only: %s %c %d %u %x and %% ; a width with or without
 * leading 0 (%08x), and the length l (word_t) or ll (unsigned long long). "\n" ends a line, "\r"
 * goes back to its start.
 */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);

#endif
