/* Lesson 2, your part. work.h says what each function must do; lesson.md explains why. */
#include "work.h"

/* ---- First half ---- */

enum result walk(struct space *space, va32_t va, bool make, uint32_t **entry)
{
    /* Two indices of ten bits. Which entry of the directory? Is there a table behind it? */
    (void)space, (void)va, (void)make, (void)entry;
    return TODO;
}

enum result map(struct space *space, va32_t page, pa32_t frame, uint32_t flags)
{
    (void)space, (void)page, (void)frame, (void)flags;
    return TODO;
}

enum result translate(struct space *space, va32_t va, pa32_t *pa)
{
    (void)space, (void)va, (void)pa;
    return TODO;
}

/* ---- Second half ---- */

enum result unmap(struct space *space, va32_t page)
{
    (void)space, (void)page;
    return TODO;
}

enum result map_range(struct space *space, va32_t page, pa32_t frame, uint32_t pages,
                      uint32_t flags)
{
    /* What must be known before the first entry is written, so that a refusal leaves no trace? */
    (void)space, (void)page, (void)frame, (void)pages, (void)flags;
    return TODO;
}
