/*
 * Lesson 10: what the parts of the story share. Which object is which, what the numbers in
 * exam.note mean, and what each file offers lesson.c.
 */
#ifndef LESSON_OVERFLOW_H
#define LESSON_OVERFLOW_H

#include "work.h"

enum { ALLOC_STACK, ALLOC_BUFFER, INSTALL, IS_HIT }; /* as in work.h */
enum { WORKER, LOGGER, PACKET, PICTURE, OBJECTS };   /* two stacks, two buffers */

enum note {
    HEAP_PA,
    WORKER_GUARD,
    LOGGER_GUARD,
    PACKET_GUARD,
    PICTURE_GUARD, /* the guard below */
    WORKER_PAGES,
    LOGGER_PAGES,
    PACKET_PAGES,
    PICTURE_PAGES,
    PACKET_BYTES,
    HEAP_BEFORE,
    HEAP_AFTER,
    HEAP_CHANGED,
    FREE_START,
    FREE_NOW,
    TOO_FEW,
    TOO_MANY,
    FAULT_TOP,
    DOUBLE_TOP,
    HIT_VECTOR,
    HIT_ERROR,
    HIT_CR2,
    HIT_SP,
    HIT_WHICH,
    JUMP_FROM,
    JUMP_CHANGED,
};

#define NOBODY 0xFFu /* HIT_WHICH: no object's guard */

/* Where object i must lie by work.h, whatever the learner wrote down: the story relies on this. */
struct place {
    va_t low, high;
};
extern struct place place[OBJECTS];
extern struct guarded objects[OBJECTS]; /* what the learner wrote down */
extern const char *const object_name[OBJECTS];

/* Which checkpoint a run ends with: passed in the exception's handler, if there was one. */
enum overflow_stop { STOP_DOUBLE_FAULT, STOP_GUARD_HIT };

/* From now on the faults of overflow_run() are caught. */
void overflow_init(void);

/*
 * Runs function(argument) with the stack pointer at `top` until it returns or faults, reports what
 * came of it, passes the checkpoint and comes back.
 */
void overflow_run(enum overflow_stop stop, va_t top, void (*function)(uint64_t), uint64_t argument);

void dive(uint64_t floor); /* recursion without end: well, until the stack is below floor */
void fill(uint64_t start); /* writes byte after byte from start on, past the packet's end */

/* objects.c. changed_words: how many words of the heap changed that belong to neither buffer. */
void fill_heap(void);
void take_stacks(void);
void take_buffers(void);
uint64_t changed_words(void);

/* questions.c: calls that must be refused; and whose guard is it? */
void ask_for_refusals(void);
void ask_whose_guard(void);

#endif
