/* Control registers as ordinary functions: see registers.h. */
#include "offered/registers.h"

#include "core/cpu.h"

uintptr_t read_cr0(void)
{
    return cpu_read_cr0();
}

void write_cr0(uintptr_t value)
{
    cpu_write_cr0(value);
}

uintptr_t read_cr3(void)
{
    return cpu_read_cr3();
}

void write_cr3(uintptr_t value)
{
    cpu_write_cr3(value);
}

uintptr_t read_cr4(void)
{
    return cpu_read_cr4();
}

void write_cr4(uintptr_t value)
{
    cpu_write_cr4(value);
}

void invalidate_page(uintptr_t va)
{
    cpu_invlpg(va);
}

void break_here(void)
{
    __asm__ volatile("xchgw %%bx, %%bx" : : : "memory");
}
