/*
 * The report of an exception nobody expected: what happened in words, where, and for a page fault
 * the walk of its address with the first level that refuses. Part of traps.h. Reads tables through
 * probes, since with broken tables the tables themselves may be out of reach.
 */
#include "traps.h"

#include "console.h"
#include "cpu.h"
#include "machine.h"
#include "paging/walk.h"
#include "probe.h"

#define CPUID_EXTENDED            0x80000000u
#define CPUID_FEATURES            0x80000001u
#define CPUID_ADDRESS_WIDTHS      0x80000008u
#define EDX_PSE36                 (1u << 17)
#define EDX_1G                    (1u << 26)
#define EDX_NX                    (1u << 20)
#define EDX_LONG_MODE             (1u << 29)
#define CODE_SELECTOR_INDEX_SHIFT 3
#define PDPT_BYTES                32u

static bool is_long_mode(void)
{
    return cpu_id(CPUID_EXTENDED).eax >= CPUID_FEATURES &&
           (cpu_id(CPUID_FEATURES).edx & EDX_LONG_MODE) && (cpu_read_msr(MSR_EFER) & EFER_LMA);
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
    word_t va = (word_t)(uintptr_t)phys_ptr(at.value);
    struct probe low = probe(PROBE_READ_4, va, 0);
    struct probe high = { .value = 0 };

    (void)context;
    if (bytes == 8)
        high = probe(PROBE_READ_4, va + 4, 0);
    *entry = (uint64_t)high.value << 32 | low.value;
    if (is_pdpte(at))
        *entry &= ~PTE_A;
    return !low.faulted && !high.faulted;
}

static struct pg_features cpu_features(void)
{
    struct pg_features f = { .maxphyaddr = 36, .pse = (cpu_read_cr4() & CR4_PSE) != 0 };
    uint32_t last = cpu_id(CPUID_EXTENDED).eax;

    f.pse36 = (cpu_id(1).edx & EDX_PSE36) != 0;
    if (last >= CPUID_FEATURES) {
        uint32_t edx = cpu_id(CPUID_FEATURES).edx;
        f.pages_1g = (edx & EDX_1G) != 0;
        if (edx & (EDX_NX | EDX_LONG_MODE))
            f.nxe = (cpu_read_msr(MSR_EFER) & EFER_NXE) != 0;
    }
    if (last >= CPUID_ADDRESS_WIDTHS)
        f.maxphyaddr = (uint8_t)cpu_id(CPUID_ADDRESS_WIDTHS).eax;
    return f;
}

/* The space that is in force: which mode it is follows from the registers (SDM 3A, "Paging Modes").
 */
static struct pg_space current_space(void)
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

static void print_end(const struct pg_walk *walk, const struct pg_level *last, word_t error)
{
    switch (walk->end) {
    case PG_END_NOT_PRESENT:
        print("the %s is not present: nothing is mapped here.\n", last->entry);
        break;
    case PG_END_RESERVED:
        print("the %s has reserved bits set: 0x%llx.\n", last->entry,
              (unsigned long long)walk->reserved);
        break;
    case PG_END_NONCANONICAL:
        print("the address is not canonical: the tables are never asked.\n");
        break;
    case PG_END_OUTSIDE:
        print("this %s cannot be read: its table lies where no memory is mapped.\n", last->entry);
        break;
    case PG_END_MAPPED:
        print("mapped to 0x%llx, %s %s %s", (unsigned long long)walk->pa.value,
              walk->rights.write ? "writable" : "read-only",
              walk->rights.user ? "user" : "supervisor",
              walk->rights.execute ? "executable" : "not executable");
        print(error & PF_PRESENT ? ": the access lacked a right.\n"
                                 : " *now*: the CPU may still remember an older entry.\n");
        break;
    default:
        break;
    }
}

static void print_walk(word_t va, word_t error)
{
    struct pg_space space = current_space();
    struct pg_walk walk = pg_walk(&space, (va_t){ va });
    const struct pg_level *level = &space.geometry->level[walk.level];

    print("  the walk of 0x%lx from CR3 = 0x%lx:\n", va, (word_t)space.root.value);
    for (unsigned i = 0; i < walk.steps; i++) {
        const struct pg_step *s = &walk.step[i];
        level = &space.geometry->level[s->level];
        print("    %s[%u]  at 0x%llx  = 0x%llx  %s%s%s%s\n", level->entry, s->index,
              (unsigned long long)s->at.value, (unsigned long long)s->entry,
              s->entry & PTE_P ? "P" : "not present", s->entry & PTE_RW ? " RW" : "",
              s->entry & PTE_US ? " US" : "", (s->entry & PTE_PS) && s->level > PG_PT ? " PS" : "");
    }
    print("    ");
    print_end(&walk, level, error);
}

static void print_page_fault(const struct trap *t)
{
    word_t e = t->error;

    print("  a %s %s at 0x%lx: %s%s\n", e & PF_USER ? "user-mode" : "supervisor",
          e & PF_FETCH   ? "instruction fetch"
          : e & PF_WRITE ? "write"
                         : "read",
          t->cr2, e & PF_PRESENT ? "a right was missing" : "the page is not present",
          e & PF_RESERVED ? ", a reserved bit was set" : "");
    print_walk(t->cr2, e);
}

static void print_selector_error(word_t error)
{
    if (error == 0)
        print("  no selector is involved (a non-canonical address, a reserved bit, a privileged\n"
              "  instruction or a wrong value for a control register will do that).\n");
    else
        print("  selector index %lu in the %s%s.\n", error >> CODE_SELECTOR_INDEX_SHIFT,
              error & 2   ? "IDT"
              : error & 4 ? "LDT"
                          : "GDT",
              error & 1 ? ", external event" : "");
}

void trap_report(const struct trap *t)
{
    print("\n%s, %s (vector %lu), error code 0x%lx, at 0x%lx\n", trap_mnemonic(t->vector),
          trap_name(t->vector), t->vector, t->error, t->ip);
    if (t->vector == VECTOR_PF)
        print_page_fault(t);
    if (t->vector >= 10 && t->vector <= VECTOR_GP)
        print_selector_error(t->error);
    if (t->vector == VECTOR_DF)
        print("  an exception could not be delivered: its stack or handler is out of reach.\n"
              "  CR2 = 0x%lx, stack pointer 0x%lx.\n",
              t->cr2, trap_stack_pointer(t));
    print("  ax 0x%lx  bx 0x%lx  cx 0x%lx  dx 0x%lx  si 0x%lx  di 0x%lx  bp 0x%lx  sp 0x%lx\n",
          t->ax, t->bx, t->cx, t->dx, t->si, t->di, t->bp, trap_stack_pointer(t));
    print("  CR0 0x%lx  CR2 0x%lx  CR3 0x%lx  CR4 0x%lx\n", cpu_read_cr0(), t->cr2, cpu_read_cr3(),
          cpu_read_cr4());
}
