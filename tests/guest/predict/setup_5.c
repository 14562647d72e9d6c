/*
 * 5-level paging: the platform's PML4 for both ends of a PML5. See setup_long.c; the switch itself
 * is la57.asm.
 */
#include "setup_long.h"

#include "core/cpu.h"
#include "core/machine.h"
#include "paging/types.h"

#define LAST 511

void la57_enter(uint64_t root);

const uint32_t setup_mode = 57;

static __attribute__((aligned(4096))) uint64_t pml5[512];

uint64_t setup_long(uint64_t pml4)
{
    uint64_t *entries = phys_ptr(pml4), root = (uintptr_t)pml5 - KERNEL_OFFSET;
    pml5[0] = pml5[LAST] = pml4 | PTE_P | PTE_RW | PTE_US;
    entries[0] = entries[LAST / 2 + 1]; /* memory at its own address, while paging is off and on */
    cpu_write_cr3(pml4);
    la57_enter(root);
    entries[0] = 0;
    cpu_write_cr3(root);
    return root;
}
