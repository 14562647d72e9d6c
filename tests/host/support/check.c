/*
 * Checks and seeded random numbers: see check.h.
 */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHOWN_MOST = 20 };

static const char *test_name;
static const char *about = "";
static uint64_t about_number, seed, state, checks, failures;

void check_begin(const char *name)
{
    const char *given = getenv("SEED");
    test_name = name;
    seed = given != NULL ? strtoull(given, NULL, 0) : 1;
    state = seed;
}

int check_end(void)
{
    printf("%s %-8s %10" PRIu64 " checks   seed %" PRIu64 "\n", failures == 0 ? "ok  " : "FAIL",
           test_name, checks, seed);
    if (failures != 0)
        printf("     %" PRIu64 " failures; again with SEED=%" PRIu64 "\n", failures, seed);
    if (checks == 0)
        printf("     nothing was checked\n");
    return failures == 0 && checks != 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

void check_about(const char *what, uint64_t number)
{
    about = what;
    about_number = number;
}

bool check_equal(const char *file, int line, const char *what, uint64_t seen, uint64_t expected)
{
    checks++;
    if (seen == expected)
        return true;
    if (failures++ < SHOWN_MOST)
        printf("%s:%d: %s, %s %" PRIu64 ": %s\n    seen     0x%" PRIx64 "\n    expected 0x%" PRIx64
               "\n",
               file, line, test_name, about, about_number, what, seen, expected);
    return false;
}

/* SplitMix64, by Sebastiano Vigna: public domain algorithm. */
uint64_t random_bits(void)
{
    uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

uint64_t random_below(uint64_t limit)
{
    return limit == 0 ? 0 : random_bits() % limit;
}

bool random_chance(unsigned percent)
{
    return random_below(100) < percent;
}
