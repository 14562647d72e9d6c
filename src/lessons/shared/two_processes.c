/* The two processes of the first lessons: see two_processes.h. */
#include "lessons/shared/two_processes.h"

#include <stddef.h>

#include "core/bootinfo.h"
#include "core/machine.h"
#include "stage/exam.h"
#include "stage/lesson.h"
#include "stage/probe.h"

#define PAGE_BITS         12
#define VGA_PAGE          0xB8u
#define ROM_FRAME         0xFFFFFu
#define LABEL             0xFF0u /* where in its frame a label lies */
#define EXTRA_FIRST_PAGE  0x40000u
#define EXTRA_PAGES       0x80000u
#define EXTRA_FIRST_FRAME 0x1000u
#define EXTRA_FRAMES      0x1F000u

const struct process_rows process_1 = {
    .count = 6,
    .absent = 0x00003,
    .row = { { 0x00000, 0x00001 },
             { 0x00001, 0x00000 },
             { 0x00002, 0x00003 },
             { 0x00005, 107 },
             { 0x00006, 22 },
             { 0xFFFFF, 0x00005 } },
};

/* Frame 3 twice, at pages 3 and 4: the source of this example lists it at index 3 and translates
 * with page 4, so both are mapped. 0xFFFFF is the BIOS ROM at its own address. */
const struct process_rows process_2 = {
    .count = 5,
    .absent = 0x00002,
    .row = { { 0x00000, 0x0000A },
             { 0x00001, 0x12345 },
             { 0x00003, 0x00003 },
             { 0x00004, 0x00003 },
             { 0xFFFFF, ROM_FRAME } },
};

extern const uint8_t image_start[], image_end[];

static void require(const struct process_rows *process)
{
    for (unsigned i = 0; i < process->count; i++) {
        uint64_t start = (uint64_t)process->row[i].frame << PAGE_BITS;
        if (process->row[i].frame != ROM_FRAME && !boot_is_ram(start, start + 4096))
            refuse("Lesson %u needs the frame 0x%05x, and this machine has no free memory there.\n"
                   "Give it 512 MiB: leave MEM= away, or MEM=512.",
                   lesson.number, process->row[i].frame);
    }
}

void processes_require_frames(void)
{
    require(&process_1);
    require(&process_2);
}

static void label(const struct process_rows *process)
{
    for (unsigned i = 0; i < process->count; i++) {
        uint32_t frame = process->row[i].frame;
        if (frame != ROM_FRAME)
            *(volatile uint32_t *)phys_ptr(frame << PAGE_BITS | LABEL) = 0xF0000000u | frame;
    }
}

void processes_label_frames(void)
{
    label(&process_1);
    label(&process_2);
}

void map_kernel(map_function map, void *space, uint32_t first_pool_page, uint32_t end_pool_page)
{
    uint32_t first = (uint32_t)(uintptr_t)image_start >> PAGE_BITS;
    uint32_t end = (uint32_t)(uintptr_t)image_end >> PAGE_BITS;

    map(space, VGA_PAGE, VGA_PAGE);
    for (uint32_t page = first; page < end; page++)
        map(space, page, page);
    for (uint32_t page = first_pool_page; page < end_pool_page; page++)
        map(space, page, page);
}

void map_rows(map_function map, void *space, const struct process_rows *process)
{
    for (unsigned i = 0; i < process->count; i++) {
        map(space, process->row[i].page, process->row[i].frame);
        print("     page 0x%05x -> frame 0x%05x\n", process->row[i].page, process->row[i].frame);
    }
}

void map_extras(map_function map, void *space, uint32_t page[EXTRA_ROWS])
{
    uint32_t slice = EXTRA_PAGES / EXTRA_ROWS;

    for (uint32_t i = 0; i < EXTRA_ROWS; i++) {
        page[i] = EXTRA_FIRST_PAGE + i * slice + exam_below(slice);
        map(space, page[i], EXTRA_FIRST_FRAME + exam_below(EXTRA_FRAMES));
    }
}

static void show(const char *what, enum probe_kind kind, word_t va)
{
    struct probe p = probe(kind, va, 1);

    print("     %s 0x%08lx: ", what, va);
    probe_print(&p);
}

void visit(const struct process_rows *process)
{
    for (unsigned i = 0; i < process->count; i++) {
        show("read ", PROBE_READ_4, process->row[i].page << PAGE_BITS | LABEL);
        if (process->row[i].frame == ROM_FRAME)
            print("   wanted: the BIOS\n");
        else
            print("   wanted 0x%08x\n", 0xF0000000u | process->row[i].frame);
    }
    show("read ", PROBE_READ_4, process->absent << PAGE_BITS);
    print("   wanted #PF, error 0x0\n");
    show("write", PROBE_WRITE_4, process->absent << PAGE_BITS | 4u);
    print("   wanted #PF, error 0x2\n");
}

static uint32_t question(unsigned i)
{
    uint32_t page;

    if (i % 2 != 0)
        return (uint32_t)(exam_next() >> 32);
    page = exam_below(8) << PAGE_BITS;
    return page | exam_below(1u << PAGE_BITS);
}

void ask_translations(translate_function translate, void *space, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t va = question(i), pa = 0;
        enum result result = translate(space, va, &pa);
        exam_answer(va, result, pa);
    }
}

static void ask_with_null(translate_function translate, void *space, uint32_t va)
{
    volatile uint32_t *at_zero = phys_ptr(process_1.row[1].frame << PAGE_BITS); /* frame 0 */
    uint32_t before = *at_zero;

    *at_zero = UNTOUCHED;
    enum result result = translate(space, va, NULL);
    exam_answer(va, result, *at_zero);
    *at_zero = before;
}

void ask_without_place(translate_function translate, void *space, uint32_t mapped, uint32_t absent)
{
    uint32_t pa = UNTOUCHED;

    ask_with_null(translate, space, mapped);
    ask_with_null(translate, space, absent);
    enum result result = translate(space, absent, &pa);
    exam_answer(absent, result, pa);
}

static void show_translation(enum result result, uint32_t pa)
{
    if (result == DONE)
        print("    %08x", pa);
    else
        print("    %s", result == NOT_MAPPED ? "faults  " : "?       ");
}

void show_translations(translate_function translate, void *one, void *two)
{
    static const uint32_t shown[] = { 0x0001, 0x0002, 0x0003, 0x0FFF, 0x1000,    0x1001,
                                      0x1FFF, 0x2000, 0x3000, 0x4000, 0xFFFFF000 };

    print("     address     process 1   process 2\n");
    for (unsigned i = 0; i < sizeof shown / sizeof *shown; i++) {
        uint32_t pa_one = 0, pa_two = 0;
        enum result in_one = translate(one, shown[i], &pa_one);
        enum result in_two = translate(two, shown[i], &pa_two);
        print("     %08x", shown[i]);
        show_translation(in_one, pa_one);
        show_translation(in_two, pa_two);
        print("\n");
    }
}
