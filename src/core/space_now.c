/* The address space in force: see space_now.h. */
#include "core/space_now.h"

#include "arch.h"
#include "core/cpu.h"

#define EDX_PSE36    (1u << 17)
#define EDX_1G       (1u << 26)
#define LEAST_BITS   36u          /* of physical addresses, where CPUID does not say */
#define WINDOW_BYTES 0x100000000u /* the staff reaches the first 4 GiB */

struct pg_features space_features(void)
{
    struct pg_features f = { .maxphyaddr = LEAST_BITS, .pse = (cpu_read_cr4() & CR4_PSE) != 0 };
    uint32_t last = cpu_id(CPUID_EXTENDED).eax;

    f.pse36 = (cpu_id(1).edx & EDX_PSE36) != 0;
    if (last >= CPUID_FEATURES)
        f.pages_1g = (cpu_id(CPUID_FEATURES).edx & EDX_1G) != 0;
    if (cpu_has_efer())
        f.nxe = (cpu_read_msr(MSR_EFER) & EFER_NXE) != 0;
    if (last >= CPUID_ADDRESS_WIDTHS)
        f.maxphyaddr = (uint8_t)cpu_id(CPUID_ADDRESS_WIDTHS).eax;
    return f;
}

static bool read_entry(void *context, pa_t at, unsigned bytes, uint64_t *entry)
{
    (void)context;
    if (at.value >= WINDOW_BYTES)
        return false;
    const volatile void *place = phys_ptr(at.value);
    *entry = bytes == 8 ? *(const volatile uint64_t *)place : *(const volatile uint32_t *)place;
    return true;
}

struct pg_space space_now(void)
{
    struct pg_space space = { .geometry = &pg_geometry_32,
                              .root = { cpu_read_cr3() },
                              .features = space_features(),
                              .memory = { .read_entry = read_entry } };
    bool is_long = cpu_has_efer() && (cpu_read_msr(MSR_EFER) & EFER_LMA);

    if (cpu_read_cr4() & CR4_PAE)
        space.geometry = &pg_geometry_pae;
    if (is_long)
        space.geometry = cpu_read_cr4() & CR4_LA57 ? &pg_geometry_5 : &pg_geometry_4;
    return space;
}
