/*
 * The frame allocator: hands out 4 KiB frames of physical memory from one pool.
 *
 * Frames come *dirty*, on purpose: filled with words that look like present entries, so that a
 * table nobody cleared shows. They come scattered, so that nobody relies on neighbours. Both are
 * what a machine that has run for a while does. Addresses are physical, pool and frames 4 KiB
 * aligned.
 */
#ifndef PAGEWALK_FRAMES_H
#define PAGEWALK_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#define FRAMES_MAX  4096u
#define FRAME_BYTES 4096u
#define FRAME_DIRT  0x0BADF00Fu /* looks like P, R/W, U/S */
#define FRAME_NONE  UINT64_MAX  /* frame 0 is a frame: it cannot mean "none" */

/* Finds `frames` consecutive frames of free RAM at or above `lowest`; refuses the machine without.
 */
void frames_init(uint64_t lowest, unsigned frames);

uint64_t frames_take(void);       /* a dirty frame's address, or FRAME_NONE when none is left */
bool frames_give(uint64_t frame); /* false: not a frame of the pool, or not handed out */

unsigned frames_free(void);       /* how many are left */
void frames_limit(unsigned more); /* only `more` further frames are handed out */
void frames_unlimit(void);

/* How many are handed out, or were, and are still as they came, by and large. */
unsigned frames_dirty(bool given_back_too);

uint64_t frames_start(void); /* the pool, half open */
uint64_t frames_end(void);

#endif
