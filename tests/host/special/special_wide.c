/*
 * The modes with 64-bit words: see special.h.
 */
#include "word_64.h"

#include "special_mode.h"

SPECIAL(pae);
SPECIAL(4);
SPECIAL(5);
