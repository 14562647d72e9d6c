/* Looking at tables without trusting them: see glance.h. */
#include "core/traps/glance.h"

#include "core/cpu.h"

#define EDX_PSE36  (1u << 17)
#define EDX_1G     (1u << 26)
#define PDPT_BYTES 32u

extern const uint8_t glance_read[], glance_end[];

bool glance_caught(struct trap *t)
{
    if (t->ip != (word_t)glance_read)
        return false;
    t->ip = (word_t)glance_end;
    return true;
}

static bool is_long_mode(void)
{
    return cpu_has_efer() && (cpu_read_msr(MSR_EFER) & EFER_LMA);
}

/* QEMU sets A in the PDPTEs of PAE, where that bit is reserved: it is not what caused a fault. */
static bool is_pdpte(pa_t at)
{
    word_t pdpt = cpu_read_cr3() & ~(word_t)(PDPT_BYTES - 1);

    return (cpu_read_cr4() & CR4_PAE) && !is_long_mode() && at.value >= pdpt &&
           at.value < pdpt + PDPT_BYTES;
}

static bool read_entry(void *context, pa_t at, unsigned bytes, uint64_t *entry)
{
    uintptr_t va = (uintptr_t)phys_ptr(at.value);
    uint32_t low = 0, high = 0;

    (void)context;
    if (!glance(va, &low) || (bytes == 8 && !glance(va + 4, &high)))
        return false;
    *entry = (uint64_t)high << 32 | low;
    if (is_pdpte(at))
        *entry &= ~PTE_A;
    return true;
}

static struct pg_features cpu_features(void)
{
    struct pg_features f = { .maxphyaddr = 36, .pse = (cpu_read_cr4() & CR4_PSE) != 0 };
    uint32_t last = cpu_id(CPUID_EXTENDED).eax;

    f.pse36 = (cpu_id(1).edx & EDX_PSE36) != 0;
    if (last >= CPUID_FEATURES) {
        uint32_t edx = cpu_id(CPUID_FEATURES).edx;
        f.pages_1g = (edx & EDX_1G) != 0;
        if (cpu_has_efer())
            f.nxe = (cpu_read_msr(MSR_EFER) & EFER_NXE) != 0;
    }
    if (last >= CPUID_ADDRESS_WIDTHS)
        f.maxphyaddr = (uint8_t)cpu_id(CPUID_ADDRESS_WIDTHS).eax;
    return f;
}

/* The space that is in force: which mode it is follows from the registers (SDM 3A, "Paging Modes").
 */
struct pg_space space_in_force(void)
{
    struct pg_space space = { .geometry = &pg_geometry_32,
                              .root = { cpu_read_cr3() },
                              .features = cpu_features(),
                              .memory = { .read_entry = read_entry } };

    if (cpu_read_cr4() & CR4_PAE)
        space.geometry = &pg_geometry_pae;
    if (is_long_mode())
        space.geometry = &pg_geometry_4;
    return space;
}
