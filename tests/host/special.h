/*
 * The walker compiled for one mode at a time: geometry and memory access are constants, and
 * 32-bit modes have 32-bit words. Same result as pg_walk(). For the two 32-bit modes `va` is
 * below 4 GiB, and features.pse36 is clear.
 */
#ifndef HOST_SPECIAL_H
#define HOST_SPECIAL_H

#include "walk.h"

struct pg_walk special_flat(const struct pg_space *space, uint64_t va);
struct pg_walk special_32(const struct pg_space *space, uint64_t va);
struct pg_walk special_pae(const struct pg_space *space, uint64_t va);
struct pg_walk special_4(const struct pg_space *space, uint64_t va);
struct pg_walk special_5(const struct pg_space *space, uint64_t va);

#endif
