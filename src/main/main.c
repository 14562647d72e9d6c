/*
 * From the boot loader to the lesson: sets the platform up in the order its parts depend on each
 * other, and makes known to each other those that must not include each other.
 */
#include "core/bootinfo.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/traps/traps.h"
#include "show/console.h"
#include "show/menu.h"
#include "show/portrait.h"
#include "show/screen.h"
#include "stage/exam.h"
#include "stage/lesson.h"
#include "stage/probe.h"

/* Physical addresses: the image lies 1:1 or at an offset, its end is where free memory may begin.
 */
extern const uint8_t image_end[];

_Noreturn void platform_main(uint32_t magic, uint32_t info);

static void at_checkpoint(void)
{
    portrait_draw(probe_last());
}

static void at_end(enum machine_end status)
{
    exam.status = status;
    if (menu_was_there())
        menu_return();
    screen_show();
}

static void introduce(void)
{
    machine_before_end(at_end);
    traps_first(probe_caught);
    exam_at_stop(at_checkpoint);
}

_Noreturn void platform_main(uint32_t magic, uint32_t info)
{
    serial_init();
    console_init();
    introduce();
    traps_init();
    bool told = boot_info_read(magic, info);
    screen_init();
    exam_init(EXAM_DEFAULT_SEED);
    print("Pagewalk, lesson %u: %s\n\n", lesson.number, lesson.title);
    if (!told)
        refuse(
            "This kernel was not started by Multiboot2 (EAX was 0x%08x), so it does not know its\n"
            "memory. Start it through GRUB: make LESSON=%u run.",
            magic, lesson.number);
    exam_init(boot_option("seed", EXAM_DEFAULT_SEED));
    uint64_t free_from = (uintptr_t)image_end - KERNEL_OFFSET;
    if (free_from < lesson.pool_lowest)
        free_from = lesson.pool_lowest;
    frames_init(free_from, lesson.pool_frames);
    lesson_main();
    machine_stop(END_FINISHED);
}
