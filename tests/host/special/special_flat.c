/* The flat mode, compiled for itself: see special.h. */
#define PG_MODE flat
#include "special_mode.h"
