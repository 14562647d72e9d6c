/* PAE, compiled for itself: see special.h. */
#define PG_MODE pae
#include "special_mode.h"
