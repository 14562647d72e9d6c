/* 4-level paging, compiled for itself: see special.h. */
#define PG_MODE 4
#include "special_mode.h"
