/*
 * Lesson 6: PAE. Reads from lesson_main() upwards. The learner's tables are built while paging is
 * off (tables.c), asked (questions.c), single-stepped, and then run the kernel; demos.c breaks some
 * entries on purpose.
 */
#include "parts.h"

#include "core/bootinfo.h"
#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "show/portrait.h"
#include "stage/checkpoint.h"
#include "stage/lesson.h"
#include "stage/probe.h"

#define SWAP_DISKS 0x20u
#define SWAP_SLOTS 0x10000u

const struct lesson lesson = {
    .number = 6,
    .title = "PAE",
    .pool_frames = 128,
    .pool_lowest = 0x400000,
};

/* A page was swapped out: its entry is not present and holds the place on the disk, in 63:1. */
static void leave_swap_slot(void)
{
    uint64_t *entry = entry_of(va_of(SWAP_VA), PG_PT);
    uint64_t high = exam_below(SWAP_DISKS), low = exam_below(SWAP_SLOTS);

    if (entry == NULL)
        return;
    *entry = BIT(37) | high << 32 | low << 1;
    print("     The entry of 0x%08x is not present and holds 0x%016llx.\n", va_of(SWAP_VA),
          (unsigned long long)*entry);
}

/* Between the two checkpoints a debugger looks at two entries after every instruction. */
static void step_slowly(void)
{
    leave_swap_slot();
    CHECKPOINT(slowly);
    portrait_allow(false); /* thousands of instructions, and each of them is stopped at */
    pae_map(&space, (va32_t){ va_of(SWAP_VA) }, (pa_t){ exam.note[SWAP_PA] }, PTE_RW);
    set_executable(&space, (va32_t){ va_of(LIVE_VA) }, true);
    CHECKPOINT(stepped);
    portrait_allow(true);
}

static void turn_paging_on(void)
{
    cpu_write_cr4(cpu_read_cr4() | CR4_PAE);
    cpu_write_msr(MSR_EFER, cpu_read_msr(MSR_EFER) | EFER_NXE);
    cpu_write_cr3(space.pdpt.value);
    cpu_write_cr0(cpu_read_cr0() | CR0_PG);
}

static void touch(const char *what, enum probe_kind kind, uint32_t va, uint32_t value)
{
    struct probe p = probe(kind, va, value);

    print("     %s 0x%08x: ", what, va);
    if (kind == PROBE_FETCH && !p.faulted)
        print("executed");
    else
        probe_print(&p);
    print("\n");
}

/* Every page is written and read; the first bytes of two of them are the instruction `ret`. */
static void touch_rows(void)
{
    struct probe seen = { .value = 0 };

    for (unsigned i = 0; i < rows; i++) {
        uint32_t value = (uint32_t)exam_next(), va = row[i].va + 8;
        (void)probe(PROBE_WRITE_4, va, value);
        seen = probe(PROBE_READ_4, va, 0);
        if (i % 4 == 3)
            print("     0x%08x -> 0x%09llx: wrote 0x%08x, read 0x%08x\n", va,
                  (unsigned long long)row[i].pa + 8, value, seen.value);
    }
    if (!boot_is_ram(FOUR_GIB, FOUR_GIB + ((uint64_t)HIGH_FRAMES << PAGE_SHIFT)))
        print("     This machine has no memory up there: the CPU goes there and finds nothing.\n");
    touch("execute code", PROBE_FETCH, va_of(CODE_VA), 0);
    touch("execute data", PROBE_FETCH, va_of(DATA_VA), 0);
}

/* No reload of CR3 by the staff from here on until `probe_keeps_tlb` is cleared again. */
static void change_rights(void)
{
    va32_t data = { va_of(DATA_VA) };

    set_executable(&space, data, true);
    CHECKPOINT(executable);
    probe_keeps_tlb = 1;
    touch("executable:    ", PROBE_FETCH, data.value, 0);
    set_executable(&space, data, false);
    touch("not executable:", PROBE_FETCH, data.value, 0);
    probe_keeps_tlb = 0;
    CHECKPOINT(data_again);
}

static void grow(void)
{
    probe_keeps_tlb = 1;
    map_or_end(va_of(NEW_VA), exam.note[NEW_PA], PTE_RW | PTE_XD);
    touch("write", PROBE_WRITE_4, va_of(NEW_VA) + 8, 0x600D600D);
    touch("read ", PROBE_READ_4, va_of(NEW_VA) + 8, 0);
    probe_keeps_tlb = 0;
    CHECKPOINT(grown);
}

static void run_on_tables(void)
{
    print("4  CR4.PAE, EFER.NXE, CR3, CR0.PG: your tables run the kernel.\n");
    require_kernel();
    turn_paging_on();
    CHECKPOINT(running);
    touch_rows();
    print("5  set_executable, and what the CPU remembers:\n");
    change_rights();
    print("6  A page in a GiB that had no PD yet:\n");
    grow();
}

void lesson_main(void)
{
    require_pae();
    exam.note[POOL_START] = frames_start();
    exam.note[POOL_END] = frames_end();
    CHECKPOINT(start);

    print("1  2|9|9|12. Entries of %u bytes; physical addresses of %u bits.\n",
          pg_geometry_pae.entry_bytes, physical_bits());
    build();
    CHECKPOINT(built);
    print("2  pae_translate is asked 1,024 times; 17 calls need the right word.\n");
    exam_group("translate");
    ask_all();
    exam_group("refusals");
    ask_for_refusals();
    CHECKPOINT(answers);
    print("3  pae_map and set_executable, one instruction at a time:\n");
    step_slowly();
    run_on_tables();
    print("7  XD in a PDE forbids 2 MiB at once:\n");
    show_upper_xd();
    print("8  Without EFER.NXE bit 63 is reserved:\n");
    show_without_nxe();
    print("9  A right in a PDPTE:\n");
    show_pdpte_rights();
    print("10 A PDPTE taken away, without and with a reload of CR3:\n");
    show_stale_pdpte();
    CHECKPOINT(end);
    print("11 More memory, and still 4 GiB of addresses: the next lesson widens those.\n");
}
