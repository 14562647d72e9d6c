/* 32-bit paging, compiled for itself: see special.h. */
#define PG_MODE 32
#include "special_mode.h"
