/*
 * What a space should hold, as a plain dictionary of pages: the tests of map.h compare with it.
 *
 * It also counts, for each place where a table would stand, the pages in it: that is how many
 * tables there must be. It knows the sizes of pages and nothing of entries.
 */
#ifndef HOST_DICTIONARY_H
#define HOST_DICTIONARY_H

#include "geometry.h"

struct page {
    uint64_t va, pa, flags;
    unsigned level;
};

/* Empties the one dictionary there is and sets the mode whose page sizes count. */
void dictionary_begin(const struct pg_geometry *geometry);

void dictionary_add(struct page page);
void dictionary_remove(struct page page);

/* Stores the page that covers `va` and returns true, or false. */
bool dictionary_find(uint64_t va, struct page *page);
void dictionary_change(struct page page); /* new flags for a page that is there */

/* Is a page smaller than those of `level` where an entry of `level` stands for `va`? */
bool dictionary_has_table(uint64_t va, unsigned level);

uint32_t dictionary_tables(void); /* below the root */
uint32_t dictionary_pages(void);

uint64_t dictionary_size(unsigned level); /* bytes of a page of `level` */

#endif
