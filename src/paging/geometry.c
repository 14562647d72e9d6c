/*
 * Gives the five geometries to the program. Their numbers are in core/geometry_rows.h.
 */
#include "geometry.h"

#define PG_ROW(name) const struct pg_geometry pg_geometry_##name
#include "core/geometry_rows.h"
