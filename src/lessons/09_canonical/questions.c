/*
 * Lesson 9: the questions. All come from the seed, in the order in which the judge draws them again
 * (addresses.py); whoever changes one changes both. The answers are not here.
 */
#include "parts.h"

#include "stage/exam.h"
#include "stage/lesson.h"

#define IS_CANONICAL_QUESTIONS    96u
#define SIGN_EXTEND_QUESTIONS     64u
#define VA_FROM_INDICES_QUESTIONS 64u
#define IS_USER_RANGE_QUESTIONS   96u
#define PREDICT_VECTOR_QUESTIONS  96u
#define COUNT(array)              ((uint32_t)(sizeof(array) / sizeof *(array)))

/* ---- Addresses ---- */

/* Next to where something begins or ends, in some mode or program: never more than 1 away. None of
 * them is left to chance; only the last four have no question of their own. */
static uint64_t edge(unsigned i)
{
    static const uint64_t at[] = { 0x0000800000000000, 0xFFFF800000000000, 0,
                                   0x0001000000000000, 0xFFFF000000000000, 0x8000000000000000,
                                   0x0100000000000000, 0xFF00000000000000, 0x100000000,
                                   0xFFFFFFFF80000000, 0x80000000,         0x0000400000000000 };

    return at[i / 3 % COUNT(at)] + i % 3 - 1;
}

/* Bits 46:0 from the seed, and everything above alike. */
static uint64_t draw_alike(void)
{
    uint64_t low = exam_next() >> 17;

    return exam_below(2) ? ~low : low;
}

static uint64_t draw_address(unsigned i)
{
    if (i % 3 == 0)
        return edge(i / 3);
    uint64_t alike = draw_alike();
    return i % 3 == 1 ? alike ^ BIT(47 + exam_below(17)) : alike;
}

/* ---- One function each ---- */

void ask_is_canonical(void)
{
    exam_group("is_canonical");
    for (unsigned i = 0; i < IS_CANONICAL_QUESTIONS; i++) {
        va_t va = { draw_address(i) };
        enum result result = is_canonical(va);
        lesson_needs(result, IS_CANONICAL, "is_canonical");
        exam_answer(va.value, result, 0);
    }
}

void ask_sign_extend(void)
{
    static const unsigned special[] = { 1, 32, 47, 57, 63, 64 }, never[] = { 0, 65, 112, ~0u };

    exam_group("sign_extend");
    for (unsigned i = 0; i < SIGN_EXTEND_QUESTIONS; i++) {
        uint64_t value = exam_next();
        va_t va = { UNTOUCHED };
        unsigned bits = i % 4 == 0   ? VA_BITS
                        : i % 4 == 1 ? 1 + exam_below(64)
                        : i % 4 == 2 ? special[i / 4 % COUNT(special)]
                                     : never[i / 4 % COUNT(never)];
        enum result result = sign_extend(value, bits, &va);
        lesson_needs(result, SIGN_EXTEND, "sign_extend");
        exam_answer(value, result, va.value);
        exam_answer(bits, result, va.value);
    }
    exam_group("sign_extend_null");
    exam_answer(0, sign_extend(USER_END, VA_BITS, NULL), 0);
    exam_answer(0, sign_extend(USER_END, 65, NULL), 0);
}

/* Five numbers in one: nine bits each and a tenth for what is too large, then the offset. */
static uint64_t packed(const struct indices *i)
{
    return i->pml4 | (uint64_t)i->pdpt << 10 | (uint64_t)i->pd << 20 | (uint64_t)i->pt << 30 |
           (uint64_t)i->offset << 40;
}

static struct indices draw_indices(unsigned i)
{
    static const unsigned special[] = { 0, 255, 256, 511 };
    struct indices in = { 0 };
    unsigned *one[] = { &in.pml4, &in.pdpt, &in.pd, &in.pt, &in.offset };

    for (unsigned k = 0; k < COUNT(one); k++)
        *one[k] = exam_below(k == 4 ? 4096 : 512);
    if (i % 4 == 1)
        in.pml4 = special[i / 4 % COUNT(special)];
    if (i % 4 == 3) {
        unsigned which = i / 4 % COUNT(one);
        *one[which] += which == 4 ? 4096 : 512;
    }
    return in;
}

void ask_va_from_indices(void)
{
    const struct indices first = { 0, 0, 0, 0, 0 }, beyond = { 512, 0, 0, 0, 0 };

    exam_group("va_from_indices");
    for (unsigned i = 0; i < VA_FROM_INDICES_QUESTIONS; i++) {
        struct indices in = draw_indices(i);
        va_t va = { UNTOUCHED };
        enum result result = va_from_indices(&in, &va);
        lesson_needs(result, FROM_INDICES, "va_from_indices");
        exam_answer(packed(&in), result, va.value);
    }
    exam_group("va_from_indices_null");
    exam_answer(0, va_from_indices(&first, NULL), 0);
    exam_answer(0, va_from_indices(&beyond, NULL), 0);
}

/* ---- Ranges ---- */

static uint64_t draw_range(unsigned i, uint64_t *start)
{
    uint64_t bytes;

    switch (i % 7) {
    case 0: /* ends at the edge, or one byte to either side */
        bytes = exam_below(65536);
        *start = USER_END - bytes + i / 7 % 3 - 1;
        return bytes;
    case 1: /* so long that the sum wraps */
        *start = exam_next() >> 17;
        return exam_below(65536) - *start;
    case 2: /* starts anywhere */
        *start = exam_next();
        return exam_below(4096);
    case 3: /* what decent programs ask for */
        *start = exam_next() >> 18;
        return exam_below(1u << 20);
    case 4: /* nothing, around the edge */
        *start = USER_END + i / 7 % 3 - 1;
        return 0;
    case 5: /* from a user's address to one of the kernel's */
        *start = exam_next() >> 18;
        return 0xFFFF800000000000u + exam_below(65536) - *start;
    default: /* from one of the kernel's, and the sum wraps */
        *start = ~(exam_next() >> 17);
        return exam_below(65536) - *start;
    }
}

void ask_is_user_range(void)
{
    exam_group("is_user_range");
    for (unsigned i = 0; i < IS_USER_RANGE_QUESTIONS; i++) {
        uint64_t start, bytes = draw_range(i, &start);
        enum result result = is_user_range((va_t){ start }, bytes);
        lesson_needs(result, IS_USER_RANGE, "is_user_range");
        exam_answer(start, result, 0);
        exam_answer(bytes, result, 0);
    }
}

/* ---- Predictions ---- */

/* All but RCX and R13: those the CPU itself was asked about. */
static unsigned draw_other_register(void)
{
    unsigned other = exam_below(14);

    other += other >= RCX;
    return other + (other >= R13);
}

void ask_predict_vector(void)
{
    static const unsigned special[] = { RSP, RBP, R12, R8 };

    exam_group("predict_vector");
    for (unsigned i = 0; i < PREDICT_VECTOR_QUESTIONS; i++) {
        struct access access = { .va = { draw_address(i) } };
        access.base = i % 8 == 7   ? 16 + i / 8
                      : i % 2 == 0 ? special[i / 2 % COUNT(special)]
                                   : draw_other_register();
        access.mapped = exam_below(2);
        predicted(access, exam_next());
    }
}
