/* The measured library for one mode: see instance.h. */
#include "paging/word_64.h"

typedef pg_entry entry_t;

#define BENCH_GEOMETRY pg_geometry_4
#define BENCH_ROW      row_4
#include "instance.h"
