/*
 * Lesson 5: large pages. Reads from lesson_main() upwards. One directory of 1,024 large pages maps
 * all 4 GiB, and the kernel runs in it; pages become small and large again under its feet
 * (small_again.c), and the bits of an entry are tried one by one (bits.c).
 */
#include "parts.h"

#include "core/bootinfo.h"
#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "stage/checkpoint.h"
#include "stage/lesson.h"
#include "stage/probe.h"

#define WORDS     16u
#define UNTOUCHED 0x5AFE0000u /* what must still stand where a call was to write nothing */
#define EDX_PSE   (1u << 3)   /* SDM 2A, "CPUID", leaf 1 */
#define EDX_PSE36 (1u << 17)

const struct lesson lesson = {
    .number = 5,
    .title = "large pages",
    .pool_frames = 64,
    .pool_lowest = 0x400000,
};

/* Paging is off: a function that wrote to *NULL all the same would hit the word at address 0. */
static void ask_with_null(va32_t va)
{
    volatile uint32_t *at_zero = table_at((pa32_t){ large_page(0).value });
    uint32_t before = *at_zero;

    *at_zero = UNTOUCHED;
    enum result result = translate(&user.space, va, NULL);
    exam_answer(va.value, result, 0);
    exam_answer(va.value, DONE, *at_zero);
    *at_zero = before;
}

/* What must be answered with the right word, and leave every table as it was. */
static void ask_for_refusals(void)
{
    static const uint64_t bad_frame[] = { 0x1000, 0x2000, 0x100000, 0x200000, BIT(40) };
    const va32_t free = large_page(4), taken = user.page[exam_below(DRAWN_ROWS)];
    const pa_t frame = { (uint64_t)LARGE_BYTES * MIXED_FIRST };

    exam_group("refusals");
    for (unsigned i = 0; i < sizeof bad_frame / sizeof *bad_frame; i++) {
        pa_t bad = { frame.value + bad_frame[i] };
        exam_answer(bad.value, map_large(&user.space, free, bad, 0), 0);
    }
    va32_t inside = { free.value + (LARGE_BYTES >> 1) };
    exam_answer(inside.value, map_large(&user.space, inside, frame, 0), 0);
    inside.value = free.value + 1 + exam_below(LARGE_BYTES - 1); /* nobody knows it by heart */
    exam_answer(inside.value, map_large(&user.space, inside, frame, 0), 0);
    exam_answer(taken.value, map_large(&user.space, taken, frame, 0), 0);
    ask_with_null(taken);
    ask_with_null(free);
    pa_t pa = { UNTOUCHED };
    enum result result = translate(&user.space, free, &pa);
    exam_answer(free.value, result, pa.value);
}

static void touch_memory(void)
{
    const uint32_t first = WORDS_FIRST * LARGE_BYTES, end = MIXED_FIRST * LARGE_BYTES;

    for (unsigned i = 0; i < WORDS; i++) {
        uint32_t va = first + (exam_below(end - first) & ~3u);
        (void)probe(i % 2 ? PROBE_WRITE_4 : PROBE_READ_4, va, (uint32_t)exam_next());
    }
    struct probe rom = probe(PROBE_READ_4, 0xFFFFFFF0, 0);
    print("     %u words read and written; the BIOS at 0xfffffff0 reads 0x%08x\n", WORDS,
          rom.value);
}

static void check_machine(void)
{
    uint32_t has = cpu_id(1).edx;

    if (!(has & EDX_PSE) || !(has & EDX_PSE36))
        refuse("Lesson 5 needs a CPU with pages of 4 MiB (PSE and PSE-36).\n"
               "Choose one that has them: leave CPU= away, or CPU=max under QEMU.");
    if (!boot_ram_has(WORDS_FIRST * LARGE_BYTES, EXPERIMENTS_END * LARGE_BYTES))
        refuse("Lesson 5 needs the memory from 16 to %u MiB, and this machine has it not free.\n"
               "Give it 512 MiB: leave MEM= away, or MEM=512.",
               EXPERIMENTS_END * 4);
}

/* Large pages alone: what they cost, and what runs in them. */
static void first_half(void)
{
    new_space(&all, ROOT_ALL);
    new_space(&far_away, ROOT_FAR);
    new_space(&user.space, ROOT_USER);
    new_space(&own.space, ROOT_OWN);
    new_space(&crowd, ROOT_CROWD);
    CHECKPOINT(start);

    print_reckoning();
    map_everything();
    map_far();
    map_drawn(&user, PTE_US | PTE_PCD);
    map_drawn(&own, PTE_RW | PTE_PAT | PTE_PWT | BIT(10) | PTE_D);
    map_crowd();
    CHECKPOINT(built);
    print("4  Eleven calls, of which eight must be refused and leave no trace.\n");
    ask_for_refusals();
    CHECKPOINT(refused);
    print("5  switch_on: the kernel runs in 1,024 large pages.\n");
    lesson_needs(switch_on(all.directory), SWITCH_ON, "switch_on");
    CHECKPOINT(on);
    touch_memory();
}

/* Pages become small and large again, and the entries' bits are tried. */
static void second_half(void)
{
    exam.note[FREE_BEFORE] = frames_free();
    print("7  Pages that nobody uses are split:\n");
    split_drawn(&user);
    split_drawn(&own);
    CHECKPOINT(split);
    require_sound_splits(&user);
    require_sound_splits(&own);
    split_kernel();
    exam.note[FREE_NOW] = frames_free();
    CHECKPOINT(live);
    write_letter();
    cpu_write_cr4(cpu_read_cr4() & ~(unsigned long)CR4_PSE);
    CHECKPOINT(without_pse);
    read_letter();
    cpu_write_cr4(cpu_read_cr4() | CR4_PSE);

    build_odd();
    one_bit_more();
    CHECKPOINT(low_bits);
    read_bits();
    print("13 Calls about pages that cannot be one, or not be split: no trace of them, either.\n");
    exam_group("alike");
    ask_odd();
    exam.note[FREE_NOW] = frames_free();
    CHECKPOINT(alike);
    print("14 Joined again:\n");
    join_drawn(&user);
    join_drawn(&own);
    join_narrow();
    exam.note[FREE_NOW] = frames_free();
    CHECKPOINT(joined);
}

void lesson_main(void)
{
    check_machine();
    first_half();
    build_mixed();
    CHECKPOINT(mixed);
    print("6  translate is asked 1,024 times, with CR4.PSE and without.\n");
    exam_group("translate_on");
    ask_mixed(true);
    exam_group("translate_off");
    ask_mixed(false);
    CHECKPOINT(asked);
    second_half();
    print_reach();
    CHECKPOINT(end);
}
