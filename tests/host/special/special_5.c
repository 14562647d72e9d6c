/* 5-level paging, compiled for itself: see special.h. */
#define PG_MODE 5
#include "special_mode.h"
