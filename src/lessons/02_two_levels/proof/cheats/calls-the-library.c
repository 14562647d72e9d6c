/* expect: C-LIBRARY. Calls the project's own mapper. */
#include "work.h"

struct pg_space;
int pg_map(const struct pg_space *space, va_t va, pa_t pa, unsigned level, uint64_t flags);

enum result walk(struct space *space, va32_t va, bool make, uint32_t **entry)
{
    (void)space, (void)va, (void)make, (void)entry;
    return DONE;
}

enum result map(struct space *space, va32_t page, pa32_t frame, uint32_t flags)
{
    pg_map((const struct pg_space *)(const void *)space, (va_t){ page.value },
           (pa_t){ frame.value }, 1, flags);
    return DONE;
}

enum result translate(struct space *space, va32_t va, pa32_t *pa)
{
    (void)space, (void)va, (void)pa;
    return DONE;
}

enum result unmap(struct space *space, va32_t page)
{
    (void)space, (void)page;
    return DONE;
}

enum result map_range(struct space *space, va32_t page, pa32_t frame, uint32_t pages,
                      uint32_t flags)
{
    (void)space, (void)page, (void)frame, (void)pages, (void)flags;
    return DONE;
}
