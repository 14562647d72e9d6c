/*
 * What a lesson gives the platform: one constant that says what it is and needs, and the story itself.
 * No platform file names a lesson; the Makefile links exactly one.
 */
#ifndef PAGEWALK_LESSON_H
#define PAGEWALK_LESSON_H

#include <stdint.h>

struct lesson {
	unsigned number;
	const char *title;
	unsigned pool_frames;           /* size of the frame allocator's pool */
	uint64_t pool_lowest;           /* and the lowest physical address it may lie at */
};

extern const struct lesson lesson;

/* Tells the story from start to end; returning means it finished. */
void lesson_main(void);

/* A function of the learner's answered TODO: says so, and ends the run. `index` as in work.h's order. */
_Noreturn void lesson_todo(unsigned index, const char *function);

#endif
