/*
 * The manual's account of the five modes: see oracle.h. SDM volume 3A, sections "32-Bit
 * Paging", "PAE Paging", "4-Level Paging and 5-Level Paging", "Determination of Access
 * Rights" and, for reserved bits, the lists under each figure.
 */
#include "oracle.h"

#include "machine.h"

/* Looks at one entry. False: the walk is over, and truth says how so far. */
static bool look(const struct machine *machine, uint64_t at, unsigned bytes, uint64_t size,
                 struct truth *truth, uint64_t *entry)
{
    truth->at[truth->reads++] = at;
    truth->size = size;
    truth->verdict = V_NO_MEMORY;
    if (machine_at(machine, at) == NULL)
        return false;
    *entry = machine_peek(machine, at, bytes);
    truth->verdict = V_ABSENT;
    return *entry & 1;
}

static void allow(struct truth *truth, uint64_t entry)
{
    truth->w = truth->w && entry & 2;
    truth->u = truth->u && entry & 4;
    truth->x = truth->x && !(entry & 0x8000000000000000);
}

/* Is a bit from `low` to `high`, both included, set? */
static bool any(uint64_t entry, unsigned low, unsigned high)
{
    for (unsigned bit = low; bit <= high; bit++)
        if (entry >> bit & 1)
            return true;
    return false;
}

static struct truth reserved(struct truth truth)
{
    truth.verdict = V_RESERVED;
    return truth;
}

static struct truth mapped(struct truth truth, uint64_t pa, uint64_t last)
{
    truth.verdict = V_MAPPED;
    truth.pa = pa;
    truth.last = last;
    return truth;
}

/* Not a mode of the CPU: 2^20 PTEs of 32-bit paging in one array. */
struct truth oracle_flat(const struct machine *machine, const struct cpu *cpu, uint64_t cr3,
                         uint64_t la)
{
    struct truth truth = { .verdict = V_NO_ADDRESS, .w = true, .u = true, .x = true };
    uint64_t pte;
    (void)cpu;
    if (la > 0xFFFFFFFF)
        return truth;
    if (!look(machine, (cr3 & 0xFFFFF000) + la / 4096 * 4, 4, 4096, &truth, &pte))
        return truth;
    allow(&truth, pte);
    return mapped(truth, (pte & 0xFFFFF000) + la % 4096, pte);
}

struct truth oracle_32(const struct machine *machine, const struct cpu *cpu, uint64_t cr3,
                       uint64_t la)
{
    struct truth truth = { .verdict = V_NO_ADDRESS, .w = true, .u = true, .x = true };
    uint64_t pde, pte;
    if (la > 0xFFFFFFFF)
        return truth;
    if (!look(machine, (cr3 & 0xFFFFF000) + la / 0x400000 * 4, 4, 0x400000, &truth, &pde))
        return truth;
    if (cpu->pse && pde & 0x80) {
        /* "Format of a 32-Bit PDE That Maps a 4-MByte Page", with M as its footnote has it */
        unsigned m = !cpu->pse36 ? 32 : cpu->maxphyaddr < 40 ? cpu->maxphyaddr : 40;
        if (any(pde, m - 19, 21))
            return reserved(truth);
        allow(&truth, pde);
        uint64_t upper = pde / 0x2000 % 0x100;
        return mapped(truth, upper * 0x100000000 + (pde & 0xFFC00000) + la % 0x400000, pde);
    }
    allow(&truth, pde);
    if (!look(machine, (pde & 0xFFFFF000) + la / 4096 % 1024 * 4, 4, 4096, &truth, &pte))
        return truth;
    allow(&truth, pte);
    return mapped(truth, (pte & 0xFFFFF000) + la % 4096, pte);
}

/* What the last two levels have in common in PAE, 4-level and 5-level paging. */
static struct truth lower_two(const struct machine *machine, const struct cpu *cpu,
                              uint64_t directory, uint64_t la, unsigned top_address_bit,
                              struct truth truth)
{
    uint64_t pde, pte;
    if (!look(machine, directory + la / 0x200000 % 512 * 8, 8, 0x200000, &truth, &pde))
        return truth;
    if (any(pde, cpu->maxphyaddr, top_address_bit) || (!cpu->nxe && any(pde, 63, 63)))
        return reserved(truth);
    allow(&truth, pde);
    if (pde & 0x80) {
        if (any(pde, 13, 20))
            return reserved(truth);
        return mapped(truth, (pde & 0x000FFFFFFFE00000) + la % 0x200000, pde);
    }
    uint64_t table = pde & 0x000FFFFFFFFFF000;
    if (!look(machine, table + la / 4096 % 512 * 8, 8, 4096, &truth, &pte))
        return truth;
    if (any(pte, cpu->maxphyaddr, top_address_bit) || (!cpu->nxe && any(pte, 63, 63)))
        return reserved(truth);
    allow(&truth, pte);
    return mapped(truth, (pte & 0x000FFFFFFFFFF000) + la % 4096, pte);
}

struct truth oracle_pae(const struct machine *machine, const struct cpu *cpu, uint64_t cr3,
                        uint64_t la)
{
    struct truth truth = { .verdict = V_NO_ADDRESS, .w = true, .u = true, .x = true };
    uint64_t pdpte;
    if (la > 0xFFFFFFFF)
        return truth;
    uint64_t at = (cr3 & 0xFFFFFFE0) + la / 0x40000000 * 8;
    if (!look(machine, at, 8, 0x40000000, &truth, &pdpte))
        return truth;
    if (any(pdpte, 1, 2) || any(pdpte, 5, 8) || any(pdpte, cpu->maxphyaddr, 63))
        return reserved(truth);
    return lower_two(machine, cpu, pdpte & 0x000FFFFFFFFFF000, la, 62, truth);
}

/* 4-level paging below the table at `pml4`; of `la` bits 47:0 count. */
static struct truth lower_four(const struct machine *machine, const struct cpu *cpu, uint64_t pml4,
                               uint64_t la, struct truth truth)
{
    uint64_t pml4e, pdpte;
    if (!look(machine, pml4 + (la >> 39) % 512 * 8, 8, UINT64_C(1) << 39, &truth, &pml4e))
        return truth;
    if (any(pml4e, cpu->maxphyaddr, 51) || any(pml4e, 7, 7) || (!cpu->nxe && any(pml4e, 63, 63)))
        return reserved(truth);
    allow(&truth, pml4e);
    uint64_t pdpt = pml4e & 0x000FFFFFFFFFF000;
    if (!look(machine, pdpt + (la >> 30) % 512 * 8, 8, 0x40000000, &truth, &pdpte))
        return truth;
    if (any(pdpte, cpu->maxphyaddr, 51) || (!cpu->nxe && any(pdpte, 63, 63)))
        return reserved(truth);
    if (pdpte & 0x80 && (!cpu->pages_1g || any(pdpte, 13, 29)))
        return reserved(truth);
    allow(&truth, pdpte);
    if (pdpte & 0x80)
        return mapped(truth, (pdpte & 0x000FFFFFC0000000) + la % 0x40000000, pdpte);
    return lower_two(machine, cpu, pdpte & 0x000FFFFFFFFFF000, la, 51, truth);
}

struct truth oracle_4(const struct machine *machine, const struct cpu *cpu, uint64_t cr3,
                      uint64_t la)
{
    struct truth truth = { .verdict = V_NO_ADDRESS, .w = true, .u = true, .x = true };
    if (la > UINT64_C(0x00007FFFFFFFFFFF) && la < UINT64_C(0xFFFF800000000000))
        return truth;
    return lower_four(machine, cpu, cr3 & 0x000FFFFFFFFFF000, la, truth);
}

struct truth oracle_5(const struct machine *machine, const struct cpu *cpu, uint64_t cr3,
                      uint64_t la)
{
    struct truth truth = { .verdict = V_NO_ADDRESS, .w = true, .u = true, .x = true };
    uint64_t pml5e, at = (cr3 & 0x000FFFFFFFFFF000) + (la >> 48) % 512 * 8;
    if (la > UINT64_C(0x00FFFFFFFFFFFFFF) && la < UINT64_C(0xFF00000000000000))
        return truth;
    if (!look(machine, at, 8, UINT64_C(1) << 48, &truth, &pml5e))
        return truth;
    if (any(pml5e, cpu->maxphyaddr, 51) || any(pml5e, 7, 7) || (!cpu->nxe && any(pml5e, 63, 63)))
        return reserved(truth);
    allow(&truth, pml5e);
    return lower_four(machine, cpu, pml5e & 0x000FFFFFFFFFF000, la, truth);
}
