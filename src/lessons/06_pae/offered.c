/*
 * Lesson 6: what the learner's file may call, and the staff's own look at the learner's tables.
 * Tables are reached at their physical address: paging is off, or the tables map them 1:1.
 */
#include "parts.h"

#include "arch.h"
#include "core/bootinfo.h"
#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/space_now.h"

#define PDPT_BYTES   32u
#define ENTRIES      512u
#define OLD_ENTRY    7u
#define EDX_PAE      (1u << 6)
#define WIDTH_OF_OLD 36u

extern const uint8_t image_start[], image_end[];

/* What somebody's page tables left in memory: a frame that maps one page. */
static __attribute__((aligned(4096))) uint64_t old_table[ENTRIES] = {
    [OLD_ENTRY] = BIT(30) | PTE_P | PTE_RW,
};

/* Frames come with old entries in them, as they do on a machine that has run for a while. */
bool frame_take(pa32_t *frame)
{
    uint64_t taken = frames_take();

    if (taken == FRAME_NONE)
        return false;
    frame->value = (uint32_t)taken;
    for (unsigned i = 0; i < ENTRIES; i++)
        table_at(*frame)[i].whole = (uintptr_t)old_table | PTE_P | PTE_RW;
    return true;
}

void frame_give(pa32_t frame)
{
    if (!frames_give(frame.value))
        print("     frame_give(0x%08x): that frame was not handed out\n", frame.value);
}

volatile union entry *table_at(pa32_t table)
{
    return phys_ptr(table.value);
}

unsigned physical_bits(void)
{
    if (cpu_id(CPUID_EXTENDED).eax < CPUID_ADDRESS_WIDTHS)
        return WIDTH_OF_OLD;
    return cpu_id(CPUID_ADDRESS_WIDTHS).eax & 0xFF;
}

void require_pae(void)
{
    bool has_nx =
        cpu_id(CPUID_EXTENDED).eax >= CPUID_FEATURES && (cpu_id(CPUID_FEATURES).edx & EDX_NX);

    if (!(cpu_id(1).edx & EDX_PAE) || !has_nx)
        refuse("Lesson 6 needs PAE and execute-disable, and this CPU has not got both.\n"
               "Choose a CPU that has them: leave CPU= away, or CPU=max under QEMU.");
}

static bool read_entry(void *context, pa_t at, unsigned bytes, uint64_t *entry)
{
    (void)context, (void)bytes;
    if (at.value >= FOUR_GIB || !boot_is_ram(at.value, at.value + sizeof *entry))
        return false;
    *entry = *(volatile uint64_t *)phys_ptr(at.value);
    if (at.value - space.pdpt.value < PDPT_BYTES)
        *entry &= ~PTE_A; /* QEMU sets it there, where it is reserved; no CPU does */
    return true;
}

static struct pg_walk walk_of(uint32_t va)
{
    struct pg_space tables = space_now();

    tables.geometry = &pg_geometry_pae; /* in force or not yet */
    tables.root.value = space.pdpt.value;
    tables.features.nxe = true;
    tables.memory.read_entry = read_entry;
    return pg_walk(&tables, (va_t){ va });
}

uint64_t *entry_of(uint32_t va, unsigned level)
{
    struct pg_walk walk = walk_of(va);

    for (unsigned i = 0; i < walk.steps; i++) {
        if (walk.step[i].level == level && walk.end != PG_END_OUTSIDE)
            return phys_ptr(walk.step[i].at.value);
    }
    return NULL;
}

void require_kernel(void)
{
    for (uint32_t va = (uintptr_t)image_start; va < (uintptr_t)image_end; va += PAGE_SIZE) {
        struct pg_walk walk = walk_of(va);
        if (walk.end == PG_END_MAPPED && walk.pa.value == va && walk.rights.write &&
            walk.rights.execute)
            continue;
        print("\nThe kernel's own page 0x%08x does not lead to itself, writable and executable:\n"
              "its walk ends at the %s. Turning paging on now would reset the machine.\n"
              "make LESSON=6 grade says what is wrong.\n",
              va, pg_geometry_pae.level[walk.level].entry);
        machine_stop(END_TODO);
    }
}
