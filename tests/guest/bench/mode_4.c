/* The measured library for one mode: see instance.h. */
#include <stdint.h>

typedef uint64_t entry_t;

#define PG_MODE           4
#define BENCH_GEOMETRY    pg_geometry_4
#define BENCH_CR4         0
#define BENCH_LARGE_SHIFT 21
#include "instance.h"
