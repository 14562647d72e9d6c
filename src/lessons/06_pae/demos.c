/*
 * Lesson 6: four things that happen to entries. Each is done to the learner's tables by the staff,
 * shown, and mended again. Part of the story in lesson.c.
 */
#include "parts.h"

#include "core/cpu.h"
#include "core/machine.h"
#include "stage/checkpoint.h"
#include "stage/probe.h"

#define PDPT_ENTRIES 4u
#define GIB_SHIFT    30

extern const uint8_t load_cr3[]; /* boot/32/cr3.asm */

static void touch(const char *what, enum probe_kind kind, uint32_t va, uint32_t value)
{
    struct probe p = probe(kind, va, value);

    print("     %s ", what);
    if (p.faulted || kind == PROBE_READ_4)
        probe_print(&p);
    else
        print("no fault");
    print("\n");
}

void show_upper_xd(void)
{
    uint64_t *pde = entry_of(va_of(CODE_VA), PG_PD);

    *pde |= PTE_XD;
    CHECKPOINT(upper_xd);
    touch("execute the code page, whose own XD is clear:", PROBE_FETCH, va_of(CODE_VA), 0);
    *pde &= ~PTE_XD;
}

void show_without_nxe(void)
{
    cpu_write_msr(MSR_EFER, cpu_read_msr(MSR_EFER) & ~(uint64_t)EFER_NXE);
    CHECKPOINT(without_nxe);
    touch("read the data page:", PROBE_READ_4, va_of(DATA_VA), 0);
    touch("read the code page:", PROBE_READ_4, va_of(CODE_VA), 0);
    cpu_write_msr(MSR_EFER, cpu_read_msr(MSR_EFER) | EFER_NXE);
}

/* A copy of the learner's PDPT, with R/W in its first entry, is loaded: or not. */
void show_pdpte_rights(void)
{
    static __attribute__((aligned(32))) uint64_t copy[PDPT_ENTRIES];

    for (unsigned i = 0; i < PDPT_ENTRIES; i++)
        copy[i] = table_at(space.pdpt)[i].whole;
    copy[0] |= PTE_RW;
    CHECKPOINT(pdpte_rights);
    touch("MOV CR3:", PROBE_FETCH, (uintptr_t)load_cr3, (uintptr_t)copy);
    cpu_write_cr3(space.pdpt.value);
}

void show_stale_pdpte(void)
{
    volatile union entry *pdpte = &table_at(space.pdpt)[va_of(NEW_VA) >> GIB_SHIFT];
    uint64_t kept = pdpte->whole;

    CHECKPOINT(stale_pdpte);
    pdpte->half.low = 0;
    probe_keeps_tlb = 1;
    touch("read the page of step 6, CR3 not reloaded:", PROBE_READ_4, va_of(NEW_VA), 0);
    probe_keeps_tlb = 0;
    CHECKPOINT(pdpte_gone);
    touch("read the page of step 6, CR3 reloaded:    ", PROBE_READ_4, va_of(NEW_VA), 0);
    pdpte->half.high = (uint32_t)(kept >> 32);
    pdpte->half.low = (uint32_t)kept;
    cpu_write_cr3(space.pdpt.value);
}
