/* Lesson 8, your part. work.h says what each function must do; lesson.md explains why. */
#include "work.h"

/* ---- First half ---- */

enum result map_page(struct space *space, va_t page, pa_t frame, uint64_t flags)
{
    /* Four indices of nine bits. How many tables are missing, and are there frames for all? */
    (void)space, (void)page, (void)frame, (void)flags;
    return TODO;
}

enum result unmap_page(struct space *space, va_t page, pa_t *frame)
{
    (void)space, (void)page, (void)frame;
    return TODO;
}

enum result translate(const struct space *space, va_t va, pa_t *pa)
{
    /* At which level does the walk end, and how many bits of va are left over there? */
    (void)space, (void)va, (void)pa;
    return TODO;
}

/* ---- Second half ---- */

enum result frames_setup(const struct memory_map *map)
{
    /* First what may be used, then what must not. Which way is each end rounded? */
    (void)map;
    return TODO;
}

enum result frame_alloc(pa_t *frame)
{
    (void)frame;
    return TODO;
}

enum result frame_free(pa_t frame)
{
    (void)frame;
    return TODO;
}
