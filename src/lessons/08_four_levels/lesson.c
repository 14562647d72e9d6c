/*
 * Lesson 8: four levels. Reads from lesson_main() upwards. Pages as far apart as they can be
 * (rows.c), what must be refused and what must not get lost (trouble.c), and then the frames that
 * all this is made of (memory_half.c).
 */
#include "parts.h"

#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "stage/checkpoint.h"
#include "stage/exam.h"
#include "stage/lesson.h"
#include "stage/probe.h"

#define FLAT_GIB  512u /* 2^36 entries of eight bytes */
#define TABLE_KIB 4u

const struct lesson lesson = {
    .number = 8,
    .title = "four levels",
    .pool_frames = 256,
    .pool_lowest = 0x400000,
};

static void need_execute_disable(void)
{
    if (!(cpu_read_msr(MSR_EFER) & EFER_NXE))
        refuse("This lesson sets bit 63 of an entry, and this CPU has no execute-disable.\n"
               "Choose another: CPU=max (QEMU), CPU=corei7_icelake_u (Bochs).");
}

static void count(void)
{
    exam.note[FREE_NOW] = frames_free();
}

static void print_cost(void)
{
    unsigned tables = (unsigned)(exam.note[FREE_START] - exam.note[FREE_NOW]);

    print("     %u pages all over 256 TiB: %u tables, %u KiB. One flat table: %u GiB.\n",
          RANDOM_ROWS + MIDDLE_ROWS, tables, tables * TABLE_KIB, FLAT_GIB);
}

static void touch(enum probe_kind kind, const char *what, va_t va, uint32_t value)
{
    struct probe p = probe(kind, va.value, value);

    print("     %s 0x%016lx: ", what, va.value);
    probe_print(&p);
    print("\n");
}

/* The CPU's own walks: the same entries, and the rights of all four. */
static void touch_group(void)
{
    const va_t group = { exam.note[GROUP] };

    touch(PROBE_READ_4, "read ", group, 0);
    touch(PROBE_WRITE_4, "write", group, 1);
    touch(PROBE_FETCH, "fetch", group, 0);
    touch(PROBE_WRITE_4, "write", plus(group, PAGE_SIZE + 0xFF8), 0x11111111);
    touch(PROBE_READ_4, "read ", plus(group, PAGE_SIZE + 0xFF8), 0);
    touch(PROBE_WRITE_4, "write", plus(group, LARGE_BYTES + 0x10), 0x22222222);
    touch(PROBE_WRITE_4, "write", plus(group, GIB + 0x20), 0x33333333);
    touch(PROBE_READ_4, "read ", plus(group, 2 * PAGE_SIZE), 0);
    touch(PROBE_READ_4, "read ", va_of(UNUSED_PML4, 0, 0, 0), 0);
}

static void first_maps(void)
{
    print("1  %u pages, as far apart as they can be. An address is four indices of nine bits,\n"
          "   which are three octal digits each:\n",
          RANDOM_ROWS + MIDDLE_ROWS);
    map_rows();
    count();
    print_cost();
    CHECKPOINT(mapped);
    print("2  translate is asked 1024 times, also about two large pages.\n");
    exam_group("translate");
    ask_translate();
    CHECKPOINT(asked);
}

static void what_must_not_happen(void)
{
    print("4  Twenty calls; all but the last must be refused and leave no trace.\n");
    exam_group("refusals");
    ask_for_refusals();
    count();
    CHECKPOINT(refused);
    print("5  One, two, three tables are missing; frames are left for all, then for fewer.\n");
    exam_group("came_back");
    come_and_go();
    count();
    CHECKPOINT(came_back);
    exam_group("short_of_frames");
    run_short();
    count();
    CHECKPOINT(run_short);
}

static void away_again(void)
{
    print("6  Every third of the random pages is unmapped:\n");
    exam_group("unmapped");
    unmap_rows(true);
    count();
    print("     %llu of the tables are left\n",
          (unsigned long long)(exam.note[FREE_START] - exam.note[FREE_NOW]));
    print("7  All the others are:\n");
    unmap_rows(false);
    unmap_middle();
    count();
    print("     %llu of the tables are left\n",
          (unsigned long long)(exam.note[FREE_START] - exam.note[FREE_NOW]));
    CHECKPOINT(emptied);
}

void lesson_main(void)
{
    uint64_t staff_root = cpu_read_cr3();

    need_execute_disable();
    make_space_one();
    CHECKPOINT(start);

    draw_rows();
    plant_large_pages();
    exam.note[FREE_START] = frames_free();
    first_maps();
    print("3  CR3 is loaded with this space, and the CPU walks it:\n");
    cpu_write_cr3(one.pml4.value);
    CHECKPOINT(running);
    touch_group();
    what_must_not_happen();
    away_again();
    cpu_write_cr3(staff_root);
    print("8  800 maps and unmaps in another space, which no CPU uses.\n");
    run_cycles();
    CHECKPOINT(cycled);
    memory_half();
}
