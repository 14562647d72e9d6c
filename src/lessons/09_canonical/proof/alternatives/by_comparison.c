/* Lesson 9, by comparing and by arithmetic shifts instead of masks; nothing is shared. */
#include "work.h"

enum result is_canonical(va_t va)
{
    return va.value <= 0x00007FFFFFFFFFFF || va.value >= 0xFFFF800000000000 ? DONE : OUT_OF_RANGE;
}

enum result sign_extend(uint64_t value, unsigned bits, va_t *va)
{
    if (bits - 1 > 63)
        return OUT_OF_RANGE;
    unsigned unused = 64 - bits;
    if (va != NULL)
        va->value = (uint64_t)((int64_t)(value << unused) >> unused);
    return DONE;
}

enum result va_from_indices(const struct indices *indices, va_t *va)
{
    const unsigned part[] = { indices->pml4, indices->pdpt, indices->pd, indices->pt };
    uint64_t sum = 0;

    for (unsigned i = 0; i < 4; i++) {
        if (part[i] > 511)
            return OUT_OF_RANGE;
        sum = sum * 512 + part[i];
    }
    if (indices->offset > 4095)
        return OUT_OF_RANGE;
    sum = sum * 4096 + indices->offset;
    if (va != NULL)
        va->value = indices->pml4 < 256 ? sum : sum + 0xFFFF000000000000;
    return DONE;
}

enum result is_user_range(va_t start, uint64_t bytes)
{
    uint64_t end = start.value + bytes;

    return end >= start.value && end <= USER_END ? DONE : OUT_OF_RANGE;
}

enum result predict_vector(const struct access *access, uint64_t cr2, struct outcome *outcome)
{
    if (access->base > R15)
        return OUT_OF_RANGE;
    if (is_canonical(access->va) == OUT_OF_RANGE)
        *outcome = (struct outcome){ access->base / 2 == 2 ? 12 : 13, cr2 };
    else if (access->mapped)
        *outcome = (struct outcome){ NO_EXCEPTION, cr2 };
    else
        *outcome = (struct outcome){ 14, access->va.value };
    return DONE;
}
