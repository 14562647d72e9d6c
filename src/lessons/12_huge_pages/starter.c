/* Lesson 12, your part. work.h says what each function must do; lesson.md explains why. */
#include "work.h"

enum result map_range(struct space *space, va_t va, pa_t pa, uint64_t bytes, uint64_t flags)
{
    /* Begin with pages of 4 KiB alone. Then ask at each address: which is the largest? */
    (void)space, (void)va, (void)pa, (void)bytes, (void)flags;
    return TODO;
}

enum result split(struct space *space, va_t va)
{
    /* At which level does the walk end? The new table belongs one level below. */
    (void)space, (void)va;
    return TODO;
}

enum result join(struct space *space, va_t va, uint64_t size)
{
    /* When are 512 pages one? Look at every entry. */
    (void)space, (void)va, (void)size;
    return TODO;
}

enum result protect_range(struct space *space, va_t va, uint64_t bytes, uint64_t rights)
{
    /* One entry, one set of rights: where must a page end before its rights may change? */
    (void)space, (void)va, (void)bytes, (void)rights;
    return TODO;
}
