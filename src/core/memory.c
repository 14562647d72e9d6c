/* memcpy and its kin, plain loops: see memory.h. Compiled so that GCC does not turn them into calls
 * to themselves (-fno-tree-loop-distribute-patterns in the Makefile). */
#include "core/memory.h"

#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    return memmove(to, from, bytes);
}

void *memmove(void *to, const void *from, size_t bytes)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    if ((uintptr_t)t <= (uintptr_t)f) {
        for (size_t i = 0; i < bytes; i++)
            t[i] = f[i];
    } else {
        for (size_t i = bytes; i > 0; i--)
            t[i - 1] = f[i - 1];
    }
    return to;
}

void *memset(void *to, int value, size_t bytes)
{
    uint8_t *t = to;

    for (size_t i = 0; i < bytes; i++)
        t[i] = (uint8_t)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const uint8_t *x = a, *y = b;

    for (size_t i = 0; i < bytes; i++) {
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    }
    return 0;
}
