/* The measured library for one mode: see instance.h. */
#include <stdint.h>

typedef uint32_t entry_t;

#define PG_MODE           32
#define BENCH_GEOMETRY    pg_geometry_32
#define BENCH_CR4         CR4_PSE
#define BENCH_LARGE_SHIFT 22
#include "instance.h"
