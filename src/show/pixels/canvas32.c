/*
 * The canvas of the 32-bit lessons: see canvas.h. PAE, since only its entries reach pixels above
 * 4 GiB; the image is mapped 1:1, as in every lesson, so paging can be turned off and on here
 * whatever the lesson's own mode is (SDM 3A, "Paging-Mode Enabling").
 */
#include "show/pixels/canvas.h"

#include "core/cpu.h"
#include "core/traps/glance.h"
#include "show/pixels/canvas_pages.h"

#define CPUID_PAE    (1u << 6)
#define CANVAS       0xC0000000u /* PDPTE 3 */
#define CANVAS_PDPTE (CANVAS >> 30)

__attribute__((aligned(32))) static uint64_t pdpt[4];
__attribute__((aligned(4096))) static uint64_t image_pd[ENTRIES], pixel_pd[ENTRIES];
static uint32_t offset; /* of the first pixel in its large page */

bool canvas_init(uint64_t start, uint64_t bytes)
{
    offset = (uint32_t)(start & (LARGE_BYTES - 1));
    if (!(cpu_id(1).edx & CPUID_PAE) || !fits_directory(offset, bytes))
        return false;
    fill_directory(image_pd, 0);
    fill_directory(pixel_pd, start - offset);
    pdpt[0] = (uintptr_t)image_pd | PTE_P;
    pdpt[CANVAS_PDPTE] = (uintptr_t)pixel_pd | PTE_P;
    return true;
}

/* With paging off; EFER.LME decides, with CR4.PAE, which mode comes when it is turned on. */
static void set_mode(unsigned long cr3, unsigned long cr4, bool has_efer, uint64_t efer)
{
    cpu_write_cr4(cr4);
    cpu_write_cr3(cr3);
    if (has_efer)
        cpu_write_msr(MSR_EFER, efer);
}

void canvas_use(void (*draw)(volatile uint8_t *first))
{
    unsigned long cr0 = cpu_read_cr0(), cr3 = cpu_read_cr3(), cr4 = cpu_read_cr4();
    bool has_efer = cpu_has_efer();
    uint64_t efer = has_efer ? cpu_read_msr(MSR_EFER) : 0;

    cpu_write_cr0(cr0 & ~(unsigned long)CR0_PG);
    set_mode((uintptr_t)pdpt, CR4_PAE, has_efer, efer & ~(uint64_t)(EFER_LME | EFER_LMA));
    cpu_write_cr0(cr0 | CR0_PG);
    draw((volatile uint8_t *)CANVAS + offset);
    cpu_write_cr0(cr0 & ~(unsigned long)CR0_PG);
    set_mode(cr3, cr4, has_efer, efer & ~(uint64_t)EFER_LMA);
    cpu_write_cr0(cr0);
}
