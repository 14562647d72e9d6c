/*
 * Lesson 3, second half: a process touches pages that are not there, or that lack a right. Each
 * fault goes to the learner's on_page_fault(); after DONE the CPU tries the same instruction again,
 * once. Reads from faults_run() upwards.
 */
#include "parts.h"

#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/memory.h"
#include "core/traps/traps.h"
#include "stage/exam.h"
#include "stage/lesson.h"
#include "stage/user32.h"

#define SLOT        0x400000u /* what one directory entry covers */
#define LEDGER      0xD0000000u
#define RUBBISH     0x0BADF00Eu /* an entry without P: means nothing */
#define NO_ANSWER   0xFFu
#define OTHER_INDEX 512u

enum { CODE, DATA, BUFFER, TOP, SPARE, EMPTY, AREAS };

static struct area area[AREAS];
static struct process process = { .areas = area, .count = AREAS };

/* What one access led to. Shared with the trap code, so volatile. */
static volatile struct {
    bool asked, again, inside;
    enum result result;
    uint32_t error, cr2_read;
} now;

/* A byte of the kernel for ring 3 to jump to: INT3, should it ever get there. */
static const uint8_t landing = 0xCC;

/* ---- What the learner may call ---- */

va32_t fault_address(void)
{
    now.cr2_read = (uint32_t)cpu_read_cr2();
    return (va32_t){ now.cr2_read };
}

/* The staff's records of frames handed out: a page that is mapped when it is touched. */
static volatile uint32_t *const ledger = (volatile uint32_t *)LEDGER;

static void hide_ledger(void)
{
    *pte_of(process.directory.value, LEDGER) &= (uint32_t)~PTE_P;
    cpu_invlpg(LEDGER);
}

static bool show_ledger(struct trap *t)
{
    if (!now.inside || t->cr2 >> PAGE_SHIFT != LEDGER >> PAGE_SHIFT)
        return false;
    *pte_of(process.directory.value, LEDGER) |= (uint32_t)PTE_P;
    return true;
}

bool frame_zeroed(pa32_t *frame)
{
    ledger[0]++;
    uint64_t taken = frames_take();
    if (taken == FRAME_NONE)
        return false;
    memset(phys_ptr(taken), 0, FRAME_BYTES);
    frame->value = (uint32_t)taken;
    return true;
}

/* ---- One access ---- */

static bool repair(struct trap *t)
{
    if (t->vector != VECTOR_PF || now.inside)
        return false;
    now.inside = true;
    if (now.asked) {
        now.again = true;
        print("\n     on_page_fault said DONE, and the same instruction faults again:");
        trap_report(t);
        print("\n");
        now.inside = false;
        return false;
    }
    now.asked = true;
    now.error = (uint32_t)t->error;
    hide_ledger();
    now.result = on_page_fault(&process, now.error);
    hide_ledger();
    lesson_needs(now.result, ON_PAGE_FAULT, "on_page_fault");
    now.inside = false;
    if (now.result != DONE)
        return false;
    cpu_write_cr3(cpu_read_cr3());
    return true;
}

static const char *in_words(void)
{
    static const char *const word[] = {
        [NOT_MAPPED] = "NOT_MAPPED", [OUT_OF_FRAMES] = "OUT_OF_FRAMES", [FORBIDDEN] = "FORBIDDEN"
    };

    if (!now.asked)
        return "no fault at all";
    if (now.result == DONE)
        return now.again ? "DONE, and it faults again" : "DONE, and now it works";
    bool known = now.result < sizeof word / sizeof *word && word[now.result] != NULL;
    return known ? word[now.result] : "an answer that work.h does not know";
}

static void touch(bool user, enum probe_kind kind, uint32_t va)
{
    static const char *const does[] = { "reads", "reads", "writes", "writes", "fetches" };

    now.asked = now.again = false;
    now.cr2_read = 0;
    probe_repairs(repair);
    if (user)
        user_probe(kind, va, 0x5A5A5A5A);
    else
        probe(kind, va, 0x5A5A5A5A);
    probe_repairs(NULL);
    exam_answer(va, now.asked ? now.result : NO_ANSWER, now.error | (now.again ? BIT(32) : 0));
    exam_answer(va, now.asked, now.cr2_read);
    print("     ring %u %s 0x%08x, error %u: %s\n", user ? 3u : 0u, does[kind], va, now.error,
          in_words());
}

/* ---- The process ---- */

static uint32_t draw_slot(uint32_t first, uint32_t slots)
{
    return (first + exam_below(slots)) * SLOT;
}

static uint32_t end_of(const struct area *a)
{
    return a->start.value + (a->pages << PAGE_SHIFT);
}

/* The data's second part: a table is there, and its directory entry lets nobody write and ring 3
 * not even read. */
static void build_narrow(uint32_t directory, uint32_t start)
{
    uint32_t other = start + OTHER_INDEX * FRAME_BYTES;

    exam.note[NARROW_START] = start;
    exam.note[FRAME_0] = take_labelled();
    exam.note[FRAME_1] = take_labelled();
    exam.note[FRAME_OTHER] = take_labelled();
    exam.note[OTHER_PAGE] = other;
    stage(directory, start, (uint32_t)exam.note[FRAME_0], PTE_US);
    stage(directory, start + FRAME_BYTES, (uint32_t)exam.note[FRAME_1], PTE_RW | PTE_US);
    stage(directory, other, (uint32_t)exam.note[FRAME_OTHER], 0);
    *pte_of(directory, end_of(&area[DATA]) - 1) = RUBBISH;
    *pde_of(directory, start) &= (uint32_t) ~(PTE_RW | PTE_US);
}

static void print_areas(void)
{
    static const char *const name[AREAS] = { "code  ", "data  ", "buffer",
                                             "top   ", "spare ", "empty " };

    for (unsigned i = 0; i < AREAS; i++)
        print("     %s 0x%08x, %u pages, %s, %s\n", name[i], area[i].start.value, area[i].pages,
              area[i].flags & PTE_RW ? "writable " : "read-only",
              area[i].flags & PTE_US ? "ring 3" : "ring 0 only");
}

void faults_build(uint32_t directory)
{
    const uint32_t both = (uint32_t)(PTE_RW | PTE_US);
    uint32_t code = draw_slot(0x10, 0x20) + ((1 + exam_below(0x3F0)) << PAGE_SHIFT);
    uint32_t narrow = draw_slot(0x81, 0x40), before = 3 + exam_below(6);

    area[CODE] = (struct area){ { code }, 3 + exam_below(4), PTE_US };
    area[DATA] =
        (struct area){ { narrow - (before << PAGE_SHIFT) }, before + 3 + exam_below(6), both };
    area[BUFFER] = (struct area){ { draw_slot(0x180, 0x40) }, 4, PTE_RW };
    area[TOP] = (struct area){ { 0xFFFFE000 }, 2, both };
    area[SPARE] = (struct area){ { draw_slot(0x1C0, 0x40) }, 8, both };
    area[EMPTY] = (struct area){ { draw_slot(0x200, 0x40) }, 0, both };
    process.directory.value = directory;
    stage(directory, LEDGER, take_frame(), PTE_RW);
    *pde_of(directory, code) = RUBBISH;
    build_narrow(directory, narrow);
    exam.note[CODE_START] = code;
    exam.note[DATA_START] = area[DATA].start.value;
    exam.note[DATA_PAGES] = area[DATA].pages;
    exam.note[BUFFER_START] = area[BUFFER].start.value;
    exam.note[SPARE_START] = area[SPARE].start.value;
    exam.note[FREE_BEFORE] = frames_free();
    traps_handle(VECTOR_PF, show_ledger);
    hide_ledger();
    print_areas();
}

void faults_run(void)
{
    uint32_t code = area[CODE].start.value, data = area[DATA].start.value;
    uint32_t buffer = area[BUFFER].start.value, narrow = (uint32_t)exam.note[NARROW_START];

    exam_group("faults");
    touch(true, PROBE_READ_4, 0);
    touch(false, PROBE_WRITE_4, 16 + 4 * exam_below(64));
    touch(true, PROBE_READ_1, data);
    touch(true, PROBE_READ_4, narrow + FRAME_BYTES);
    touch(true, PROBE_WRITE_4, narrow + 4 * exam_below(1024));
    touch(true, PROBE_WRITE_1, end_of(&area[DATA]) - 1);
    touch(true, PROBE_READ_1, end_of(&area[DATA]));
    touch(true, PROBE_READ_1, code - 1);
    touch(true, PROBE_WRITE_4, code);
    touch(true, PROBE_READ_1, code);
    touch(false, PROBE_WRITE_4, code);
    touch(true, PROBE_WRITE_1, buffer);
    touch(false, PROBE_WRITE_4, buffer);
    touch(true, PROBE_READ_4, buffer);
    touch(true, PROBE_WRITE_4, 0xFFFFFFFC);
    touch(true, PROBE_READ_4, area[EMPTY].start.value);
    touch(true, PROBE_FETCH, (uint32_t)&landing);
}

void faults_run_short(void)
{
    exam_group("short_faults");
    frames_limit(0);
    touch(true, PROBE_READ_4, area[DATA].start.value + FRAME_BYTES);
    touch(true, PROBE_WRITE_4, area[SPARE].start.value);
    frames_limit(1);
    touch(true, PROBE_WRITE_4, area[SPARE].start.value);
    frames_unlimit();
}
