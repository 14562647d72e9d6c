/*
 * Lesson 2: two levels. Reads from lesson_main() upwards. The two processes of lesson 1, now for a
 * few KiB each; then ranges, refusals, and what happens when the frames run out.
 */
#include "work.h"

#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/memory.h"
#include "lessons/shared/two_processes.h"
#include "second_half.h"
#include "stage/checkpoint.h"
#include "stage/lesson.h"

#define QUESTIONS        2048u    /* to each process */
#define LONE_FIRST_PAGE  0x20000u /* where the lone page lies comes from the seed */
#define LONE_PAGES       0x10000u
#define LONE_FIRST_FRAME 0x00800u
#define LONE_FRAMES      0x10000u
#define FAR_VA           0x803FF000u /* in an empty part of the space */

const struct lesson lesson = {
    .number = 2,
    .title = "two levels",
    .pool_frames = 128,
    .pool_lowest = 0x400000,
};

static struct space one, two, lone;

static va32_t page_at(uint32_t page)
{
    return (va32_t){ page << PAGE_SHIFT };
}

static pa32_t frame_at(uint32_t frame)
{
    return (pa32_t){ frame << PAGE_SHIFT };
}

static void map_page(void *space, uint32_t page, uint32_t frame)
{
    lesson_needs(map(space, page_at(page), frame_at(frame), PTE_RW), MAP, "map");
}

static void new_space(struct space *space, enum note note)
{
    if (!frame_take(&space->directory))
        panic("no frame for a directory");
    memset(table_at(space->directory), 0, PAGE_SIZE);
    exam.note[note] = space->directory.value;
}

static void build(struct space *space, const struct process_rows *rows)
{
    unsigned before = frames_free();

    map_kernel(map_page, space, (uint32_t)(frames_start() >> PAGE_SHIFT),
               (uint32_t)(frames_end() >> PAGE_SHIFT));
    map_rows(map_page, space, rows);
    unsigned tables = before - frames_free();

    print("     CR3 = 0x%08x: these rows and the kernel take %u tables and the directory,\n"
          "     %u bytes where lesson 1 took 4194304\n",
          space->directory.value, tables, (tables + 1) * FRAME_BYTES);
}

/* One page alone in 4 GiB: a directory and one table. */
static void build_lone(void)
{
    unsigned before = frames_free();
    uint32_t page = LONE_FIRST_PAGE + exam_below(LONE_PAGES);

    map_page(&lone, page, LONE_FIRST_FRAME + exam_below(LONE_FRAMES));
    print("     one page, at 0x%08x: %u bytes of tables. Lesson 1 took 4194304.\n",
          page << PAGE_SHIFT, (before - frames_free() + 1) * FRAME_BYTES);
}

static enum result find(void *space, uint32_t va, uint32_t *pa)
{
    pa32_t found = { pa != NULL ? *pa : 0 };
    enum result result = translate(space, (va32_t){ va }, pa != NULL ? &found : NULL);

    lesson_needs(result, TRANSLATE, "translate");
    if (pa != NULL)
        *pa = found.value;
    return result;
}

/* What must be answered with the right word, and leave every table as it was. Where in the page an
 * unaligned address lies is drawn: nobody can know it by heart. */
static void ask_for_refusals(void)
{
    const uint32_t inside = 1 + exam_below(PAGE_SIZE - 1);
    const va32_t far = { FAR_VA }, page_7 = { 0x7000 | inside };
    const pa32_t frame = { 0x9000 };
    uint32_t untouched, *entry = &untouched;

    exam_answer(0x2000, map(&one, (va32_t){ 0x2000 }, frame, PTE_RW), 0);
    exam_answer(page_7.value, map(&one, page_7, frame, PTE_RW), 0);
    exam_answer(0x7000, map(&one, (va32_t){ 0x7000 }, (pa32_t){ 0x9000 | inside }, PTE_RW), 0);
    ask_without_place(find, &one, 0x2000, 0x3000);
    enum result result = walk(&lone, far, false, &entry);
    exam_answer(far.value, result, entry == &untouched);
    frames_limit(0);
    result = walk(&lone, far, true, &entry);
    exam_answer(far.value, result, entry == &untouched);
    exam_answer(far.value, map(&lone, far, frame, PTE_RW), 0);
    frames_unlimit();
}

static void load(const struct space *space)
{
    cpu_write_cr3(space->directory.value);
    cpu_write_cr0(cpu_read_cr0() | CR0_PG);
}

static void print_costs(void)
{
    print("     mapped          flat        dense tree   one page per 4 MiB\n");
    for (uint32_t pages = 1; pages <= 1024; pages *= 32)
        print("     %7u KiB  %8u  %12u  %12u\n", pages * 4, 4194304u,
              4096 + 4096 * ((pages + 1023) / 1024), 4096 + 4096 * pages);
}

static void run_both(void)
{
    print("5  Process 1 runs:\n");
    load(&one);
    CHECKPOINT(process_1);
    visit(&process_1);
    print("6  Process 2 runs:\n");
    load(&two);
    CHECKPOINT(process_2);
    visit(&process_2);
}

void lesson_main(void)
{
    uint32_t extra[EXTRA_ROWS];
    struct space scratch;

    processes_require_frames();
    processes_label_frames();
    exam.note[POOL_START] = frames_start();
    exam.note[POOL_END] = frames_end();
    new_space(&one, ROOT_1);
    new_space(&two, ROOT_2);
    new_space(&lone, ROOT_LONE);
    new_space(&scratch, ROOT_SCRATCH);
    CHECKPOINT(start);

    print("1  Process 1:\n");
    build(&one, &process_1);
    exam.note[TABLE_0] = *table_at(one.directory) & ~(FRAME_BYTES - 1);
    map_extras(map_page, &one, extra);
    print("2  Process 2:\n");
    build(&two, &process_2);
    print("3  What one page costs:\n");
    build_lone();
    CHECKPOINT(built);
    print("4  translate, the same addresses in both processes:\n");
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
    second_half(&scratch);
    CHECKPOINT(end);
    print("12 What tables cost, in bytes:\n");
    print_costs();
}
