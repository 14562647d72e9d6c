/*
 * Lesson 11: the plan. The kernel's sections lie where the linker put them; stack, user code and
 * three modules get frames behind the pool, how many and where being the seed's to say. Each module
 * lies across a border of 512 GiB, so that its pages share no table but the PML4.
 */
#include "parts.h"

#include "arch.h"
#include "core/bootinfo.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/memory.h"
#include "show/screen.h"
#include "stage/exam.h"

#define SPARE_PAGES  96u
#define GAP_MAX      8u
#define MODULE_AREA  0xFFFFC00000000000u
#define MODULE_SLOT  (8u * BIT(39))
#define SCREEN_PAGES 8u
#define RAM_LIMIT    0x40000000u /* as many tables as the pool has frames for */
#define RETURN       0xC3        /* the instruction RET */

extern const uint8_t staff_text_start[], staff_rodata_start[], work_start[], work_rodata_start[],
    work_data_start[], image_end[];

struct plan plan;

static uint64_t spare; /* the next free physical address behind the pool */

static void add(const char *name, uint64_t va, uint64_t pa, uint64_t pages, uint64_t rights)
{
    if (pages == 0)
        return;
    plan.region[plan.regions++] = (struct region){ name, { va }, { pa }, pages, rights };
}

static uint64_t take_spare(uint64_t pages)
{
    uint64_t pa = spare + ((uint64_t)exam_below(GAP_MAX) << PAGE_SHIFT);

    spare = pa + (pages << PAGE_SHIFT);
    return pa;
}

static void add_section(const char *name, const uint8_t *start, const uint8_t *end, uint64_t rights)
{
    uint64_t va = (uintptr_t)start;

    add(name, va, va - KERNEL_OFFSET, ((uintptr_t)end - va) >> PAGE_SHIFT, rights);
}

static void add_image(void)
{
    add_section("kernel text", staff_text_start, staff_rodata_start, REGION_R | REGION_X);
    add_section("kernel constants", staff_rodata_start, work_start, REGION_R);
    add_section("your text", work_start, work_rodata_start, REGION_R | REGION_X);
    add_section("your constants", work_rodata_start, work_data_start, REGION_R);
    add_section("data", work_data_start, image_end, REGION_R | REGION_W);
    exam.note[IMAGE_PAGE] = (uintptr_t)staff_text_start >> PAGE_SHIFT;
    exam.note[IMAGE_END_PAGE] = (uintptr_t)image_end >> PAGE_SHIFT;
}

static void add_module(unsigned i, const char *name, uint64_t rights)
{
    uint64_t pages = 2 + exam_below(MODULE_MAX - 1);
    uint64_t border = MODULE_AREA + i * MODULE_SLOT + (1 + exam_below(7)) * BIT(39);
    uint64_t va = border - ((uint64_t)(1 + exam_below((uint32_t)pages - 1)) << PAGE_SHIFT);
    uint64_t pa = take_spare(pages);

    memset(phys_ptr(pa), RETURN, pages << PAGE_SHIFT);
    add(name, va, pa, pages, rights);
    exam.note[MODULE_PAGE_0 + i] = va >> PAGE_SHIFT;
    exam.note[MODULE_LAST_0 + i] = va + (pages << PAGE_SHIFT) - 1;
}

static void add_stack(void)
{
    uint64_t pages = 4 + exam_below(8);
    uint64_t low = STACK_TOP - (pages << PAGE_SHIFT);

    add("guard", low - PAGE_SIZE, 0, 1, 0);
    add("stack", low, take_spare(pages), pages, REGION_R | REGION_W);
    exam.note[STACK_LOW] = low;
}

static void add_user_code(void)
{
    uint64_t pa = take_spare(1);

    memset(phys_ptr(pa), RETURN, PAGE_SIZE);
    add("user code", USER_CODE, pa, 1, REGION_R | REGION_X | REGION_U);
    exam.note[USER_PA] = pa;
}

/* Some firmware names RAM to the byte, and some does not: the seed takes less than a page off each
 * end, so that there always is a page that is RAM in part. */
static void add_ram(void)
{
    for (unsigned i = 0; i < boot_info.ram_regions; i++) {
        struct boot_region r = boot_info.ram[i];
        if (r.start >= RAM_LIMIT)
            continue;
        r.end = (r.end < RAM_LIMIT ? r.end : RAM_LIMIT) - 1 - exam_below(PAGE_SIZE - 1);
        r.start += r.start == 0 ? 0 : exam_below(PAGE_SIZE);
        plan.ram[plan.rams++] = (struct ram){ { r.start }, { r.end } };
        if (r.end >> PAGE_SHIFT > exam.note[RAM_END_PAGE])
            exam.note[RAM_END_PAGE] = r.end >> PAGE_SHIFT;
    }
    /* A stretch without a whole page, where no machine has RAM: nothing of it is to be mapped. */
    plan.ram[plan.rams++] = (struct ram){ { VGA_TEXT + 0x100 }, { VGA_TEXT + 0x200 } };
    exam.note[RAM_LAST] = DIRECT_MAP + (exam.note[RAM_END_PAGE] << PAGE_SHIFT) - 1;
}

static void print_plan(void)
{
    for (uint64_t i = 0; i < plan.regions; i++) {
        const struct region *r = &plan.region[i];
        print("     0x%016lx %3lu page%s %c%c%c%c  %s\n", r->va.value, r->pages,
              r->pages == 1 ? " " : "s", r->rights & REGION_R ? 'R' : '-',
              r->rights & REGION_W ? 'W' : '-', r->rights & REGION_X ? 'X' : '-',
              r->rights & REGION_U ? 'U' : '-', r->name);
    }
    for (uint64_t i = 0; i < plan.rams; i++)
        print("     RAM: 0x%lx to 0x%lx\n", plan.ram[i].start.value, plan.ram[i].end.value);
}

void make_plan(void)
{
    spare = frames_end();
    if (!boot_ram_has(spare, spare + SPARE_PAGES * PAGE_SIZE))
        refuse("This lesson needs %u KiB of free memory behind 0x%lx, and this machine has not got "
               "them.\nGive it more: MEM=64.",
               SPARE_PAGES * 4, spare);
    add("null", 0, 0, 1, 0);
    add_user_code();
    add("end of user space", LOWER_TOP, 0, 1, 0);
    add_module(0, "module, code", REGION_R | REGION_X);
    add_module(1, "module, constants", REGION_R);
    add_module(2, "module, data", REGION_R | REGION_W);
    add("screen", SCREEN, VGA_TEXT, SCREEN_PAGES, REGION_R | REGION_W);
    add_image();
    add_stack();
    add_ram();
    print_plan();
}
