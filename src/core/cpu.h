/*
 * Every instruction that C cannot say; all inline assembly of the platform is here and in
 * checkpoint.h. Names are the SDM's; values are the raw registers (SDM 3A, "Control Registers").
 */
#ifndef PAGEWALK_CPU_H
#define PAGEWALK_CPU_H

#include <stdbool.h>
#include <stdint.h>

#define CR0_PE   (1u << 0)
#define CR0_WP   (1u << 16)
#define CR0_PG   (1u << 31)
#define CR4_PSE  (1u << 4)
#define CR4_PAE  (1u << 5)
#define CR4_PGE  (1u << 7)
#define CR4_LA57 (1u << 12)
#define MSR_EFER 0xC0000080u
#define EFER_LME (1u << 8)
#define EFER_LMA (1u << 10)
#define EFER_NXE (1u << 11)

#define CPU_CONTROL_REGISTER(name)                                          \
    static inline unsigned long cpu_read_##name(void)                       \
    {                                                                       \
        unsigned long value;                                                \
        __asm__ volatile("mov %%" #name ", %0" : "=r"(value) : : "memory"); \
        return value;                                                       \
    }                                                                       \
    static inline void cpu_write_##name(unsigned long value)                \
    {                                                                       \
        __asm__ volatile("mov %0, %%" #name : : "r"(value) : "memory");     \
    }

CPU_CONTROL_REGISTER(cr0)
CPU_CONTROL_REGISTER(cr2)
CPU_CONTROL_REGISTER(cr3)
CPU_CONTROL_REGISTER(cr4)

static inline uint64_t cpu_read_msr(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void cpu_write_msr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static inline void cpu_invlpg(uintptr_t va)
{
    __asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

#define CPUID_EXTENDED       0x80000000u
#define CPUID_FEATURES       0x80000001u
#define CPUID_ADDRESS_WIDTHS 0x80000008u
#define EDX_NX               (1u << 20)
#define EDX_LONG_MODE        (1u << 29)

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpu_id(uint32_t leaf)
{
    struct cpuid r;
    __asm__ volatile("cpuid"
                     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(0));
    return r;
}

/* MSR_EFER exists only where execute-disable or long mode does. */
static inline bool cpu_has_efer(void)
{
    return cpu_id(CPUID_EXTENDED).eax >= CPUID_FEATURES &&
           (cpu_id(CPUID_FEATURES).edx & (EDX_NX | EDX_LONG_MODE)) != 0;
}

static inline void cpu_out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void cpu_out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t cpu_in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

struct __attribute__((packed)) cpu_table_pointer {
    uint16_t limit;
    uintptr_t base;
};

static inline void cpu_load_idt(const struct cpu_table_pointer *p)
{
    __asm__ volatile("lidt %0" : : "m"(*p));
}

static inline void cpu_load_tss(uint16_t selector)
{
    __asm__ volatile("ltr %0" : : "r"(selector));
}

static inline void cpu_halt(void)
{
    __asm__ volatile("cli; hlt");
}

#endif
