/*
 * Lesson 12: the address spaces of the story, and the learner's functions called for them with
 * every frame accounted for. The upper half of a space that will be in force is the kernel's own.
 */
#include "parts.h"

#include "arch.h"
#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/space_now.h"
#include "stage/exam.h"
#include "stage/lesson.h"

#define ENTRIES      512u
#define KERNEL_HALF  256u /* the first entry of a PML4 for the upper half */
#define CPUID_EXTRAS 0x80000001u
#define EXTRAS_1G    26

static struct space spaces[SPACES];
static uint64_t own_root; /* the staff's tables */

bool cpu_has_1g(void)
{
    return cpu_id(CPUID_EXTRAS).edx >> EXTRAS_1G & 1;
}

void space_make(enum which which, uint64_t largest, bool kernel)
{
    pa_t root = { frames_take() };
    uint64_t *entry = phys_ptr(root.value);
    const uint64_t *own;

    if (own_root == 0)
        own_root = cpu_read_cr3();
    own = phys_ptr(own_root);
    for (unsigned i = 0; i < ENTRIES; i++)
        entry[i] = kernel && i >= KERNEL_HALF ? own[i] : 0;
    spaces[which] = (struct space){ .pml4 = root, .largest = largest };
    exam.note[ROOT_SMALL + which] = root.value;
    exam.note[USED_SMALL + which] = 1;
}

void space_load(enum which which)
{
    cpu_write_cr3(spaces[which].pml4.value);
}

void space_leave(void)
{
    cpu_write_cr3(own_root);
}

/* ---- The learner's functions ---- */

static enum result answered(enum which which, uint64_t va, enum result result, unsigned free_before,
                            unsigned function)
{
    static const char *const name[] = { "map_range", "split", "join", "protect_range" };

    lesson_needs(result, function, name[function]);
    exam.note[USED_SMALL + which] += (uint64_t)free_before - frames_free();
    exam_answer(va, result, 0);
    return result;
}

enum result ask_map(enum which which, uint64_t va, uint64_t pa, uint64_t bytes, uint64_t flags)
{
    unsigned before = frames_free();
    enum result result = map_range(&spaces[which], (va_t){ va }, (pa_t){ pa }, bytes, flags);

    return answered(which, va, result, before, MAP_RANGE);
}

enum result ask_split(enum which which, uint64_t va)
{
    unsigned before = frames_free();

    return answered(which, va, split(&spaces[which], (va_t){ va }), before, SPLIT);
}

enum result ask_join(enum which which, uint64_t va, uint64_t size)
{
    unsigned before = frames_free();

    return answered(which, va, join(&spaces[which], (va_t){ va }, size), before, JOIN);
}

enum result ask_protect(enum which which, uint64_t va, uint64_t bytes, uint64_t rights)
{
    unsigned before = frames_free();
    enum result result = protect_range(&spaces[which], (va_t){ va }, bytes, rights);

    return answered(which, va, result, before, PROTECT_RANGE);
}

/* ---- The library's walk ---- */

unsigned walk_reads(enum which which, uint64_t va, uint64_t *page_bytes)
{
    struct pg_space space = space_now();

    space.root = spaces[which].pml4;
    struct pg_walk walk = pg_walk(&space, (va_t){ va });

    *page_bytes = walk.span_bytes;
    return walk.steps;
}
