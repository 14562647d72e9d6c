/* The measured library for one mode: see instance.h. */
#include "paging/word_64.h"

typedef pg_entry entry_t;

#define BENCH_GEOMETRY    pg_geometry_pae
#define BENCH_ROW         row_pae
#define BENCH_CR4         CR4_PAE
#define BENCH_LARGE_SHIFT 21
#include "instance.h"
