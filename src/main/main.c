/* From the boot loader to the lesson: sets the platform up in the order its parts depend on each
 * other. */
#include "stage/lesson.h"

#include "core/bootinfo.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/traps/traps.h"
#include "show/console.h"
#include "show/screen.h"
#include "stage/exam.h"

/* Physical addresses: the image lies 1:1 or at an offset, its end is where free memory may begin.
 */
extern const uint8_t image_end[];

_Noreturn void platform_main(uint32_t magic, uint32_t info);

_Noreturn void platform_main(uint32_t magic, uint32_t info)
{
    console_init();
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

void lesson_needs(enum result result, unsigned index, const char *function)
{
    if (result != TODO)
        return;
    exam_todo(index);
    print("\n%s() is not written yet: it answered TODO.\n"
          "Open the file named above, look at work.h for what it must do, then run it again.\n",
          function);
    machine_stop(END_TODO);
}
