/* Lesson 6, your part. work.h says what each function must do; lesson.md explains why. */
#include "work.h"

enum result pae_map(struct space *space, va32_t page, pa_t frame, uint64_t flags)
{
    /* Three indices now. Which half of an entry must be written last? */
    (void)space, (void)page, (void)frame, (void)flags;
    return TODO;
}

enum result pae_translate(const struct space *space, va32_t va, pa_t *pa)
{
    /* Which bits of an entry are the address? Not the lower twelve, and not the top one. */
    (void)space, (void)va, (void)pa;
    return TODO;
}

enum result set_executable(struct space *space, va32_t page, bool executable)
{
    (void)space, (void)page, (void)executable;
    return TODO;
}
