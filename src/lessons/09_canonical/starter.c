/* Lesson 9, your part. work.h says what each function must do; lesson.md explains why. */
#include "work.h"

enum result is_canonical(va_t va)
{
    /* Seventeen bits must be alike. Which? */
    (void)va;
    return TODO;
}

enum result sign_extend(uint64_t value, unsigned bits, va_t *va)
{
    /* Two cases: the top bit is 1, or it is 0. In both, what stood above it must go. */
    (void)value, (void)bits, (void)va;
    return TODO;
}

enum result va_from_indices(const struct indices *indices, va_t *va)
{
    /* The reverse of a walk. An unsigned has 32 bits: what is left of pml4 << 39? */
    (void)indices, (void)va;
    return TODO;
}

enum result is_user_range(va_t start, uint64_t bytes)
{
    /* start + bytes may be smaller than start. */
    (void)start, (void)bytes;
    return TODO;
}

enum result predict_vector(const struct access *access, uint64_t cr2, struct outcome *outcome)
{
    /* In which order does the CPU look: at the tables, or at the address itself? */
    (void)access, (void)cr2, (void)outcome;
    return TODO;
}
