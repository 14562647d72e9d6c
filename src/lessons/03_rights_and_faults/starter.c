/* Lesson 3, your part. work.h says what each function must do; lesson.md explains why. */
#include "work.h"

/* ---- First half ---- */

enum result effective_rights(uint32_t pde, uint32_t pte, uint32_t *rights)
{
    /* Two entries have a say. What if they disagree? What if one is not there? */
    (void)pde, (void)pte, (void)rights;
    return TODO;
}

enum result predict(uint32_t pde, uint32_t pte, struct access access, struct outcome *outcome)
{
    /* Who may, and then: which three bits say why not? */
    (void)pde, (void)pte, (void)access, (void)outcome;
    return TODO;
}

/* ---- Second half ---- */

enum result on_page_fault(struct process *process, uint32_t error)
{
    /* What may be lost if it is not read first? */
    (void)process, (void)error;
    return TODO;
}
