/* expect: C-INCLUDE. Lets the reference do the work. */
#include "../src/lessons/01_flat_table/solution.c"
