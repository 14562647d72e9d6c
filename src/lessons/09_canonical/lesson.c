/*
 * Lesson 9: canonical addresses. Reads from lesson_main() upwards. First what you answer about
 * addresses (questions.c asks), then two pages at addresses of your making and what the CPU says to
 * their twins, then your predictions and what the CPU does (predictions.c).
 */
#include "parts.h"

#include "core/machine.h"
#include "offered/space.h"
#include "show/portrait.h"
#include "stage/checkpoint.h"
#include "stage/exam.h"
#include "stage/lesson.h"
#include "stage/probe.h"

const struct lesson lesson = {
    .number = 9,
    .title = "canonical addresses",
    .pool_frames = 16,
    .pool_lowest = 0x400000,
};

bool ours[PAGES];

/* The page that these indices select, wherever your function says that it lies. */
static void make_page(unsigned page, uint64_t pml4)
{
    uint64_t *in = &exam.note[LOW_PML4 + 4 * page];
    va_t va = { 0 };
    pa_t frame;

    in[0] = pml4;
    for (unsigned level = 1; level < 4; level++)
        in[level] = exam_below(512);
    const struct indices indices = { (unsigned)in[0], (unsigned)in[1], (unsigned)in[2],
                                     (unsigned)in[3], 0 };
    lesson_needs(va_from_indices(&indices, &va), FROM_INDICES, "va_from_indices");
    if (!frame_alloc(&frame))
        panic("no frame for a page");
    ours[page] = map_page(va, frame, PTE_RW) == DONE;
    exam.note[LOW_FRAME + page] = frame.value;
    exam.note[LOW_VA + page] = va.value;
    exam.note[LOW_TWIN + page] = va.value ^ BIT(48 + exam_below(16));
    print("     PML4[%u], PDPT[%u], PD[%u], PT[%u]: 0x%016lx%s\n", indices.pml4, indices.pdpt,
          indices.pd, indices.pt, va.value,
          ours[page] ? " -> frame" : "  map_page refuses this address");
    if (ours[page])
        print("        0x%lx; its twin, one bit from 63:48 turned over, is 0x%016llx\n",
              frame.value, (unsigned long long)exam.note[LOW_TWIN + page]);
}

static void touch(enum note low)
{
    for (unsigned page = 0; page < PAGES; page++) {
        uint64_t va = exam.note[low + page];
        struct probe seen = probe(PROBE_READ_1, va, 0);
        print("     read 0x%016lx: ", va);
        probe_print(&seen);
        print("\n");
    }
}

static void make_pages(void)
{
    make_page(LOW, 1 + exam_below(254)); /* 256 is the window, 511 the image */
    make_page(HIGH, 258 + exam_below(250));
}

void lesson_main(void)
{
    predictions_init();
    print("1  0x%016lx: bit 47 is %u, bits 63:48 are 0x%04x.\n", FAMOUS,
          (unsigned)(FAMOUS >> 47 & 1), (unsigned)(FAMOUS >> 48));
    CHECKPOINT(start);
    print("2  is_canonical is asked about 96 addresses.\n");
    ask_is_canonical();
    CHECKPOINT(asked);
    print("3  sign_extend: 64 numbers of 1 to 64 bits.\n");
    ask_sign_extend();
    CHECKPOINT(extended);
    print("4  va_from_indices: 64 paths. Then two pages, at the addresses it gives:\n");
    ask_va_from_indices();
    make_pages();
    CHECKPOINT(mapped);
    portrait_allow(false); /* it reads the top table: here nobody but the CPU's walk may */
    print("5  Their twins: the same bits 47:0, so the tables hold a page for them.\n");
    touch(LOW_TWIN);
    CHECKPOINT(twins);
    print("6  And the pages themselves:\n");
    touch(LOW_VA);
    portrait_allow(true);
    CHECKPOINT(touched);
    print("7  predict_vector, and the CPU. The address stands in RCX, or in R13:\n");
    exam_group("foretold_data");
    foretell_data();
    CHECKPOINT(data);
    print("8  The same through RBP, and by a push:\n");
    exam_group("foretold_stack");
    foretell_stack();
    CHECKPOINT(stack);
    print("9  predict_vector for the other 14 registers, and for some that are none.\n");
    ask_predict_vector();
    CHECKPOINT(predicted);
    print("10 is_user_range: 96 ranges that a system call might be given.\n");
    ask_is_user_range();
    CHECKPOINT(end);
}
