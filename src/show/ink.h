/*
 * Coloured text at a place of the screen, above the story. Rows are those above CONSOLE_TOP;
 * what would go beyond the last column is dropped. Used by the portrait.
 */
#ifndef PAGEWALK_INK_H
#define PAGEWALK_INK_H

#include <stdint.h>

#include "show/screen.h"

/* VGA colours, the background in the high nibble. */
enum colour {
    DIM = 0x08,
    PLAIN = 0x07,
    BRIGHT = 0x0F,
    TITLE = 0x70,
    TABLE = 0x0D,
    KERNEL = 0x0B,
    USER = 0x0A,
    WALKED = 0x4F,
};

/* Where the next character goes, and in which colour. */
void ink_at(unsigned row, unsigned column, enum colour with);
void ink_colour(enum colour with);

void ink_char(char c);
void ink_text(const char *s);
void ink_hex(uint64_t value); /* 0x..., without leading zeros */
void ink_decimal(uint32_t value, unsigned width);
void ink_blank_to(unsigned end); /* spaces up to a column */

#endif
