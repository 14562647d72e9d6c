/* The measured library for one mode: see instance.h. */
#include "paging/word_32.h"

typedef pg_entry entry_t;

#define BENCH_GEOMETRY pg_geometry_32
#define BENCH_ROW      row_32
#include "instance.h"
