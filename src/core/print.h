/*
 * The story a lesson tells, over the serial line and to whoever else listens. For people only;
 * nothing printed is ever evidence. No allocation, usable from the first line of C on.
 */
#ifndef PAGEWALK_PRINT_H
#define PAGEWALK_PRINT_H

#include <stdint.h>

void serial_init(void);
void serial_drain(void); /* returns when the last character has left the UART */

/* Drains, and leaves the UART with its FIFO off, where the BIOS of Bochs finds it after a reset. */
void serial_close(void);

/* The character that came in on the serial line, 0 when there is none. */
char serial_key(void);

/* From now on `put` is told of each character, too, after the serial line: the screen's way in. */
void print_also(void (*put)(char c));

/*
 * Formats like printf, with these conversions only: %s %c %d %u %x and %% ; a width with or without
 * leading 0 (%08x), and the length l (word_t) or ll (unsigned long long). "\n" ends a line, "\r"
 * goes back to its start.
 */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);

#endif
