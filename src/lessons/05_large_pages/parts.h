/* What the files of this lesson share: notes, the functions' numbers, spaces and their parts. */
#ifndef LESSON_PARTS_H
#define LESSON_PARTS_H

#include "work.h"

enum { MAP_LARGE, TRANSLATE, SPLIT_LARGE, JOIN_PAGES, SWITCH_ON }; /* as in work.h */

enum note {
    ROOT_ALL,
    ROOT_FAR,
    ROOT_USER,
    ROOT_OWN,
    ROOT_CROWD,
    ROOT_MIXED,
    ROOT_ODD,
    ROOT_NARROW,
    SMALL_PAGES, /* of the identity, once the kernel's part is split */
    LARGE_LEFT,
    LETTER,  /* where a page leads whose first word the CPU takes for a PTE */
    BITS_PA, /* the first of the pages whose entries get a bit more */
    NARROW_PA,
    FREE_BEFORE, /* frames left: before the splits, */
    FREE_NOW,    /* and now */
};

#define LARGE_PAGES   1024u /* in a directory */
#define TABLE_ENTRIES 1024u
#define DRAWN_ROWS    4u /* in the spaces that are split and joined again */

/* Free memory for experiments, in units of 4 MiB. Below it, words are read and written. */
#define WORDS_FIRST     4u
#define MIXED_FIRST     32u
#define MIXED_FRAMES    64u
#define BITS_FIRST      96u
#define LETTER_FIRST    104u
#define EXPERIMENTS_END 106u

/* Pages that were drawn, to be found again. */
struct drawn {
    struct space space;
    va32_t page[DRAWN_ROWS];
    pa32_t frame[DRAWN_ROWS];
};

/* costs.c: figures, from the geometry alone. */
void print_reckoning(void);
void print_reach(void);

/* spaces.c: what map_large fills. */
extern struct space all; /* everything, at its own address: the space in force */
extern struct space far_away, crowd;
extern struct drawn user, own;
void new_space(struct space *space, enum note note);
va32_t large_page(uint32_t number); /* the address of 4 MiB page `number` */
void map_everything(void);
void map_far(void);
void map_drawn(struct drawn *drawn, uint64_t flags);
void map_crowd(void);

/* small_again.c: from one page to 1,024 and back. */
void split_kernel(void);
void split_drawn(struct drawn *drawn);
void require_sound_splits(const struct drawn *drawn); /* or the run ends here */
void build_odd(void);
void ask_odd(void);
void join_drawn(struct drawn *drawn);
void join_narrow(void);

/* bits.c: what the bits of an entry mean, with and without CR4.PSE. */
void build_mixed(void);
void ask_mixed(bool pse);
void write_letter(void);
void read_letter(void);
void one_bit_more(void);
void read_bits(void);

#endif
