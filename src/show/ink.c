/* Coloured text at a place of the screen: see ink.h. */
#include "show/ink.h"

static unsigned row, column;
static enum colour colour;

void ink_char(char c)
{
    if (column < SCREEN_COLUMNS)
        screen_put(row, column++, (uint16_t)((unsigned)colour << 8 | (uint8_t)c));
}

void ink_at(unsigned to_row, unsigned to_column, enum colour with)
{
    row = to_row;
    column = to_column;
    colour = with;
}

void ink_colour(enum colour with)
{
    colour = with;
}

void ink_text(const char *s)
{
    while (*s != '\0')
        ink_char(*s++);
}

void ink_hex(uint64_t value)
{
    unsigned shift = 60;

    ink_text("0x");
    while (shift > 0 && (value >> shift) == 0)
        shift -= 4;
    for (;; shift -= 4) {
        ink_char("0123456789abcdef"[value >> shift & 15]);
        if (shift == 0)
            return;
    }
}

void ink_decimal(uint32_t value, unsigned width)
{
    char digits[10];
    unsigned n = 0;

    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    for (; width > n; width--)
        ink_char(' ');
    while (n > 0)
        ink_char(digits[--n]);
}

void ink_blank_to(unsigned end)
{
    while (column < end)
        ink_char(' ');
}
