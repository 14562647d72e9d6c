/* The 32 exceptions in words: SDM 3A, "Exception and Interrupt Reference". */
#include "core/traps/traps.h"

struct trap_words {
    const char *mnemonic, *name;
};

static const struct trap_words words[VECTORS] = {
    [0] = { "#DE", "divide error" },
    [1] = { "#DB", "debug exception" },
    [2] = { "NMI", "non-maskable interrupt" },
    [3] = { "#BP", "breakpoint" },
    [4] = { "#OF", "overflow" },
    [5] = { "#BR", "BOUND range exceeded" },
    [6] = { "#UD", "invalid opcode" },
    [7] = { "#NM", "device not available" },
    [8] = { "#DF", "double fault" },
    [9] = { "vector 9", "coprocessor segment overrun" },
    [10] = { "#TS", "invalid TSS" },
    [11] = { "#NP", "segment not present" },
    [12] = { "#SS", "stack-segment fault" },
    [13] = { "#GP", "general protection" },
    [14] = { "#PF", "page fault" },
    [15] = { "vector 15", "reserved by Intel" },
    [16] = { "#MF", "x87 floating-point error" },
    [17] = { "#AC", "alignment check" },
    [18] = { "#MC", "machine check" },
    [19] = { "#XM", "SIMD floating-point exception" },
    [20] = { "#VE", "virtualization exception" },
    [21] = { "#CP", "control protection exception" },
    [22] = { "vector 22", "reserved by Intel" },
    [23] = { "vector 23", "reserved by Intel" },
    [24] = { "vector 24", "reserved by Intel" },
    [25] = { "vector 25", "reserved by Intel" },
    [26] = { "vector 26", "reserved by Intel" },
    [27] = { "vector 27", "reserved by Intel" },
    [28] = { "#HV", "hypervisor injection exception (AMD)" },
    [29] = { "#VC", "VMM communication exception (AMD)" },
    [30] = { "#SX", "security exception (AMD)" },
    [31] = { "vector 31", "reserved by Intel" },
};

const char *trap_mnemonic(uint64_t vector)
{
    return vector < VECTORS ? words[vector].mnemonic : "unknown vector";
}

const char *trap_name(uint64_t vector)
{
    return vector < VECTORS ? words[vector].name : "not an exception";
}
