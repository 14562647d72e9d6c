/*
 * Lesson 11: the kernel's map. Reads from lesson_main() upwards. A plan of the whole space is made
 * (regions_drawn.c), the learner builds it, it is looked at (survey.c), loaded, and lived in.
 */
#include "parts.h"

#include "arch.h"
#include "core/64/stack.h"
#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/traps/traps.h"
#include "show/screen.h"
#include "stage/checkpoint.h"
#include "stage/exam.h"
#include "stage/lesson.h"
#include "stage/probe.h"

const struct lesson lesson = {
    .number = 11,
    .title = "the kernel's map",
    .pool_frames = 640,
    .pool_lowest = 0x400000,
};

static const uint32_t constant = 0xC0115; /* read-only data */
static volatile uint32_t scratch;         /* writable data */
static const char *const verb[] = { "read", "read", "write", "write", "execute" };

/* Code that can be called without harm. */
static __attribute__((noinline)) void nothing(void)
{
}

/* ---- Touching ---- */

static void touch_with(enum probe_kind kind, uint64_t va, uint32_t value, const char *what)
{
    struct probe p = probe(kind, va, value);

    print("     %7s 0x%016lx %s: ", verb[kind], va, what);
    if (p.faulted)
        print("#PF, error 0x%x\n", p.error);
    else if (kind <= PROBE_READ_4)
        print("0x%x\n", p.value);
    else
        print("done\n");
}

static void touch(enum probe_kind kind, uint64_t va, const char *what)
{
    touch_with(kind, va, 0x5EED, what);
}

/* Writes what is there already: where the write succeeds, the lesson goes on unharmed. */
static void rewrite(enum probe_kind kind, uint64_t va, const char *what)
{
    touch_with(kind, va, kind == PROBE_WRITE_1 ? *(uint8_t *)va : *(uint32_t *)va, what);
}

/* The address of the same byte in the direct map, for bytes of the image. */
static uint64_t alias_of(const volatile void *p)
{
    return (uintptr_t)p - KERNEL_OFFSET + DIRECT_MAP;
}

static void touch_sections(void)
{
    uint64_t text = (uintptr_t)nothing, data = (uintptr_t)&scratch;

    touch(PROBE_FETCH, text, "text");
    rewrite(PROBE_WRITE_1, text, "text");
    rewrite(PROBE_WRITE_1, alias_of(nothing), "the same byte in the direct map");
    touch(PROBE_FETCH, alias_of(nothing), "the same byte in the direct map");
    touch(PROBE_READ_4, (uintptr_t)&constant, "a constant");
    rewrite(PROBE_WRITE_4, (uintptr_t)&constant, "a constant");
    rewrite(PROBE_WRITE_4, alias_of(&constant), "the same word in the direct map");
    touch(PROBE_WRITE_4, alias_of(&scratch), "data, through the direct map");
    touch(PROBE_READ_4, data, "data: the same word");
    touch(PROBE_FETCH, data, "data");
}

static void touch_user_half(void)
{
    touch(PROBE_READ_4, 0, "a null pointer");
    touch(PROBE_FETCH, USER_CODE, "user code");
    touch(PROBE_WRITE_1, USER_CODE, "user code");
    touch(PROBE_WRITE_1, DIRECT_MAP + exam.note[USER_PA], "user code in the direct map");
    touch(PROBE_READ_1, LOWER_TOP, "the last page of the lower half");
    touch(PROBE_READ_4, (uintptr_t)nothing - KERNEL_OFFSET, "a physical address as a pointer");
}

static void touch_edges(void)
{
    touch(PROBE_WRITE_1, exam.note[STACK_LOW] - 1, "the guard's last byte");
    touch(PROBE_WRITE_1, exam.note[STACK_LOW], "the stack's first byte");
    touch(PROBE_READ_1, UINT64_MAX, "the last byte of all");
    for (unsigned i = 0; i < MODULES; i++) {
        uint64_t first = exam.note[MODULE_PAGE_0 + i] << PAGE_SHIFT,
                 last = exam.note[MODULE_LAST_0 + i];
        touch(PROBE_READ_1, first - 1, "below a module");
        touch(PROBE_WRITE_1, first, "a module's first byte");
        touch(PROBE_READ_1, last, "a module's last byte");
        touch(PROBE_FETCH, (last & ~(PAGE_SIZE - 1)), "a module's last page");
        touch(PROBE_READ_1, last + 1, "behind a module");
    }
    touch(PROBE_READ_1, DIRECT_MAP, "the first byte of RAM");
    touch(PROBE_READ_1, exam.note[RAM_LAST], "the last byte of RAM");
    touch(PROBE_READ_1, exam.note[RAM_LAST] + 1, "behind all RAM");
    touch(PROBE_READ_1, DIRECT_MAP + VGA_TEXT, "the screen is no RAM");
}

/* ---- When it goes wrong ---- */

/* A table that was not cleared leads anywhere. What the CPU says then tells nobody why. */
static bool look_for_dirt(struct trap *t)
{
    (void)t;
    exam.note[DIRTY] = frames_dirty(false);
    if (exam.note[DIRTY] != 0)
        print("\nFrames in your hands that are as full of old rubbish as they came: %lu.\n"
              "Is every new table cleared? This is what comes of following such entries:\n",
              exam.note[DIRTY]);
    return false;
}

/* ---- In the new space ---- */

static void live(uint64_t root)
{
    print("     CR3 = 0x%lx, this function's frame is at 0x%lx, and you can read this.\n", root,
          (uintptr_t)__builtin_frame_address(0));
    CHECKPOINT(running);
    print("6  Sections, each at its two addresses:\n");
    touch_sections();
    print("7  The user's half, and what is left of the identity map:\n");
    touch_user_half();
    print("8  Edges:\n");
    touch_edges();
    print("9  phys_to_virt and virt_to_phys are asked about 148 addresses.\n");
    ask_for_addresses();
    CHECKPOINT(end);
}

static void move_in(pa_t root)
{
    if (!can_live_in(root))
        machine_stop(END_PANIC);
    cpu_write_cr3(root.value);
    screen_move(SCREEN + VGA_TEXT % PAGE_SIZE);
    stack_call(STACK_TOP, live, root.value);
}

void lesson_main(void)
{
    pa_t root = { 0 };

    if (!(cpu_read_msr(MSR_EFER) & EFER_NXE))
        refuse("This lesson needs a CPU with execute-disable. Leave CPU= away, or use CPU=max.");
    exam.note[SCRATCH_DIRECT] = alias_of(&scratch);
    exam.note[SCRATCH] = (uintptr_t)&scratch;
    exam.note[TEXT_BYTE] = (uintptr_t)nothing;
    exam.note[CONSTANT] = (uintptr_t)&constant;
    traps_handle(VECTOR_GP, look_for_dirt);
    traps_handle(VECTOR_PF, look_for_dirt);
    print("1  We live in the staff's tables: 4 GiB of RAM and devices at 0x%lx, all of it\n"
          "   writable and executable, the kernel's text included.\n",
          DIRECT_MAP);
    CHECKPOINT(start);
    print("2  The plan of a better space:\n");
    make_plan();
    CHECKPOINT(planned);
    print("3  Twenty-one plans that must be refused and leave no trace.\n");
    ask_for_refusals();
    CHECKPOINT(refused);

    print("4  build_kernel_map: ");
    exam.note[FREE_BEFORE] = frames_free();
    enum result result = build_kernel_map(&plan, &root);
    lesson_needs(result, BUILD, "build_kernel_map");
    exam.note[RESULT] = result;
    /* When it refuses, it has given its tables back, the dirty ones too. */
    exam.note[DIRTY] = result == DONE ? 0 : frames_dirty(true);
    exam.note[FREE_AFTER] = frames_free();
    exam.note[ROOT] = root.value;
    print("result %u, the PML4 lies at 0x%lx, %lu frames taken. What your tables say:\n", result,
          root.value, exam.note[FREE_BEFORE] - exam.note[FREE_AFTER]);
    CHECKPOINT(built);
    print_space(root);
    print("5  CR3 is loaded, and the stack changed for the one under the very top:\n");
    move_in(root);
}
