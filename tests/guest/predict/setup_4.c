/* 4-level paging: the platform's own mode. See setup_long.c. */
#include "setup_long.h"

const uint32_t setup_mode = 48;

uint64_t setup_long(uint64_t pml4)
{
    return pml4;
}
