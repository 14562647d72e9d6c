/* The four functions a freestanding compiler may call by itself (C11 7.24; GCC manual,
 * "Standards"). */
#ifndef PAGEWALK_MEMORY_H
#define PAGEWALK_MEMORY_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

#endif
