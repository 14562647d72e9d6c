/* Seed, questions and answers: see exam.h. The generator is SplitMix64 (Steele, Lea and Flood
 * 2014). */
#include "stage/exam.h"

#include <stddef.h>

#include "core/machine.h"

#define GOLDEN   0x9E3779B97F4A7C15u
#define FACTOR_1 0xBF58476D1CE4E5B9u
#define FACTOR_2 0x94D049BB133111EBu

__attribute__((aligned(4096))) struct exam exam = { .magic = EXAM_MAGIC, .version = EXAM_VERSION };
__attribute__((aligned(4096))) struct exam_answer exam_answers[EXAM_ANSWERS];
__attribute__((aligned(32))) struct exam_group exam_groups[EXAM_GROUPS];

_Static_assert(sizeof(struct exam) == 512, "the grader reads 512 bytes");
_Static_assert(sizeof(struct exam_group) == 32, "the grader reads entries of 32 bytes");

static void (*at_stop)(void);

static uint64_t finish(uint64_t z)
{
    z = (z ^ z >> 30) * FACTOR_1;
    z = (z ^ z >> 27) * FACTOR_2;
    return z ^ z >> 31;
}

void exam_init(uint64_t seed)
{
    exam.seed = seed;
    exam.state = finish(seed);
}

void exam_at_stop(void (*hook)(void))
{
    at_stop = hook;
}

void exam_stop(void)
{
    exam.stops++;
    exam.state = finish(exam.seed + exam.stops * GOLDEN);
    if (at_stop != NULL)
        at_stop();
}

uint64_t exam_next(void)
{
    exam.state += GOLDEN;
    return finish(exam.state);
}

uint32_t exam_below(uint32_t n)
{
    return (uint32_t)((exam_next() >> 32) * n >> 32);
}

void exam_group(const char *name)
{
    struct exam_group *group = exam_groups;
    unsigned i = 0;

    while (group < exam_groups + EXAM_GROUPS && group->name[0] != 0)
        group++;
    if (group == exam_groups + EXAM_GROUPS)
        panic("a lesson opens more than %u groups of questions", EXAM_GROUPS);
    group->first = exam.asked;
    for (; i < EXAM_GROUP_NAME - 1 && name[i] != 0; i++)
        group->name[i] = name[i];
    if (name[i] != 0)
        panic("the group %s has more than %u letters", name, EXAM_GROUP_NAME - 1);
}

void exam_answer(uint64_t ask, uint64_t result, uint64_t value)
{
    if (exam.asked >= EXAM_ANSWERS)
        panic("a lesson asks more than %u questions", EXAM_ANSWERS);
    if (exam_groups[0].name[0] == 0)
        panic("a lesson asks before it opens a group of questions");
    exam_answers[exam.asked++] = (struct exam_answer){ ask, result, value };
}

void exam_todo(unsigned function)
{
    exam.todo |= 1u << function;
}
