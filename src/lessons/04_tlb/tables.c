/*
 * Lesson 4: the space the kernel runs in, and the pages that the story tries things on. Reads from
 * the bottom upwards.
 */
#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "core/memory.h"
#include "lessons/shared/two_processes.h"
#include "parts.h"
#include "stage/exam.h"

#define ADDRESS_BITS ((uint32_t)BITS(31, 12))
#define KERNEL_FLAGS ((uint32_t)(PTE_P | PTE_RW | PTE_US))
#define CPUID_PGE    (1u << 13)
#define CROWD_BYTES  0x800000u /* 8 MiB */

/* Directory entries with an odd index, tables from slot 0x100 on: bits 22:12 are 0x500 to 0x7EF. */
#define FIRST_DIRECTORY 0x81u
#define DIRECTORIES     0x100u
#define FIRST_SLOT      0x100u
#define SLOTS_A_TRIAL   0x34u
#define AGED_SLOT       0x3F0u /* the aged pages begin here and go on in the next table */
#define DIRECTORY_SHIFT 22
#define INDEX_BITS      0x3FFu

struct trial trial[TRIALS];

static uint32_t *directory;

static pa32_t take(void)
{
    uint64_t frame = frames_take();

    if (frame == FRAME_NONE)
        panic("the pool is too small");
    return (pa32_t){ (uint32_t)frame };
}

static uint32_t *new_table(void)
{
    uint32_t *table = phys_ptr(take().value);

    memset(table, 0, PAGE_SIZE);
    return table;
}

void set_entry(va32_t page, uint32_t entry)
{
    volatile uint32_t *pde = &directory[page.value >> DIRECTORY_SHIFT];

    if (!(*pde & PTE_P))
        *pde = (uint32_t)(uintptr_t)new_table() | KERNEL_FLAGS;
    volatile uint32_t *table = phys_ptr(*pde & ADDRESS_BITS);
    table[page.value >> PAGE_SHIFT & INDEX_BITS] = entry;
}

va32_t crowd_page(va32_t page)
{
    va32_t other = { page.value + CROWD_BYTES };

    set_entry(other, trial[CROWDED].old.value | PTE_P);
    return other;
}

/* A frame whose first word is its own address. */
static pa32_t labelled(void)
{
    pa32_t frame = take();

    for (uint32_t skip = exam_below(4); skip > 0; skip--)
        frame = take();
    *(volatile uint32_t *)phys_ptr(frame.value) = frame.value;
    return frame;
}

void trials_draw(void)
{
    uint32_t table = (FIRST_DIRECTORY + 2 * exam_below(DIRECTORIES)) << DIRECTORY_SHIFT;

    for (uint32_t i = 0; i < TRIALS; i++) {
        uint32_t slot = FIRST_SLOT + i * SLOTS_A_TRIAL + exam_below(SLOTS_A_TRIAL);
        trial[i].page.value = table | slot << PAGE_SHIFT;
        trial[i].old = labelled();
        trial[i].new = labelled();
        exam.note[STALE_PAGE + 3 * i] = trial[i].page.value;
        exam.note[STALE_OLD + 3 * i] = trial[i].old.value;
        exam.note[STALE_NEW + 3 * i] = trial[i].new.value;
    }
    exam.note[CROWD_PAGE] = trial[CROWDED].page.value + CROWD_BYTES;
    exam.note[AGED_PAGE] = table | (AGED_SLOT + exam_below(8)) << PAGE_SHIFT;
    exam.note[ROOT] = cpu_read_cr3();
}

static void map_page(void *space, uint32_t page, uint32_t frame)
{
    (void)space;
    set_entry((va32_t){ page << PAGE_SHIFT }, frame << PAGE_SHIFT | (uint32_t)(PTE_P | PTE_RW));
}

void tables_init(void)
{
    if (!(cpu_id(1).edx & CPUID_PGE))
        refuse("This CPU has no global pages, and lesson 4 is about them, too. Leave CPU= away.");
    directory = new_table();
    exam.note[POOL_START] = frames_start();
    exam.note[POOL_END] = frames_end();
    map_kernel(map_page, NULL, (uint32_t)(frames_start() >> PAGE_SHIFT),
               (uint32_t)(frames_end() >> PAGE_SHIFT));
    cpu_write_cr3((uint32_t)(uintptr_t)directory);
    cpu_write_cr4(cpu_read_cr4() | CR4_PGE);
    cpu_write_cr0(cpu_read_cr0() | CR0_PG);
    probe_keeps_tlb = 1;
}
