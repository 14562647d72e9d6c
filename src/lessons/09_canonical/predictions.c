/*
 * Lesson 9: predictions, and what the CPU then does. Each prediction is asked for and written down
 * before the access; the grader sees the access itself from outside.
 */
#include "parts.h"

#include "arch.h"
#include "core/cpu.h"
#include "core/print.h"
#include "core/traps/traps.h"
#include "stage/exam.h"
#include "stage/lesson.h"
#include "stage/probe.h"

#define DATA_PROBES  40u
#define STACK_PROBES 32u
#define ALOUD        6u /* how many are printed one by one */
#define FAULT_IST    2u /* IST1 is the double fault's */

static __attribute__((aligned(16))) uint8_t fault_stack[4096];

void predictions_init(void)
{
    tss.ist[FAULT_IST - 1] = (uintptr_t)(fault_stack + sizeof fault_stack);
}

struct outcome predicted(struct access access, uint64_t cr2)
{
    struct outcome outcome = { (unsigned)UNTOUCHED, UNTOUCHED };
    enum result result = predict_vector(&access, cr2, &outcome);

    lesson_needs(result, PREDICT, "predict_vector");
    exam_answer(access.va.value, result, outcome.vector);
    exam_answer(cr2, result, outcome.cr2);
    exam_answer(access.base, result, access.mapped);
    return outcome;
}

static void print_vector(unsigned vector)
{
    print("%s", vector == NO_EXCEPTION ? "no exception" : trap_mnemonic(vector));
}

/* True when it came as you said. */
static bool foretell(enum probe_kind kind, struct access access, bool aloud)
{
    uint64_t before = cpu_read_cr2();
    struct outcome said = predicted(access, before);
    struct probe seen = probe(kind, access.va.value, 0);
    unsigned vector = seen.faulted ? seen.vector : NO_EXCEPTION;
    uint64_t after = cpu_read_cr2();

    if (aloud) {
        print("     0x%016lx  you say ", access.va.value);
        print_vector(said.vector);
        print(", the CPU: ");
        print_vector(vector);
        print(", CR2 = 0x%016lx\n", after);
    }
    return said.vector == vector && said.cr2 == after;
}

/* One of the pages, its neighbour where nothing is, or the twin of either; 8-byte aligned. */
static struct access draw_access(unsigned *page)
{
    struct access access = { .mapped = exam_below(2) };

    *page = exam_below(PAGES);
    access.va.value = exam.note[LOW_VA + *page] + exam_below(512) * 8;
    if (!access.mapped)
        access.va.value ^= BIT(PAGE_SHIFT + exam_below(9));
    if (exam_below(2))
        access.va.value ^= BIT(48 + exam_below(16));
    return access;
}

static unsigned foretell_edges(void)
{
    /* Bits 47:0 of the second, fourth and fifth select pages of the window on physical memory. */
    static const struct access edge[ALOUD] = {
        { { USER_END - 1 }, RCX, false }, { { USER_END }, RCX, true },
        { { WINDOW - 1 }, RCX, false },   { { WINDOW }, RCX, true },
        { { FAMOUS }, RCX, true },        { { 0 }, RCX, false },
    };
    unsigned right = 0;

    for (unsigned i = 0; i < ALOUD; i++)
        right += foretell(PROBE_READ_1, edge[i], true);
    return right;
}

void foretell_data(void)
{
    unsigned page, right = foretell_edges();

    for (unsigned i = ALOUD; i < DATA_PROBES; i++) {
        struct access access = draw_access(&page);
        enum probe_kind through_rcx = i % 4 == 0 && ours[page] ? PROBE_WRITE_1 : PROBE_READ_1;
        access.base = i % 2 == 0 ? RCX : R13;
        right += foretell(i % 2 == 0 ? through_rcx : PROBE_READ_4_R13, access, false);
    }
    print("     and %u more; %u of %u came as you said.\n", DATA_PROBES - ALOUD, right,
          DATA_PROBES);
}

/* A push that faults leaves RSP where nothing can be pushed: the CPU must be told of another stack.
 */
static void faults_use_stack(uint8_t ist)
{
    idt[VECTOR_SS].ist = idt[VECTOR_GP].ist = idt[VECTOR_PF].ist = ist;
}

void foretell_stack(void)
{
    unsigned page, right = 0;

    faults_use_stack(FAULT_IST);
    for (unsigned i = 0; i < STACK_PROBES; i++) {
        struct access access = draw_access(&page);
        bool push = i % 2 == 1 && ours[page];
        access.base = push ? RSP : RBP;
        right += foretell(push ? PROBE_PUSH : PROBE_READ_4_RBP, access, i < ALOUD);
    }
    faults_use_stack(0);
    print("     and %u more; %u of %u came as you said. (QEMU 7.2 has #GP for #SS.)\n",
          STACK_PROBES - ALOUD, right, STACK_PROBES);
}
