/* Where a far jump goes. Shared by staff and learners of lessons that change the code segment. */
#ifndef PAGEWALK_FAR_POINTER_H
#define PAGEWALK_FAR_POINTER_H

#include <stdint.h>

/* What `jmp far [memory]` reads in 32-bit code: the offset, then the selector in two bytes. */
struct far_pointer {
    uint32_t offset;
    uint16_t selector;
};

#endif
