/* The measured library for one mode: see instance.h. */
#include <stdint.h>

typedef uint64_t entry_t;

#define PG_MODE           pae
#define BENCH_GEOMETRY    pg_geometry_pae
#define BENCH_CR4         CR4_PAE
#define BENCH_LARGE_SHIFT 21
#include "instance.h"
