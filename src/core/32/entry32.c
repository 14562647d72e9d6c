/* The page-table entry of a page: see entry32.h. Tables lie where the kernel maps them 1:1. */
#include "offered/entry32.h"

#include "arch.h"
#include "core/cpu.h"

#define ADDRESS_BITS ((uint32_t)BITS(31, 12))
#define INDEX_BITS   0x3FFu
#define PDE_SHIFT    22

volatile uint32_t *entry_of(va32_t va)
{
    const volatile uint32_t *directory = phys_ptr(cpu_read_cr3() & ADDRESS_BITS);
    uint32_t pde = directory[va.value >> PDE_SHIFT];
    volatile uint32_t *table = phys_ptr(pde & ADDRESS_BITS);

    if (!(pde & PTE_P) || (pde & PTE_PS))
        return NULL;
    return &table[va.value >> PAGE_SHIFT & INDEX_BITS];
}
