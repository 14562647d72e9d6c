/*
 * Lesson 11, your part: the kernel's own space, from a table that says what is where.
 *
 *     0                         nothing, ever: null pointers end here
 *     0x0000000000400000        user code                          user R-X
 *     0x00007FFFFFFFF000        the last page of the lower half: nothing
 *     0xFFFF800000000000        the direct map: RAM at DIRECT_MAP + its physical address
 *     0xFFFFFFFF80200000        the kernel's image: text R-X, constants R--, data RW-
 *     0xFFFFFFFFFFFFFFFF        the last byte of the stack, RW-, with a guard below it
 *
 * Frames and tables are reached through the staff's window. It lies where your direct map will lie:
 * the byte at physical address pa is at DIRECT_MAP + pa, before you load your tables and after.
 */
#ifndef LESSON_WORK_H
#define LESSON_WORK_H

#include "offered/result.h"
#include "paging/types.h"

#define DIRECT_MAP  UINT64_C(0xFFFF800000000000)
#define REGIONS_MAX 24u
#define RAM_MAX     64u

/* What may be done in a region. None of them: a reservation, where nothing must ever be mapped. */
#define REGION_R BIT(0) /* there is no bit for this in an entry: what is present can be read */
#define REGION_W BIT(1)
#define REGION_X BIT(2)
#define REGION_U BIT(3) /* in user mode, too */

/* `pages` pages from va on lead to as many frames from pa on, one after the other. */
struct region {
    const char *name;
    va_t va;
    pa_t pa; /* of no meaning in a reservation */
    uint64_t pages, rights;
};

/* RAM from start up to, not including, end: any bytes, and perhaps not one whole page. */
struct ram {
    pa_t start, end;
};

/* No two stretches of RAM overlap. A region's frames need not be RAM: the screen's are not. There
 * are at most REGIONS_MAX regions and RAM_MAX stretches. No pointer below is NULL. */
struct plan {
    uint64_t regions, rams;
    struct region region[REGIONS_MAX];
    struct ram ram[RAM_MAX];
};

/*
 * Builds the tables of a whole new space and stores the physical address of its PML4 in *root.
 * Nothing is loaded. In this space
 *
 *   each region is mapped with its rights and no others;
 *   each page that is RAM from its first byte to its last is mapped at DIRECT_MAP + its physical
 *     address: never executable, not for user mode, and writable unless its frame belongs to a
 *     region that is mapped and not writable;
 *   nothing else is mapped.
 *
 * Refused, for any region, whichever comes first in the table of regions:
 *   UNALIGNED       va or pa is no multiple of PAGE_SIZE
 *   OUT_OF_RANGE    no pages at all; a page that is not canonical, or behind the last of all (a
 *                   region may end with the very last byte); a frame above bit 51
 *   NOT_ALLOWED     REGION_W together with REGION_X
 *   ALREADY_MAPPED  it overlaps another region (a reservation, too) or the direct map
 * and OUT_OF_FRAMES at any time. Then every frame that was taken is given back, and *root stays as
 * it was. pa is not looked at in a reservation.
 */
enum result build_kernel_map(const struct plan *plan, pa_t *root);

/*
 * Where does the byte at pa lie in the direct map? OUT_OF_RANGE, *va as it was, when it lies in no
 * page of the direct map: a device, a hole, half a page of RAM.
 */
enum result phys_to_virt(const struct plan *plan, pa_t pa, va_t *va);

/*
 * Where does the byte at va lie in physical memory, by the plan? Any va may come: in a region, in
 * the direct map, or in neither. Then NOT_MAPPED, and *pa is as it was.
 */
enum result virt_to_phys(const struct plan *plan, va_t va, pa_t *pa);

/* The staff's, for you to call. */
bool frame_alloc(pa_t *frame); /* a frame with old rubbish in it; false when none is left */
void frame_free(pa_t frame);
void break_here(void); /* stops the Bochs debugger, if there is one */

#endif
