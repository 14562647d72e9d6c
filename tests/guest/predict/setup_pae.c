/* PAE: see setup_legacy.h. */
#define SETUP_GEOMETRY pg_geometry_pae
#define SETUP_MODE     36
#define SETUP_CR4      CR4_PAE
#include "setup_legacy.h"
