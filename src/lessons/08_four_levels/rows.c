/*
 * Lesson 8: the rows that the first half maps, and the two large pages among them. Fifteen pages of
 * the lower half come from the seed, each in tables of its own; four form a group that shares them.
 */
#include "parts.h"

#include "arch.h"
#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/memory.h"
#include "stage/exam.h"
#include "stage/lesson.h"

#define RANDOM_SLICE       0x88000000u /* pages to each random row: 17 entries of the PML4 */
#define RANDOM_FIRST_FRAME 0x400u
#define RANDOM_FRAMES      0xFFFFC00u /* up to 2^40: frame numbers that need more than 32 bits */
#define TOP_PAGE           0x00007FFFFFFFF000u
#define HUGE_FRAMES        1000u
#define LARGE_FRAMES       0x7FFFFu
#define QUESTIONS          1024u
#define FIRST_UPPER        257u /* 256 is the window */

/* Bits that are no address: free ones, PAT, XD. In a large entry PAT is bit 12. */
#define ODD_BITS      (PTE_RW | PTE_XD | BIT(58) | BIT(52) | BIT(9))
#define ODD_SMALL     (PTE_XD | BIT(55) | BIT(52) | BIT(10) | PTE_G | PTE_PAT | PTE_PCD)
#define ODD_LARGE     (ODD_BITS | PTE_P | PTE_PS | PTE_PAT_LARGE)
#define NAMES_A_TABLE (PTE_P | PTE_RW | PTE_US)
#define FIRST_MIDDLE  RANDOM_ROWS
#define FIRST_LARGE   (RANDOM_ROWS + 5u)
#define BESIDE        (FIRST_LARGE + LARGE_ROWS)
#define WINDOW_INDEX  256u
#define IMAGE_INDEX   511u

struct row row[ROWS];
struct space one;

va_t va_of(unsigned pml4, unsigned pdpt, unsigned pd, unsigned pt)
{
    uint64_t low =
        (uint64_t)pml4 << 39 | (uint64_t)pdpt << 30 | (uint64_t)pd << 21 | (uint64_t)pt << 12;

    return (va_t){ (uint64_t)((int64_t)(low << 16) >> 16) };
}

va_t plus(va_t va, uint64_t bytes)
{
    return (va_t){ va.value + bytes };
}

/* ---- Spaces ---- */

static enum result staff_take(pa_t *frame)
{
    uint64_t taken = frames_take();

    if (taken == FRAME_NONE)
        return OUT_OF_FRAMES;
    frame->value = taken;
    return DONE;
}

static enum result staff_give(pa_t frame)
{
    if (frames_give(frame.value))
        return DONE;
    print("     give(0x%lx): that frame was not handed out\n", frame.value);
    return OUT_OF_RANGE;
}

static pa_t cleared_frame(void)
{
    uint64_t taken = frames_take();

    if (taken == FRAME_NONE)
        panic("no frame for a table of the staff's");
    memset(phys_ptr(taken), 0, PAGE_SIZE);
    return (pa_t){ taken };
}

struct space new_space(enum note note)
{
    struct space space = { cleared_frame(), staff_take, staff_give };

    exam.note[note] = space.pml4.value;
    return space;
}

void make_space_one(void)
{
    const uint64_t *now = table_at((pa_t){ cpu_read_cr3() });

    one = new_space(ROOT);
    table_at(one.pml4)[WINDOW_INDEX] = now[WINDOW_INDEX];
    table_at(one.pml4)[IMAGE_INDEX] = now[IMAGE_INDEX];
}

/* ---- Rows ---- */

static struct row draw_random_row(uint32_t i)
{
    uint64_t page = (uint64_t)i * RANDOM_SLICE + exam_below(RANDOM_SLICE);
    uint64_t frame = RANDOM_FIRST_FRAME + exam_below(RANDOM_FRAMES);

    return (struct row){ { page << PAGE_SHIFT }, { frame << PAGE_SHIFT }, 1, PTE_RW };
}

static pa_t group_frame(enum note note)
{
    exam.note[note] = cleared_frame().value;
    return (pa_t){ exam.note[note] };
}

/* Four pages, each of which differs from the first at another level. The strictest comes first. */
static void draw_group(struct row *r)
{
    unsigned pml4 = FIRST_UPPER + exam_below(GROUP_ENTRIES - FIRST_UPPER);
    unsigned pdpt = exam_below(GROUP_ENTRIES), pd = exam_below(GROUP_ENTRIES);
    va_t va = va_of(pml4, pdpt, pd, exam_below(GROUP_ENTRIES));

    exam.note[GROUP] = va.value;
    exam.note[GROUP_PML4E] = exam.note[ROOT] + pml4 * sizeof(uint64_t);
    r[0] = (struct row){ va, group_frame(FRAME_0), 1, ODD_SMALL };
    r[1] = (struct row){ plus(va, PAGE_SIZE), group_frame(FRAME_1), 1, PTE_RW | PTE_US };
    r[2] = (struct row){ plus(va, LARGE_BYTES), group_frame(FRAME_2), 1, PTE_RW };
    r[3] = (struct row){ plus(va, GIB), group_frame(FRAME_3), 1, PTE_RW };
}

static void draw_large(struct row *r)
{
    va_t va = va_of(LARGE_PML4, 0, 0, 0), pd = plus(va, GIB + LARGE_INDEX * LARGE_BYTES);
    pa_t huge = { (1 + exam_below(HUGE_FRAMES)) * GIB };
    pa_t large = { (1 + exam_below(LARGE_FRAMES)) * LARGE_BYTES };

    exam.note[LARGE] = va.value;
    exam.note[HUGE_PA] = huge.value;
    exam.note[LARGE_PA] = large.value;
    r[0] = (struct row){ va, huge, GIB >> PAGE_SHIFT, ODD_LARGE };
    r[1] = (struct row){ pd, large, LARGE_BYTES >> PAGE_SHIFT, ODD_LARGE };
    r[2] = (struct row){ plus(pd, LARGE_BYTES), { exam.note[FRAME_0] }, 1, PTE_RW };
}

void draw_rows(void)
{
    for (uint32_t i = 0; i < RANDOM_ROWS; i++)
        row[i] = draw_random_row(i);
    /* The last page of the lower half, to frame 0, which is a frame. */
    row[FIRST_MIDDLE] = (struct row){ { TOP_PAGE }, { 0 }, 1, 0 };
    draw_group(&row[FIRST_MIDDLE + 1]);
    draw_large(&row[FIRST_LARGE]);
}

void plant_large_pages(void)
{
    pa_t pdpt = cleared_frame(), pd = cleared_frame();

    table_at(one.pml4)[LARGE_PML4] = pdpt.value | NAMES_A_TABLE;
    table_at(pdpt)[0] = row[FIRST_LARGE].pa.value | ODD_LARGE;
    table_at(pdpt)[1] = pd.value | NAMES_A_TABLE;
    table_at(pd)[LARGE_INDEX] = row[FIRST_LARGE + 1].pa.value | ODD_LARGE;
}

/* In octal three digits are nine bits: one index. */
static void print_index(va_t va, unsigned shift)
{
    unsigned index = (unsigned)(va.value >> shift & 511);

    print(" %u%u%u", index >> 6, index >> 3 & 7, index & 7);
}

static void map_one(const struct row *r)
{
    unsigned before = frames_free();

    lesson_needs(map_page(&one, r->va, r->pa, r->flags), MAP, "map_page");
    print("     0x%016lx =", r->va.value);
    for (unsigned shift = 39; shift >= 12; shift -= 9)
        print_index(r->va, shift);
    print(" -> 0x%010lx  %u new tables\n", r->pa.value, before - frames_free());
}

void map_rows(void)
{
    for (unsigned i = 0; i < ROWS; i++) {
        if (row[i].pages == 1)
            map_one(&row[i]);
    }
}

/* ---- Questions ---- */

/* An address in a row three times out of four, and else anywhere. */
static va_t question(unsigned i)
{
    if (i % 4 == 3)
        return (va_t){ (uint64_t)((int64_t)(exam_next() >> 16 << 16) >> 16) };
    const struct row *r = &row[exam_below(ROWS)];
    uint64_t page = exam_below((uint32_t)r->pages);

    return plus(r->va, (page << PAGE_SHIFT) + exam_below(PAGE_SIZE));
}

void ask_translate(void)
{
    for (unsigned i = 0; i < QUESTIONS; i++) {
        va_t va = question(i);
        pa_t pa = { 0 };
        enum result result = translate(&one, va, &pa);
        lesson_needs(result, TRANSLATE, "translate");
        exam_answer(va.value, result, pa.value);
    }
}

/* ---- Away again ---- */

static void unmap_row(const struct row *r)
{
    pa_t frame = { 0 };
    enum result result = unmap_page(&one, r->va, &frame);

    lesson_needs(result, UNMAP, "unmap_page");
    exam_answer(r->va.value, result, frame.value);
}

void unmap_rows(bool of_each_third)
{
    for (unsigned i = 0; i < RANDOM_ROWS; i++) {
        if ((i % 3 == 2) == of_each_third)
            unmap_row(&row[i]);
    }
}

void unmap_middle(void)
{
    for (unsigned i = FIRST_MIDDLE; i < ROWS; i++) {
        if (row[i].pages == 1)
            unmap_row(&row[i]);
    }
}
