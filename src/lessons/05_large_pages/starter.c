/* Lesson 5, your part. work.h says what each function must do; lesson.md explains why. */
#include "work.h"

enum result map_large(struct space *space, va32_t page, pa_t frame, uint32_t flags)
{
    /* One entry. Which bits of it hold the frame, and where does the PAT bit of `flags` go? */
    (void)space, (void)page, (void)frame, (void)flags;
    return TODO;
}

enum result translate(const struct space *space, va32_t va, pa_t *pa)
{
    /* Does the directory's entry end the walk? How many bits of va are the offset then? */
    (void)space, (void)va, (void)pa;
    return TODO;
}

enum result split_large(struct space *space, va32_t va)
{
    /* What must be in the table before the directory names it? */
    (void)space, (void)va;
    return TODO;
}

enum result join_pages(struct space *space, va32_t page)
{
    /* Which 1,024 pages can be one? And which right does a page have if only the PTE grants it? */
    (void)space, (void)page;
    return TODO;
}

enum result switch_on(pa32_t directory)
{
    /* Three registers. What does the CPU take your entries for if you forget the third? */
    (void)directory;
    return TODO;
}
