/*
 * What one mode offers to the measuring kernel: functions of machine words, each a case that is
 * called between two magic breakpoints. tests/benches/library.py has the instructions counted from
 * outside.
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
    word_t (*linked_map)(word_t root, word_t va, word_t pa, word_t flags);
    word_t (*linked_unmap)(word_t root, word_t va);
    word_t (*linked_walk)(word_t root, word_t va);
    word_t (*linked_access)(word_t root, word_t va);
    word_t cr4;           /* what the mode needs there, beyond what is set */
    unsigned large_shift; /* of the pages that a PDE maps */
};

extern const struct bench bench;

/* boot code of the kernel: calls with up to five words, a magic breakpoint before and behind. */
word_t measure(void (*function)(void), word_t a, word_t b, word_t c, word_t d, word_t e);

/*
 * A context switch between two magic breakpoints, to a task in the space of `there`; and back, not
 * measured. Gives the word that the task saw at `va`.
 */
word_t measure_switch(word_t there, word_t here, word_t va);

void touch(void);      /* (va): writes a byte there */
void page_fault(void); /* a vector: bench_demand(CR2), and back */

/* Maps a frame at `va` in the space of bench_root. */
void bench_demand(word_t va);
extern word_t bench_root;

/* Makes physical memory reachable at its own address. */
void bench_prepare(void);

#endif
