/*
 * The modes with 32-bit words: see special.h.
 */
#include "word_32.h"

#include "special_mode.h"

SPECIAL(flat);
SPECIAL(32);
