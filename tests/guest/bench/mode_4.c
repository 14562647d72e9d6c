/* The measured library for one mode: see instance.h. */
#include "paging/word_64.h"

typedef pg_entry entry_t;

#define BENCH_GEOMETRY    pg_geometry_4
#define BENCH_ROW         row_4
#define BENCH_CR4         0
#define BENCH_LARGE_SHIFT 21
#include "instance.h"
