/*
 * Lesson 1: one flat table. Reads from lesson_main() upwards.
 *
 * Two processes, each with an array of 2^20 entries. The x86 has no paging mode that walks such an
 * array with 4 KiB pages, so the staff gives each process a fixed directory whose 1,024 entries
 * point at the 1,024 consecutive 4 KiB slices of the array: the MMU really does walk the learner's
 * array.
 */
#include "work.h"

#include "core/machine.h"
#include "lessons/shared/two_processes.h"
#include "stage/checkpoint.h"
#include "stage/lesson.h"
#include "stage/probe.h"

#define SLICES    1024u
#define QUESTIONS 128u /* to each process */
#define EXTRA_CUT 4u   /* every fourth extra page is unmapped again */

enum { FLAT_MAP, FLAT_UNMAP, FLAT_TRANSLATE, SWITCH_TO }; /* as in work.h */

const struct lesson lesson = {
    .number = 1,
    .title = "one flat table",
    .pool_frames = 16,
    .pool_lowest = 0x1000000,
};

__attribute__((aligned(4096))) uint32_t flat_table_1[FLAT_ENTRIES];
__attribute__((aligned(4096))) uint32_t flat_table_2[FLAT_ENTRIES];
__attribute__((aligned(4096))) uint32_t directory_1[SLICES];
__attribute__((aligned(4096))) uint32_t directory_2[SLICES];

static struct process one = { flat_table_1, { 0 } }, two = { flat_table_2, { 0 } };

static void map_page(void *process, uint32_t page, uint32_t frame)
{
    enum result result =
        flat_map(process, (va32_t){ page << PAGE_SHIFT }, (pa32_t){ frame << PAGE_SHIFT }, PTE_RW);

    lesson_needs(result, FLAT_MAP, "flat_map");
}

/* The slices of the array become what a directory of lesson 2 points to. */
static void build_directory(struct process *process, uint32_t *directory)
{
    for (uint32_t i = 0; i < SLICES; i++)
        directory[i] = (uint32_t)&process->table[i * SLICES] | PTE_P | PTE_RW;
    process->directory.value = (uint32_t)directory;
}

static void build(struct process *process, const struct process_rows *rows)
{
    print("     CR3 = 0x%08x, table at 0x%08x\n", process->directory.value,
          (uint32_t)process->table);
    map_kernel(map_page, process, 0, 0);
    map_rows(map_page, process, rows);
}

static void cut_extras(struct process *process, const uint32_t page[EXTRA_ROWS])
{
    for (unsigned i = EXTRA_CUT - 1; i < EXTRA_ROWS; i += EXTRA_CUT) {
        va32_t va = { page[i] << PAGE_SHIFT };
        lesson_needs(flat_unmap(process, va), FLAT_UNMAP, "flat_unmap");
    }
}

static enum result find(void *process, uint32_t va, uint32_t *pa)
{
    pa32_t found = { pa != NULL ? *pa : 0 };
    enum result result = flat_translate(process, (va32_t){ va }, pa != NULL ? &found : NULL);

    lesson_needs(result, FLAT_TRANSLATE, "flat_translate");
    if (pa != NULL)
        *pa = found.value;
    return result;
}

/* Calls that must be answered with the right word, and leave everything as it was. Where in the
 * page an unaligned address lies is drawn: nobody can know it by heart. */
static void ask_for_refusals(void)
{
    const pa32_t frame = { 0x9000 };
    const uint32_t inside = 1 + exam_below(PAGE_SIZE - 1);
    const va32_t page_8 = { 0x8000 | inside }, page_2 = { 0x2000 | inside };
    struct process crooked = { flat_table_1, { (uint32_t)directory_1 + 8 } };

    exam_answer(0x2000, flat_map(&one, (va32_t){ 0x2000 }, frame, PTE_RW), 0);
    exam_answer(page_8.value, flat_map(&one, page_8, frame, PTE_RW), 0);
    exam_answer(0x7000, flat_map(&two, (va32_t){ 0x7000 }, (pa32_t){ 0x9000 | inside }, PTE_RW), 0);
    exam_answer(0x7000, flat_unmap(&one, (va32_t){ 0x7000 }), 0);
    exam_answer(page_2.value, flat_unmap(&one, page_2), 0);
    ask_without_place(find, &one, 0x2000, 0x3000);
    exam_answer(crooked.directory.value, switch_to(&crooked), 0);
}

static uint32_t at(enum probe_kind kind, word_t va, uint32_t value)
{
    return probe(kind, va, value).value;
}

static void run_both(void)
{
    print("5  Process 1 runs. Every frame holds its own number, so a read tells where it went:\n");
    lesson_needs(switch_to(&one), SWITCH_TO, "switch_to");
    CHECKPOINT(process_1);
    visit(&process_1);
    print("     write 0x00002010: 0xcafe0001\n");
    at(PROBE_WRITE_4, 0x2010, 0xCAFE0001);

    print("6  Process 2 runs. The same address is a different byte, by CR3 alone:\n");
    switch_to(&two);
    CHECKPOINT(process_2);
    visit(&process_2);
    print("7  What process 1 wrote through page 2, process 2 reads through page 4 (frame 3):\n");
    print("     read  0x00004010: 0x%08x   wanted 0xcafe0001\n", at(PROBE_READ_4, 0x4010, 0));
}

void lesson_main(void)
{
    uint32_t extra[EXTRA_ROWS], bytes = sizeof flat_table_1;

    processes_require_frames();
    processes_label_frames();
    build_directory(&one, directory_1);
    build_directory(&two, directory_2);
    CHECKPOINT(start);

    print("1  A table has %u entries of 4 bytes: %u bytes for each process, used or not.\n",
          FLAT_ENTRIES, bytes);
    print("2  Process 1:\n");
    build(&one, &process_1);
    map_extras(map_page, &one, extra);
    print("3  Process 2:\n");
    build(&two, &process_2);
    cut_extras(&one, extra);
    CHECKPOINT(built);

    print("4  flat_translate, the same addresses in both processes:\n");
    show_translations(find, &one, &two);
    print("     It is asked %u more for each; nine calls need the right refusal.\n", QUESTIONS);
    exam_group("translate_1");
    ask_translations(find, &one, QUESTIONS);
    exam_group("translate_2");
    ask_translations(find, &two, QUESTIONS);
    exam_group("refusals");
    ask_for_refusals();
    CHECKPOINT(answers);

    run_both();
    CHECKPOINT(end);
    print("8  One table costs %u MiB; 244 processes cost %u bytes, about 1 GB, for tables alone.\n",
          bytes >> 20, 244 * bytes);
}
