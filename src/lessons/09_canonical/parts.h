/* Lesson 9: what the two files of the story share. */
#ifndef LESSON_PARTS_H
#define LESSON_PARTS_H

#include "work.h"

enum { IS_CANONICAL, SIGN_EXTEND, FROM_INDICES, IS_USER_RANGE, PREDICT }; /* as in work.h */

enum { LOW, HIGH, PAGES };

/* Two pages, their indices first (in the order of struct indices). */
enum note {
    LOW_PML4,
    LOW_PDPT,
    LOW_PD,
    LOW_PT,
    HIGH_PML4,
    HIGH_PDPT,
    HIGH_PD,
    HIGH_PT,
    LOW_FRAME,
    HIGH_FRAME,
    LOW_VA,
    HIGH_VA,
    LOW_TWIN,
    HIGH_TWIN,
};

#define FAMOUS    0x0000800000001234u /* whose bits a well-known text has wrong */
#define UNTOUCHED 0x5A5A5A5A5A5A5A5Au /* what a refused call must leave in place */

extern bool ours[PAGES]; /* mapped, so it may be written */

/* Each asks its questions, drawn from the seed, and answers for the learner's function. */
void ask_is_canonical(void);
void ask_sign_extend(void);
void ask_va_from_indices(void);
void ask_is_user_range(void);
void ask_predict_vector(void);

/* Asks for one prediction and writes down the answers: vector, CR2, and who held the address. */
struct outcome predicted(struct access access, uint64_t cr2);

/* predictions.c: to be called before the first checkpoint; then predictions that come true. */
void predictions_init(void);
void foretell_data(void);  /* the address in RCX or R13 */
void foretell_stack(void); /* in RBP, or below RSP */

#endif
