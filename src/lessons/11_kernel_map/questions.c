/* Lesson 11: plans that must be refused and leave no trace; questions about single addresses. */
#include "parts.h"

#include "core/frames.h"
#include "stage/exam.h"
#include "stage/lesson.h"

#define UNTOUCHED         0xEEEEu /* what *root and the like hold before a call */
#define TO_PHYS_QUESTIONS 96u
#define TO_VIRT_QUESTIONS 48u
#define FEE00             0xFEE00u /* a page of a device: the local APIC */
#define HALF              BIT(47)
#define NOWHERE           0x700000u

static struct plan wrong; /* too large for a stack */

/* ---- Refusals ---- */

/* One region of each kind; nothing in it is wrong yet. It takes seven tables. */
#define GOOD_REGIONS 3u
#define GOOD_TABLES  7u
static void good_plan(void)
{
    wrong = (struct plan){
        .regions = GOOD_REGIONS,
        .rams = 0,
        .region = { { "code", { USER_CODE }, { 0x5000 }, 2, REGION_R | REGION_X | REGION_U },
                    { "none", { NOWHERE }, { 0 }, 1, 0 },
                    { "top", { 0 - 4 * PAGE_SIZE }, { 0x9000 }, 4, REGION_R | REGION_W } },
    };
}

/* What it answered; how many frames it kept, and whether *root changed. */
static void refused(uint64_t ask)
{
    unsigned before = frames_free();
    pa_t root = { UNTOUCHED };
    enum result result = build_kernel_map(&wrong, &root);

    frames_unlimit();
    lesson_needs(result, BUILD, "build_kernel_map");
    exam_answer(ask, result, before - frames_free());
    exam_answer(ask, result, root.value);
}

/* The good plan with a region more. */
static void refuse_region(uint64_t va, uint64_t pa, uint64_t pages, uint64_t rights)
{
    good_plan();
    wrong.region[wrong.regions++] = (struct region){ "refused", { va }, { pa }, pages, rights };
    refused(va);
}

static void refuse_overlaps(void)
{
    refuse_region(USER_CODE + PAGE_SIZE, 0x20000, 1, REGION_R);
    refuse_region(USER_CODE - PAGE_SIZE, 0x20000, 4, REGION_R);
    refuse_region(0 - PAGE_SIZE, 0x20000, 1, REGION_R);
    refuse_region(NOWHERE - PAGE_SIZE, 0x20000, 2, REGION_R);
    good_plan();
    wrong.rams = 1;
    wrong.ram[0] = (struct ram){ { 0x3800 }, { 0x8800 } };
    wrong.region[wrong.regions++] =
        (struct region){ "refused", { DIRECT_MAP + 0x7000 }, { 0x20000 }, 1, REGION_R };
    refused(DIRECT_MAP + 0x7000);
}

void ask_for_refusals(void)
{
    exam_group("alignment");
    refuse_region(USER_CODE + 0x800, 0x20000, 1, REGION_R);
    refuse_region(0x600000, 0x20010, 1, REGION_R);
    exam_group("ranges");
    refuse_region(0x600000, 0x20000, 0, REGION_R);
    refuse_region(HALF, 0x20000, 1, REGION_R);
    refuse_region(LOWER_TOP - 0x10000 * PAGE_SIZE, 0x20000, 0x10002, REGION_R);
    refuse_region(0 - 0x10000 * PAGE_SIZE, 0x20000, 0x10001, REGION_R);
    refuse_region(0x600000, 0x20000, BIT(52) + 1, REGION_R);
    refuse_region(0x600000, BIT(52) - PAGE_SIZE, 2, REGION_R);
    exam_group("write_execute");
    refuse_region(0x600000, 0x20000, 1, REGION_R | REGION_W | REGION_X);
    exam_group("overlaps");
    refuse_overlaps();
    exam_group("short_of_frames");
    for (unsigned frames = 0; frames < GOOD_TABLES; frames++) {
        good_plan();
        frames_limit(frames);
        refused(frames);
    }
}

/* ---- Addresses ---- */

/* A byte in one of the pages numbered low to high: as the grader draws it again. */
static uint64_t draw_byte(uint64_t low, uint64_t high)
{
    uint64_t page = low + exam_below((uint32_t)(high - low + 1));

    return page << PAGE_SHIFT | exam_below(PAGE_SIZE);
}

struct pages {
    uint64_t low, high;
};

static void ask_to_virt(void)
{
    const struct pages form[] = { { 0, exam.note[RAM_END_PAGE] + 8 },
                                  { 0x9C, 0x104 },
                                  { FEE00 - 2, FEE00 + 2 },
                                  { exam.note[RAM_END_PAGE] - 3, exam.note[RAM_END_PAGE] + 3 } };

    for (unsigned i = 0; i < TO_VIRT_QUESTIONS; i++) {
        const struct pages *f = &form[i % (sizeof form / sizeof form[0])];
        pa_t ask = { draw_byte(f->low, f->high) };
        va_t va = { UNTOUCHED };
        enum result result = phys_to_virt(&plan, ask, &va);
        lesson_needs(result, TO_VIRT, "phys_to_virt");
        exam_answer(ask.value, result, va.value);
    }
}

static void ask_to_phys(void)
{
    const uint64_t direct = DIRECT_MAP >> PAGE_SHIFT, top = BITS(51, 0);
    const uint64_t *module = &exam.note[MODULE_PAGE_0];
    const struct pages form[] = { { direct - 2, direct + exam.note[RAM_END_PAGE] + 2 },
                                  { exam.note[IMAGE_PAGE] - 4, exam.note[IMAGE_END_PAGE] + 4 },
                                  { top - 15, top },
                                  { 0x3FE, 0x402 },
                                  { module[0] - 2, module[0] + MODULE_MAX + 2 },
                                  { module[1] - 2, module[1] + MODULE_MAX + 2 },
                                  { module[2] - 2, module[2] + MODULE_MAX + 2 },
                                  { 0, 1 } };

    for (unsigned i = 0; i < TO_PHYS_QUESTIONS; i++) {
        const struct pages *f = &form[i % (sizeof form / sizeof form[0])];
        va_t ask = { draw_byte(f->low, f->high) };
        pa_t pa = { UNTOUCHED };
        enum result result = virt_to_phys(&plan, ask, &pa);
        lesson_needs(result, TO_PHYS, "virt_to_phys");
        exam_answer(ask.value, result, pa.value);
    }
}

/* Numbers that are no address of this kind at all. */
static void ask_for_strangers(void)
{
    const uint64_t text = exam.note[TEXT_BYTE];
    const pa_t far[] = { { BIT(52) + 0x1000 }, { 0 - DIRECT_MAP + text } };
    const va_t twisted[] = { { text ^ BIT(50) }, { (DIRECT_MAP + 0x1000) & BITS(47, 0) } };

    for (unsigned i = 0; i < 2; i++) {
        va_t va = { UNTOUCHED };
        pa_t pa = { UNTOUCHED };
        exam_answer(far[i].value, phys_to_virt(&plan, far[i], &va), va.value);
        exam_answer(twisted[i].value, virt_to_phys(&plan, twisted[i], &pa), pa.value);
    }
}

void ask_for_addresses(void)
{
    exam_group("to_virt");
    ask_to_virt();
    exam_group("to_phys");
    ask_to_phys();
    exam_group("strangers");
    ask_for_strangers();
}
