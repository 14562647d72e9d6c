/*
 * The canvas of the 64-bit lessons: see canvas.h. The image appears where it always does. The stack
 * may lie in pages that only the lesson's tables map, so drawing has one in the image.
 */
#include "show/pixels/canvas.h"

#include "arch.h"
#include "core/cpu.h"
#include "show/pixels/canvas_pages.h"

#define CANVAS_PML4E 1u
#define CANVAS       0x8000000000u /* where PML4E 1 leads */
#define STACK_BYTES  4096u

typedef uint64_t table[ENTRIES];

__attribute__((aligned(4096))) static table pml4, image_pdpt, image_pd, pixel_pdpt, pixel_pd;
__attribute__((aligned(16))) static uint8_t stack[STACK_BYTES];
static uint32_t offset; /* of the first pixel in its large page */

/* boot/64/canvas.asm: calls function(argument) with the stack pointer at `top`. */
extern void canvas_call(void *top, void (*function)(void *), void *argument);

static uint64_t physical(const void *p)
{
    return (uintptr_t)p - KERNEL_OFFSET;
}

bool canvas_init(uint64_t start, uint64_t bytes)
{
    offset = (uint32_t)(start & (LARGE_BYTES - 1));
    if (!fits_directory(offset, bytes))
        return false;
    fill_directory(image_pd, 0);
    fill_directory(pixel_pd, start - offset);
    image_pdpt[KERNEL_OFFSET >> 30 & (ENTRIES - 1)] = physical(image_pd) | PTE_RW | PTE_P;
    pixel_pdpt[0] = physical(pixel_pd) | PTE_RW | PTE_P;
    pml4[ENTRIES - 1] = physical(image_pdpt) | PTE_RW | PTE_P;
    pml4[CANVAS_PML4E] = physical(pixel_pdpt) | PTE_RW | PTE_P;
    return true;
}

struct drawing {
    void (*draw)(volatile uint8_t *first);
};

/* CR4.PGE is cleared meanwhile: what a lesson mapped as global would outlast the change of CR3 (SDM
 * 3A, "Global Pages"). */
static void in_canvas(void *argument)
{
    const struct drawing *drawing = argument;
    void (*draw)(volatile uint8_t *) = drawing->draw; /* its stack is out of reach below */
    unsigned long cr3 = cpu_read_cr3(), cr4 = cpu_read_cr4();

    cpu_write_cr4(cr4 & ~(unsigned long)CR4_PGE);
    cpu_write_cr3(physical(pml4));
    draw((volatile uint8_t *)CANVAS + offset);
    cpu_write_cr3(cr3);
    cpu_write_cr4(cr4);
}

void canvas_use(void (*draw)(volatile uint8_t *first))
{
    canvas_call(stack + STACK_BYTES, in_canvas, &(struct drawing){ draw });
}
