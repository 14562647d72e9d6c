/*
 * Checks and seeded random numbers for the host tests.
 *
 * A test program calls check_begin(), checks, and returns check_end(): one line that says how
 * many checks held, and for each that did not, the place with seen and expected value. The
 * seed is 1 or what the environment variable SEED says, and is printed.
 */
#ifndef HOST_CHECK_H
#define HOST_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#define CHECK(seen, expected) \
    check_equal(__FILE__, __LINE__, #seen, (uint64_t)(seen), (uint64_t)(expected))

void check_begin(const char *name);
int check_end(void);

/* Said with every failure until the next call: which round, which mode. Kept by pointer. */
void check_about(const char *what, uint64_t number);

/* True if equal. Use CHECK(). */
bool check_equal(const char *file, int line, const char *what, uint64_t seen, uint64_t expected);

uint64_t random_bits(void);
uint64_t random_below(uint64_t limit); /* 0 if limit is 0 */
bool random_chance(unsigned percent);

#endif
