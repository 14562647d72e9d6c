/*
 * Lesson 8, second half: the two memory maps. One is drawn from the seed, with everything in it
 * that firmware has been seen to do; it speaks of a piece of real memory, the arena. The other is
 * this machine's.
 */
#include "parts.h"

#include "arch.h"
#include "core/bootinfo.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/memory.h"
#include "stage/exam.h"

#define ARENA_ALIGN LARGE_BYTES
#define LOW_MEMORY  0x100000u /* the firmware's, and where a second CPU starts */
#define IMAGE_START 0x200000u
#define TYPE_HOLE   2u

/* The grader reads these from outside. */
struct memory_row map_row[ROWS_MAX];
struct span kept[SPANS_MAX];
unsigned rows, spans;

extern const uint8_t image_end[];

static uint64_t arena;

/* ---- A map from the seed ---- */

static void add_row(uint64_t start, uint64_t bytes, uint32_t type)
{
    unsigned at = exam_below(rows + 1); /* in any order */

    map_row[rows++] = map_row[at];
    map_row[at] = (struct memory_row){ start, bytes, type, 0 };
}

static void keep(uint64_t start, uint64_t end)
{
    kept[spans++] = (struct span){ start, end };
}

uint64_t at_frame(uint32_t n)
{
    return arena + n * PAGE_SIZE;
}

static uint64_t odd(void)
{
    return 1 + exam_below(PAGE_SIZE - 1);
}

static void note_map(void)
{
    exam.note[MAP_ROWS] = rows;
    exam.note[SPANS] = spans;
}

/* Somewhere in one of `among` frames from `first` on, but never at a frame's edge. */
static uint64_t ragged(uint32_t first, uint32_t among)
{
    uint64_t frame = at_frame(first + exam_below(among));

    return frame + odd();
}

/* Available, with ragged ends; a hole in it; and what the loader left there. */
static void draw_ragged_row(void)
{
    uint64_t start = ragged(0, 1), end = ragged(280, 40);
    uint64_t hole = ragged(100, 50), hole_end = hole + exam_below(5) * PAGE_SIZE + 1;
    uint64_t kernel = ragged(200, 40), information = at_frame(20 + exam_below(50)) + 0x7F0;

    add_row(start, end - start, MEMORY_IS_RAM);
    add_row(hole, hole_end - hole, TYPE_HOLE);
    keep(kernel, kernel + 9 * PAGE_SIZE + 0x123);
    keep(information, information + 0x30);
}

/* Two that touch, with a module across the border; and one that says part of it again. */
static void draw_touching_rows(void)
{
    uint32_t end = 600 + exam_below(50);
    uint64_t module = ragged(499, 1), module_end = ragged(500, 1);

    add_row(at_frame(400), 100 * PAGE_SIZE, MEMORY_IS_RAM);
    add_row(at_frame(500), (end - 500) * PAGE_SIZE, MEMORY_IS_RAM);
    add_row(at_frame(end - 3), 60 * PAGE_SIZE, MEMORY_IS_RAM);
    keep(module, module_end);
}

void one_row_map(void)
{
    rows = spans = 0;
    add_row(arena, ARENA_BYTES, MEMORY_IS_RAM);
}

void draw_map(void)
{
    uint32_t last = 960 + exam_below(32);
    uint64_t devices = ragged(1008, 8);

    rows = spans = 0;
    draw_ragged_row();
    draw_touching_rows();
    /* More than a page long, and no whole frame in it. */
    add_row(at_frame(340) + 0x800, PAGE_SIZE + exam_below(0x800), MEMORY_IS_RAM);
    for (uint32_t type = 3; type <= 5; type++)
        add_row(at_frame(350 + 4 * type), 4 * PAGE_SIZE, type);
    /* Nothing; far too high up; and up to the arena's very end. */
    add_row(at_frame(800), 0, MEMORY_IS_RAM);
    add_row(FOUR_GIB + at_frame(HIGH_FRAME), 40 * PAGE_SIZE, MEMORY_IS_RAM);
    add_row(at_frame(last), (ARENA_FRAMES - last) * PAGE_SIZE, MEMORY_IS_RAM);
    /* And up to the end of all addresses, which in 64 bits is 0. */
    add_row(devices, 0 - devices, TYPE_HOLE);
    note_map();
}

/* ---- This machine's memory ---- */

void use_this_map(void)
{
    rows = spans = 0;
    for (; rows < boot_info.rows; rows++) {
        const struct boot_row *r = &boot_info.row[rows];
        map_row[rows] = (struct memory_row){ r->start, r->bytes, r->type, 0 };
        unsigned long long start = r->start, end = r->start + r->bytes;
        print("     0x%010llx to 0x%010llx  type %u%s\n", start, end, r->type,
              r->type == MEMORY_IS_RAM ? ": available" : "");
    }
    keep(0, LOW_MEMORY);
    keep(IMAGE_START, (uintptr_t)image_end - KERNEL_OFFSET);
    keep(frames_start(), frames_end());
    keep(boot_info.self.start, boot_info.self.end);
    for (unsigned i = 0; i < boot_info.modules; i++)
        keep(boot_info.module[i].start, boot_info.module[i].end);
    note_map();
}

bool is_usable(uint64_t frame)
{
    uint64_t end = frame + PAGE_SIZE;
    bool in_image = frame < (uintptr_t)image_end - KERNEL_OFFSET && end > IMAGE_START;
    bool in_pool = frame < frames_end() && end > frames_start();

    return frame % PAGE_SIZE == 0 && frame >= LOW_MEMORY && frame < MEMORY_LIMIT && !in_image &&
           !in_pool && boot_ram_has(frame, end);
}

void find_arena(void)
{
    arena = (frames_end() + ARENA_ALIGN - 1) & ~(uint64_t)(ARENA_ALIGN - 1);
    while (arena + ARENA_BYTES < MEMORY_LIMIT && !boot_ram_has(arena, arena + ARENA_BYTES))
        arena += ARENA_ALIGN;
    if (arena + ARENA_BYTES >= MEMORY_LIMIT)
        refuse("This lesson needs 4 MiB of free memory in one piece, and this machine has not got\n"
               "it. Give it more: MEM=512.");
    exam.note[ARENA] = arena;
}
