/*
 * Lesson 10: guard pages. Reads from lesson_main() upwards. Two stacks and two buffers get guards
 * (objects.c); then everything runs over its end (overflow.c), and is asked about (questions.c).
 */
#include "parts.h"

#include "core/64/stack.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/traps/traps.h"
#include "stage/checkpoint.h"
#include "stage/exam.h"
#include "stage/lesson.h"
#include "stage/probe.h"

#define ARRAY_BYTES 24u
#define NEAR_FULL   128u /* bytes that a nearly full stack has left, at least */

const struct lesson lesson = {
    .number = 10,
    .title = "guard pages",
    .pool_frames = 64,
    .pool_lowest = 0x400000,
};

static __attribute__((aligned(16))) uint8_t fault_stack[8192];

/* ---- Touching ---- */

/* The first and last byte of a guard, and the bytes beside them. */
static void touch_guard(const char *whose, uint64_t guard)
{
    struct probe first, last;

    probe(PROBE_READ_1, guard - 1, 0);
    first = probe(PROBE_WRITE_1, guard, 0xEE);
    last = probe(PROBE_WRITE_1, guard + PAGE_SIZE - 1, 0xEE);
    probe(PROBE_READ_1, guard + PAGE_SIZE, 0);
    print("     %s: write 0x%lx: ", whose, guard);
    probe_print(&first);
    print("\n     %s: write 0x%lx: ", whose, guard + PAGE_SIZE - 1);
    probe_print(&last);
    print("\n");
}

static void touch_guards(void)
{
    for (unsigned i = 0; i < OBJECTS; i++) {
        touch_guard(object_name[i], exam.note[WORKER_GUARD + i]);
        if (i >= PACKET)
            touch_guard(object_name[i], place[i].high.value);
    }
}

/* An array on a guarded stack overflows upwards, away from the guard. */
static void overflow_upwards(uint64_t bytes)
{
    struct {
        volatile uint8_t name[16];
        volatile uint64_t balance;
    } local;
    volatile uint8_t *name = local.name;

    local.balance = 100;
    for (uint64_t i = 0; i < bytes; i++)
        name[i] = 'A';
    print("     %u bytes into an array of 16: no fault, and the balance beside it, 100, is "
          "now 0x%llx\n",
          (unsigned)bytes, (unsigned long long)local.balance);
}

static void prepare(void)
{
    fill_heap();
    exam.note[FREE_START] = exam.note[FREE_NOW] = frames_free();
    exam.note[FAULT_TOP] = (uintptr_t)(fault_stack + sizeof fault_stack);
    exam.note[DOUBLE_TOP] = tss.ist[0];
    overflow_init();
}

/* Between two checkpoints: how the frames and the heap fare. */
static void count(void)
{
    exam.note[FREE_NOW] = frames_free();
    exam.note[HEAP_CHANGED] = changed_words();
}

static void give_faults_a_stack(void)
{
    va_t top = { exam.note[FAULT_TOP] };

    exam_group("install_refusal");
    exam_answer(top.value + 8, install_fault_stack(&tss, idt, (va_t){ top.value + 8 }), 0);
    lesson_needs(install_fault_stack(&tss, idt, top), INSTALL, "install_fault_stack");
}

/* A stack with a little room left, and a function with a big frame. */
static va_t nearly_full(void)
{
    return (va_t){ place[WORKER].low.value + NEAR_FULL + 16 * (uint64_t)exam_below(48) };
}

static void jump(va_t top)
{
    stack_call(top.value, big_frame, 0x5A5A5A5A);
    exam.note[JUMP_CHANGED] = changed_words() - exam.note[HEAP_CHANGED];
    print("     It wrote to 0x%lx, below the guard. No fault; heap words changed: %llu\n",
          top.value - 8 - BIG_FRAME, (unsigned long long)exam.note[JUMP_CHANGED]);
}

/* Where the recursion gives up, should no guard stop it. */
static uint64_t dive_floor(void)
{
    return place[WORKER].low.value - 2 * PAGE_SIZE;
}

static void make_objects(void)
{
    print("2  Two stacks, with nothing below them:\n");
    exam_group("stacks");
    take_stacks();
    count();
    print("     they took %llu frames: one a page, one table; none for a guard\n",
          (unsigned long long)(exam.note[FREE_START] - exam.note[FREE_NOW]));
    CHECKPOINT(stacks);
    print("3  Fourteen calls that must be refused and leave no trace.\n");
    ask_for_refusals();
    count();
    CHECKPOINT(refused);
    print("4  Two buffers from the heap, each between two guards:\n");
    exam_group("buffers");
    take_buffers();
    count();
    CHECKPOINT(buffers);
    print("5  The first and the last byte of every guard:\n");
    touch_guards();
}

static void run_over(void)
{
    print("6  The worker calls itself without end; page faults have no stack of their own:\n");
    overflow_run(STOP_DOUBLE_FAULT, place[WORKER].high, dive, dive_floor());
    print("7  install_fault_stack: page faults come on IST%u from now on.\n", FAULT_STACK_IST);
    give_faults_a_stack();
    CHECKPOINT(fault_stack);
    print("8  The same again:\n");
    overflow_run(STOP_GUARD_HIT, place[WORKER].high, dive, dive_floor());
    print("9  A loop fills the packet and does not stop at its end:\n");
    overflow_run(STOP_GUARD_HIT, place[LOGGER].high, fill, place[PACKET].low.value);
    count();
}

static void get_around(void)
{
    va_t top = nearly_full();

    exam.note[JUMP_FROM] = top.value;
    print("10 A guard is not magic. Arrays grow upwards, also on a stack:\n");
    stack_call(place[LOGGER].high.value, overflow_upwards, ARRAY_BYTES);
    print("11 A function with a frame of 0x%x bytes steps over the guard:\n", BIG_FRAME);
    jump(top);
    CHECKPOINT(jumped);
    print("12 The same frame, with every page touched on the way down (stack probes):\n");
    overflow_run(STOP_GUARD_HIT, top, big_frame_probed, 0x5A5A5A5A);
}

void lesson_main(void)
{
    prepare();
    print("1  The heap: 2 MiB at 0x%lx by one large page.\n"
          "   The area, right above it, up to 0x%lx: addresses only.\n",
          HEAP_START, AREA_START + AREA_BYTES);
    CHECKPOINT(start);
    make_objects();
    run_over();
    get_around();
    print("13 Whose guard is it? is_guard_hit is asked about the edges of others' guards.\n");
    ask_whose_guard();
    CHECKPOINT(end);
}
