/* Lesson 3: page tables as in lesson 2, for the staff's own use. */
#include "parts.h"

#include "core/frames.h"
#include "core/machine.h"
#include "core/memory.h"
#include "stage/user32.h"

#define VGA             0xB8000u
#define ADDRESS_BITS    0xFFFFF000u
#define INDEX_BITS      0x3FFu
#define DIRECTORY_SHIFT 22
#define EVERYTHING      (uint32_t)(PTE_P | PTE_RW | PTE_US)

extern const uint8_t image_start[], image_end[];

uint32_t take_frame(void)
{
    uint64_t frame = frames_take();

    if (frame == FRAME_NONE)
        panic("no frame for a table");
    memset(phys_ptr(frame), 0, FRAME_BYTES);
    return (uint32_t)frame;
}

uint32_t take_labelled(void)
{
    uint32_t frame = take_frame();
    volatile uint32_t *word = phys_ptr(frame);

    for (unsigned i = 0; i < FRAME_BYTES / sizeof *word; i++)
        word[i] = 0xF0000000u | frame >> PAGE_SHIFT;
    return frame;
}

uint32_t *pde_of(uint32_t directory, uint32_t va)
{
    return (uint32_t *)phys_ptr(directory) + (va >> DIRECTORY_SHIFT);
}

uint32_t *pte_of(uint32_t directory, uint32_t va)
{
    uint32_t table = *pde_of(directory, va) & ADDRESS_BITS;

    return (uint32_t *)phys_ptr(table) + (va >> PAGE_SHIFT & INDEX_BITS);
}

void stage(uint32_t directory, uint32_t va, uint32_t pa, uint32_t flags)
{
    uint32_t *pde = pde_of(directory, va);

    if (!(*pde & PTE_P))
        *pde = take_frame() | EVERYTHING;
    *pte_of(directory, va) = pa | flags | (uint32_t)PTE_P;
}

static void stage_range(uint32_t directory, uint32_t start, uint32_t end)
{
    for (uint32_t va = start; va < end; va += FRAME_BYTES)
        stage(directory, va, va, PTE_RW);
}

uint32_t new_space(void)
{
    uint32_t directory = take_frame();

    stage(directory, VGA, VGA, PTE_RW);
    stage_range(directory, (uint32_t)image_start, (uint32_t)image_end);
    stage_range(directory, (uint32_t)frames_start(), (uint32_t)frames_end());
    stage(directory, (uint32_t)user_text, (uint32_t)user_text, PTE_US);
    return directory;
}
