/*
 * What a lesson gives the platform: one constant that says what it is and needs, and the story
 * itself. No platform file names a lesson; the Makefile links exactly one.
 */
#ifndef PAGEWALK_LESSON_H
#define PAGEWALK_LESSON_H

#include <stdint.h>

#include "offered/result.h"

struct lesson {
    unsigned number;
    const char *title;
    unsigned pool_frames; /* size of the frame allocator's pool */
    uint64_t pool_lowest; /* and the lowest physical address it may lie at */
};

extern const struct lesson lesson;

/* Tells the story from start to end; returning means it finished. */
void lesson_main(void);

/*
 * When a function of the learner's answered TODO: says so, and ends the run. Any other result is
 * the grader's to judge. `index` counts the functions in work.h's order, from 0.
 */
void lesson_needs(enum result result, unsigned index, const char *function);

#endif
