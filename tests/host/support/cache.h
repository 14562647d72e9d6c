/*
 * A TLB that forgets nothing of its own: the tests use it to see whether a change names every
 * invalidation it owes. It keeps a few translations with the entries above them, as a CPU's
 * paging-structure caches do, and PAE's four PDPTEs as they were when CR3 was loaded.
 */
#ifndef HOST_CACHE_H
#define HOST_CACHE_H

#include "map.h"

/* Empties it. */
void cache_begin(const struct pg_space *space);

/* Keeps the translation of `va`, if there is one. */
void cache_fill(const struct pg_space *space, uint64_t va);

/* For pg_settle(): INVLPG and a reload of CR3, which this cache obeys. */
const struct pg_tlb *cache_tlb(const struct pg_space *space);

/*
 * Does everything it still holds agree with the tables? A translation may grant less than they
 * do: that costs a fault, and no harm. What it kept of upper entries must be as they are.
 */
bool cache_holds_truth(const struct pg_space *space);

#endif
