/*
 * Lesson 3: rights and faults. Reads from lesson_main() upwards. First half: 512 accesses are
 * predicted, then made (matrix.c). Second half: a process touches what is not there, and its faults
 * are repaired or refused (faults.c).
 */
#include "parts.h"

#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/traps/traps.h"
#include "stage/checkpoint.h"
#include "stage/lesson.h"
#include "stage/user32.h"

const struct lesson lesson = {
    .number = 3,
    .title = "rights and faults",
    .pool_frames = 128,
    .pool_lowest = 0x400000,
};

static void load(uint32_t directory)
{
    cpu_write_cr3(directory);
    cpu_write_cr0(cpu_read_cr0() | CR0_PG);
}

static void set_wp(bool on)
{
    unsigned long cr0 = cpu_read_cr0();

    cpu_write_cr0(on ? cr0 | CR0_WP : cr0 & ~(unsigned long)CR0_WP);
}

static void first_half(void)
{
    print("1  A space with 64 pages: 8 directory entries, each combination of P, W, U,\n"
          "   name one table with 8 entries, the same combinations. CR3 = 0x%08x\n",
          (uint32_t)exam.note[MATRIX_ROOT]);
    load((uint32_t)exam.note[MATRIX_ROOT]);
    CHECKPOINT(built);
    print("2  effective_rights and predict are asked about them:\n");
    matrix_ask();
    CHECKPOINT(wp_on);
    print("3  The CPU reads and writes every page, in ring 0 and in ring 3, ...\n");
    matrix_try(true);
    set_wp(false);
    CHECKPOINT(wp_off);
    print("   ... and all of it once more with CR0.WP clear:\n");
    matrix_try(false);
    set_wp(true);
    matrix_print();
    matrix_compare();
    CHECKPOINT(tlb_hit);
    print("4  Rights are checked on TLB hits, too. A kernel's read-only page, translated once:\n");
    matrix_try_hits();
}

static void second_half(void)
{
    load((uint32_t)exam.note[PROCESS_ROOT]);
    CHECKPOINT(areas);
    print("6  It touches pages, and on_page_fault decides:\n");
    faults_run();
    exam.note[FREE_NOW] = frames_free();
    CHECKPOINT(repaired);
    print("7  The same with too few frames:\n");
    faults_run_short();
    exam.note[FREE_NOW] = frames_free();
    CHECKPOINT(end);
}

void lesson_main(void)
{
    user_init();
    exam.note[ENTRY_TOP] = tss.esp0;
    exam.note[POOL_START] = frames_start();
    exam.note[POOL_END] = frames_end();
    exam.note[MATRIX_ROOT] = new_space();
    exam.note[PROCESS_ROOT] = new_space();
    CHECKPOINT(start);
    matrix_build((uint32_t)exam.note[MATRIX_ROOT]);
    first_half();
    print("5  A process, and what it may touch:\n");
    faults_build((uint32_t)exam.note[PROCESS_ROOT]);
    second_half();
}
