/*
 * Lesson 7: into long mode. Reads from lesson_main() upwards. The learner builds the tables in C
 * and makes the switch in NASM. Then 64-bit code of the staff passes the checkpoint long_mode and
 * comes back here; the rest is told in compatibility mode.
 */
#include "work.h"

#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "paging/geometry.h"
#include "stage/checkpoint.h"
#include "stage/landing.h"
#include "stage/lesson.h"
#include "stage/probe.h"

#define FOUR_GIB   BIT(32)
#define TABLES     6u
#define OLD_FRAMES 64u     /* at most so many are in use before the learner gets any */
#define UNTOUCHED  0x5EA1u /* what a refused call must leave in place */
#define PROBES     8u
#define PROBE_FROM 0x10000000u /* seeded probes: in RAM, above image and pool */
#define PROBE_SPAN 0x08000000u

enum { BUILD_IDENTITY_MAP, ENTER_LONG_MODE }; /* as in work.h */
enum note { PML4, FREE_BEFORE, FREE_AFTER };

const struct lesson lesson = {
    .number = 7, .title = "into long mode", .pool_frames = 128, .pool_lowest = 0x400000
};

extern const uint8_t image_start[];

/* What somebody's page tables left in memory: a frame that still maps a large page. */
static const __attribute__((aligned(4096))) uint64_t old_table[TABLE_ENTRIES] = {
    [7] = BIT(30) | PTE_P | PTE_RW | PTE_PS,
};

/* Frames come with old table entries in them, as they do on a machine that has run for a while. */
bool frame_take(pa32_t *frame)
{
    uint64_t taken = frames_take();

    if (taken == FRAME_NONE)
        return false;
    frame->value = (uint32_t)taken;
    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        table_at(*frame)[i] = (uintptr_t)old_table | PTE_P | PTE_RW;
    return true;
}

uint64_t *table_at(pa32_t frame)
{
    return phys_ptr(frame.value);
}

static void tell_the_cost(void)
{
    uint32_t large = (uint32_t)(FOUR_GIB >> pg_geometry_4.level[PG_PD].shift);
    uint32_t directories = (uint32_t)(FOUR_GIB >> pg_geometry_4.level[PG_PDPT].shift);

    print("1  Four levels, 9|9|9|9|12. 4 GiB are %u pages of 2 MiB: %u PDs, a PDPT, a PML4.\n"
          "   %u tables, %u bytes; with pages of 4 KiB it would be %u bytes.\n",
          large, directories, directories + 2, (directories + 2) * FRAME_BYTES,
          (directories + 2 + large) * FRAME_BYTES);
}

/* In earnest, on frames that others have used before; then short of frames at each of the six. */
static pa32_t build(void)
{
    pa32_t pml4 = { 0 }, kept = { UNTOUCHED };

    for (unsigned used = exam_below(OLD_FRAMES); used > 0; used--)
        (void)frames_take();
    exam.note[FREE_BEFORE] = frames_free();
    exam_group("build_identity_map");
    enum result result = build_identity_map(&pml4);
    lesson_needs(result, BUILD_IDENTITY_MAP, "build_identity_map");
    exam_answer(TABLES, result, 0);
    exam.note[FREE_AFTER] = frames_free();
    exam.note[PML4] = pml4.value;
    print("2  build_identity_map answers %u (DONE is 0): PML4 at 0x%08x.\n", result, pml4.value);
    print("3  With 0 to 5 frames left it answers (OUT_OF_FRAMES is %u):", OUT_OF_FRAMES);
    for (unsigned left = 0; left < TABLES; left++) {
        frames_limit(left);
        result = build_identity_map(&kept);
        exam_answer(left, result, kept.value);
        print(left + 1 < TABLES ? " %u" : " %u\n", result);
    }
    frames_unlimit();
    return pml4;
}

/* The path of the code that is about to turn paging on, which is still off. */
static void tell_the_path(pa32_t pml4)
{
    uint64_t table = pml4.value, va = (uintptr_t)image_start;

    print("4  The code lies at 0x%08x. Its path:\n", (uint32_t)va);
    for (unsigned level = PG_PML4; level >= PG_PD && table < FOUR_GIB; level--) {
        const struct pg_level *l = &pg_geometry_4.level[level];
        uint32_t index = (uint32_t)(va >> l->shift) & (TABLE_ENTRIES - 1);
        uint64_t entry = table_at((pa32_t){ (uint32_t)table })[index];
        print("     %s[%u] at 0x%08x = 0x%016llx\n", l->entry, index, (uint32_t)table + index * 8,
              (unsigned long long)entry);
        table = entry & l->table_mask;
    }
}

static void tell_the_registers(void)
{
    print("     CR0 = 0x%08lx  CR3 = 0x%08lx  CR4 = 0x%08lx  EFER = 0x%08x\n", cpu_read_cr0(),
          cpu_read_cr3(), cpu_read_cr4(), (uint32_t)cpu_read_msr(MSR_EFER));
}

/* The function came back, or its jump arrived elsewhere than in 64-bit mode: what is missing? */
static _Noreturn void tell_what_is_missing(enum landing landing, enum result answer)
{
    uint64_t efer = cpu_read_msr(MSR_EFER);

    if (landing == LANDING_RETURNED)
        print("\nenter_long_mode() returned %u instead of jumping to its entry.\n", answer);
    else
        print("\nThe jump arrived, but the CPU does not execute 64-bit code there.\n");
    tell_the_registers();
    if (efer & EFER_LMA)
        print("Long mode is active (EFER.LMA), but CS is no 64-bit segment: no far jump.\n");
    if (!(cpu_read_cr0() & CR0_PG))
        print("CR0.PG is clear: paging was not turned on, or the CPU refused to.\n");
    if (!(cpu_read_cr4() & CR4_PAE))
        print("CR4.PAE is clear: long mode needs eight-byte entries.\n");
    if (!(efer & EFER_LME))
        print("EFER.LME is clear: paging alone leads to the 32-bit modes.\n");
    machine_stop(END_TODO);
}

static void enter(pa32_t pml4)
{
    enum result answer = DONE;
    enum landing landing = landing_cross(enter_long_mode, pml4, &answer);

    lesson_needs(answer, ENTER_LONG_MODE, "enter_long_mode");
    if (landing != LANDING_64)
        tell_what_is_missing(landing, answer);
    print("6  64-bit code has run, and came back to this C in compatibility mode:\n");
    tell_the_registers();
    print("     0xffffffff * 0xffffffff = 0x%016llx in one register; r8 = 0x%016llx;\n"
          "     an instruction found itself at 0x%llx, relative to RIP.\n",
          (unsigned long long)landing_facts.product, (unsigned long long)landing_facts.r8,
          (unsigned long long)landing_facts.ip);
}

/* 32-bit pointers in the new space, to addresses that only the seed knows. */
static void touch_memory(void)
{
    print("7  This C goes on as before, here with %u words through your tables.\n", PROBES);
    for (unsigned i = 0; i < PROBES; i++) {
        uint32_t va = PROBE_FROM + (exam_below(PROBE_SPAN) & ~3u);
        (void)probe(i % 2 ? PROBE_WRITE_4 : PROBE_READ_4, va, (uint32_t)exam_next());
    }
}

static void look_at(uint64_t va)
{
    struct landing_look look = { .va = va };
    landing_read(&look);
    print("     64-bit code reads 0x%016llx: ", (unsigned long long)va);
    if (look.faulted)
        print("#PF, CR2 = 0x%016llx\n", (unsigned long long)look.cr2);
    else
        print("0x%08x\n", look.value);
}

void lesson_main(void)
{
    if (!landing_is_possible())
        refuse("Lesson 7 goes into long mode, and this CPU has none.\n"
               "Choose a CPU that has it: leave CPU= away, or CPU=max under QEMU.");
    landing_init();
    CHECKPOINT(start);

    tell_the_cost();
    pa32_t pml4 = build();
    CHECKPOINT(built);

    tell_the_path(pml4);
    landing_warn(pml4);
    print("5  Before the switch:\n");
    tell_the_registers();
    CHECKPOINT(enter);
    enter(pml4);

    touch_memory();
    print("8  The last word of 4 GiB is the BIOS's. Only a 64-bit pointer goes further:\n");
    look_at(FOUR_GIB - 4);
    look_at(FOUR_GIB);
    look_at(BIT(39));
    CHECKPOINT(end);
    print("9  EFER.LMA = 1 and CS.L = 0: this 32-bit C runs under 64-bit page tables.\n");
}
