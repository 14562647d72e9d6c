/* Descriptors as the CPU reads them in 64-bit mode, for learners' files and the staff alike. */
#ifndef PAGEWALK_DESCRIPTORS64_H
#define PAGEWALK_DESCRIPTORS64_H

#include <stdint.h>

/* A gate of the IDT: SDM 3A, "64-Bit Mode IDT". */
struct gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};

/* SDM 3A, "Task Management in 64-bit Mode". ist[0] is IST1. */
struct __attribute__((packed, aligned(16))) tss {
    uint32_t reserved0;
    uint64_t rsp[3], reserved1, ist[7], reserved2;
    uint16_t reserved3, io_map;
};

#endif
