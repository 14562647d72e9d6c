/* Lesson 9, the reference. */
#include "work.h"

#define ENTRIES      512u
#define REGISTERS    16u
#define VECTOR_STACK 12u
#define VECTOR_GP    13u
#define VECTOR_PAGE  14u

/* Bits 63:47 are alike: all 0, or all 1. */
enum result is_canonical(va_t va)
{
    uint64_t top = va.value >> (VA_BITS - 1);

    return top == 0 || top == BITS(64 - VA_BITS, 0) ? DONE : OUT_OF_RANGE;
}

enum result sign_extend(uint64_t value, unsigned bits, va_t *va)
{
    if (bits < 1 || bits > 64)
        return OUT_OF_RANGE;
    if (va == NULL)
        return DONE;
    /* `kept` is bits:0 of the address. At 64 there is nothing above to fill. */
    uint64_t kept = BITS(bits - 1, 0);
    bool negative = (value & BIT(bits - 1)) != 0;
    va->value = negative ? value | ~kept : value & kept;
    return DONE;
}

enum result va_from_indices(const struct indices *i, va_t *va)
{
    if (i->pml4 >= ENTRIES || i->pdpt >= ENTRIES || i->pd >= ENTRIES || i->pt >= ENTRIES ||
        i->offset >= PAGE_SIZE)
        return OUT_OF_RANGE;
    uint64_t low = (uint64_t)i->pml4 << 39 | (uint64_t)i->pdpt << 30 | (uint64_t)i->pd << 21 |
                   (uint64_t)i->pt << 12 | i->offset;
    return sign_extend(low, VA_BITS, va);
}

/* Both start and length are compared with what is left, so no sum can wrap. */
enum result is_user_range(va_t start, uint64_t bytes)
{
    bool inside = start.value <= USER_END && bytes <= USER_END - start.value;

    return inside ? DONE : OUT_OF_RANGE;
}

enum result predict_vector(const struct access *access, uint64_t cr2, struct outcome *outcome)
{
    if (access->base >= REGISTERS)
        return OUT_OF_RANGE;
    outcome->cr2 = cr2;
    outcome->vector = NO_EXCEPTION;
    if (is_canonical(access->va) != DONE) {
        bool stack = access->base == RSP || access->base == RBP;
        outcome->vector = stack ? VECTOR_STACK : VECTOR_GP;
    } else if (!access->mapped) {
        outcome->vector = VECTOR_PAGE;
        outcome->cr2 = access->va.value;
    }
    return DONE;
}
