/* 32-bit paging with large pages: see setup_legacy.h. */
#define SETUP_GEOMETRY pg_geometry_32
#define SETUP_MODE     32
#define SETUP_CR4      CR4_PSE
#include "setup_legacy.h"
