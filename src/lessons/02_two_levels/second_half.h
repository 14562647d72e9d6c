/* Shared by the two halves of lesson 2: what the numbers in exam.todo and exam.note mean. */
#ifndef LESSON_SECOND_HALF_H
#define LESSON_SECOND_HALF_H

enum { WALK, MAP, TRANSLATE, UNMAP, MAP_RANGE }; /* as in work.h */
enum note {
    ROOT_1,
    ROOT_2,
    ROOT_LONE,
    ROOT_SCRATCH,
    POOL_START,
    POOL_END,
    LEFT_BEFORE,
    LEFT_NOW,
    TABLE_0
};

struct space;

/* Tells the second half in `scratch`, an empty space that no CPU uses. */
void second_half(struct space *scratch);

#endif
