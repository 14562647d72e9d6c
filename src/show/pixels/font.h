/* A small bitmap font, for screens that have no text mode of their own. Used by pixels.c alone. */
#ifndef PAGEWALK_FONT_H
#define PAGEWALK_FONT_H

#include <stdint.h>

#define FONT_FIRST      0x20u /* the first character there is: a space */
#define FONT_CHARACTERS 95u
#define FONT_COLUMNS    8u
#define FONT_ROWS       13u

/* One byte a row, from the top; its highest bit is the leftmost dot. */
extern const uint8_t font[FONT_CHARACTERS][FONT_ROWS];

#endif
