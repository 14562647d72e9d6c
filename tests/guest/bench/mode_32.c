/* The measured library for one mode: see instance.h. */
#include "paging/word_32.h"

typedef pg_entry entry_t;

#define BENCH_GEOMETRY    pg_geometry_32
#define BENCH_ROW         row_32
#define BENCH_CR4         CR4_PSE
#define BENCH_LARGE_SHIFT 22
#include "instance.h"
