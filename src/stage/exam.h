/*
 * What a lesson and the grader say to each other through memory, never through print: the seed, the
 * questions with the learner's answers, addresses chosen at run time. The layout is fixed in both
 * widths and described in grader/CONTRACT.md, section 2. Without a grader the lesson asks
 * itself, from the seed on its command line or the default.
 */
#ifndef PAGEWALK_EXAM_H
#define PAGEWALK_EXAM_H

#include <stdint.h>

#define EXAM_MAGIC        0x4D415845u
#define EXAM_VERSION      1u
#define EXAM_DEFAULT_SEED 1u
#define EXAM_NOTES        59u
#define EXAM_ANSWERS      4608u
#define EXAM_GROUPS       32u
#define EXAM_GROUP_NAME   28u

struct exam {
    uint32_t magic, version;
    uint64_t seed;   /* used when nobody writes `state` from outside */
    uint64_t state;  /* of the generator; the grader writes it at every checkpoint */
    uint32_t stops;  /* checkpoints passed, the present one included */
    uint32_t asked;  /* answers written */
    uint32_t todo;   /* bit i: function i of the lesson's contract answered TODO */
    uint32_t status; /* enum machine_end, once the lesson is over */
    uint64_t note[EXAM_NOTES];
};

struct exam_answer {
    uint64_t ask, result, value;
};

/* Answers that checks.toml judges together, by name: `first` and all behind it, up to the `first`
 * of the next entry. The last entry in use is followed by one without a name. */
struct exam_group {
    char name[EXAM_GROUP_NAME];
    uint32_t first;
};

extern struct exam exam;
extern struct exam_answer exam_answers[EXAM_ANSWERS];
extern struct exam_group exam_groups[EXAM_GROUPS];

void exam_init(uint64_t seed);
void exam_stop(void);                  /* what CHECKPOINT does before it stops */
void exam_at_stop(void (*hook)(void)); /* from now on exam_stop ends with this call */
uint64_t exam_next(void);              /* the next random number */
uint32_t exam_below(uint32_t n);       /* a random number below n, n > 0 */
void exam_group(const char *name);     /* opens a group, before its first question: it may be opened
                                        * again later, and then goes on */
void exam_answer(uint64_t ask, uint64_t result, uint64_t value);
void exam_todo(unsigned function); /* function i of the contract is not written yet */

#endif
