/*
 * What one mode offers to the measuring kernel: functions of machine words, each a case that is
 * called between two magic breakpoints. tests/bench_library counts the instructions from outside.
 */
#ifndef GUEST_BENCH_H
#define GUEST_BENCH_H

#include "arch.h"

enum { BENCH_PAGES = 4096, BENCH_LARGEST = 4 * BENCH_PAGES, BENCH_FRAMES = 128 };

/* Where the measured pages lie, in a tree of small pages that is there when it is measured. */
#define BENCH_VA 0x10000000u

struct bench {
    void (*prepare)(void);
    void (*clear)(word_t root, word_t va, word_t pages);
    word_t (*translate)(word_t root, word_t va);
    word_t (*map)(word_t root, word_t va, word_t pa, word_t flags);
    word_t (*map_range)(word_t root, word_t va, word_t pa, word_t pages, word_t flags);
    /* The rest through map.h and its kin, with the geometry at run time. */
    word_t (*library_map)(word_t root, word_t va, word_t pa, word_t flags);
    word_t (*library_unmap)(word_t root, word_t va);
    word_t (*library_walk)(word_t root, word_t va);
    word_t (*library_access)(word_t root, word_t va);
};

extern const struct bench bench;

/* boot code of the kernel: calls with up to five words, a magic breakpoint before and behind. */
word_t measure(void (*function)(void), word_t a, word_t b, word_t c, word_t d, word_t e);

/* Makes physical memory reachable at its own address. */
void bench_prepare(void);

#endif
