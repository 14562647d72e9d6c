/* Lesson 11, the reference. */
#include "work.h"

#define ENTRIES    512u
#define PML4_SHIFT 39u
#define LEVEL_BITS 9u
#define ADDRESS    BITS(51, 12)
#define UPPER_HALF UINT64_C(0xFFFF800000000000)
#define LOWER_END  UINT64_C(0x0000800000000000)

/* ---- Tables ---- */

static uint64_t *table_at(pa_t frame)
{
    return (uint64_t *)(DIRECT_MAP + frame.value);
}

static bool new_table(pa_t *frame)
{
    if (!frame_alloc(frame))
        return false;
    for (unsigned i = 0; i < ENTRIES; i++)
        table_at(*frame)[i] = 0;
    return true;
}

/* `shift` tells the level: the lowest bit of an address that chooses among its entries. */
static void free_tables(pa_t table, unsigned shift)
{
    for (unsigned i = 0; shift > PAGE_SHIFT && i < ENTRIES; i++) {
        uint64_t entry = table_at(table)[i];
        if (entry & PTE_P)
            free_tables((pa_t){ entry & ADDRESS }, shift - LEVEL_BITS);
    }
    frame_free(table);
}

static uint64_t *entry_of(pa_t table, va_t va, unsigned shift)
{
    return &table_at(table)[va.value >> shift & (ENTRIES - 1)];
}

static enum result map_one(pa_t root, va_t va, pa_t pa, uint64_t flags)
{
    pa_t table = root;

    for (unsigned shift = PML4_SHIFT; shift > PAGE_SHIFT; shift -= LEVEL_BITS) {
        uint64_t *entry = entry_of(table, va, shift);
        if (!(*entry & PTE_P)) {
            pa_t fresh;
            if (!new_table(&fresh))
                return OUT_OF_FRAMES;
            *entry = fresh.value | PTE_P | PTE_RW;
        }
        /* Above the last level everything is allowed that a page below may need. */
        *entry |= flags & PTE_US;
        table.value = *entry & ADDRESS;
    }
    uint64_t *entry = entry_of(table, va, PAGE_SHIFT);
    if (*entry & PTE_P)
        return ALREADY_MAPPED;
    *entry = pa.value | flags | PTE_P;
    return DONE;
}

/* ---- Regions ---- */

static enum result check_alone(const struct region *r)
{
    uint64_t half_end = r->va.value < LOWER_END ? LOWER_END : 0; /* 0 stands for 2^64 */

    if (r->va.value % PAGE_SIZE != 0 || (r->rights != 0 && r->pa.value % PAGE_SIZE != 0))
        return UNALIGNED;
    if (r->va.value >= LOWER_END && r->va.value < UPPER_HALF)
        return OUT_OF_RANGE;
    if (r->pages == 0 || r->pages > (half_end - r->va.value) >> PAGE_SHIFT)
        return OUT_OF_RANGE;
    if (r->rights != 0 &&
        (r->pa.value > ADDRESS || r->pages > (ADDRESS + PAGE_SIZE - r->pa.value) >> PAGE_SHIFT))
        return OUT_OF_RANGE;
    return (r->rights & REGION_W) && (r->rights & REGION_X) ? NOT_ALLOWED : DONE;
}

/* Whether `at` lies in the `pages` pages from `start` on. An end may wrap, a difference not. */
static bool within(uint64_t at, uint64_t start, uint64_t pages)
{
    return at >= start && (at - start) >> PAGE_SHIFT < pages;
}

static bool overlap(uint64_t a, uint64_t a_pages, uint64_t b, uint64_t b_pages)
{
    return within(a, b, b_pages) || within(b, a, a_pages);
}

/* The whole pages of a stretch of RAM: the first one's address, and how many there are. */
static uint64_t ram_first(const struct ram *ram)
{
    return (ram->start.value + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

static uint64_t ram_pages(const struct ram *ram)
{
    uint64_t first = ram_first(ram);

    return ram->end.value > first ? (ram->end.value - first) >> PAGE_SHIFT : 0;
}

static enum result check_region(const struct plan *plan, uint64_t i)
{
    const struct region *r = &plan->region[i];
    enum result result = check_alone(r);

    for (uint64_t k = 0; result == DONE && k < i; k++) {
        if (overlap(r->va.value, r->pages, plan->region[k].va.value, plan->region[k].pages))
            result = ALREADY_MAPPED;
    }
    for (uint64_t k = 0; result == DONE && k < plan->rams; k++) {
        const struct ram *ram = &plan->ram[k];
        if (overlap(r->va.value, r->pages, DIRECT_MAP + ram_first(ram), ram_pages(ram)))
            result = ALREADY_MAPPED;
    }
    return result;
}

static uint64_t flags_of(uint64_t rights)
{
    return (rights & REGION_W ? PTE_RW : 0) | (rights & REGION_U ? PTE_US : 0) |
           (rights & REGION_X ? 0 : PTE_XD);
}

static enum result map_region(pa_t root, const struct region *r)
{
    enum result result = DONE;

    /* Counted, not compared with an end: that of the last region is 2^64. */
    for (uint64_t i = 0; result == DONE && r->rights != 0 && i < r->pages; i++)
        result = map_one(root, (va_t){ r->va.value + i * PAGE_SIZE },
                         (pa_t){ r->pa.value + i * PAGE_SIZE }, flags_of(r->rights));
    return result;
}

/* ---- The direct map ---- */

/* What one address forbids, no other address of the same frame may allow. */
static uint64_t direct_flags(const struct plan *plan, uint64_t pa)
{
    for (uint64_t i = 0; i < plan->regions; i++) {
        const struct region *r = &plan->region[i];
        if (r->rights != 0 && !(r->rights & REGION_W) && within(pa, r->pa.value, r->pages))
            return PTE_XD;
    }
    return PTE_XD | PTE_RW;
}

static enum result map_ram(pa_t root, const struct plan *plan, const struct ram *ram)
{
    uint64_t first = ram_first(ram), pages = ram_pages(ram);
    enum result result = DONE;

    for (uint64_t i = 0; result == DONE && i < pages; i++) {
        uint64_t pa = first + i * PAGE_SIZE;
        result = map_one(root, (va_t){ DIRECT_MAP + pa }, (pa_t){ pa }, direct_flags(plan, pa));
    }
    return result;
}

/* ---- The whole space ---- */

enum result build_kernel_map(const struct plan *plan, pa_t *root)
{
    enum result result = DONE;
    pa_t pml4;

    for (uint64_t i = 0; result == DONE && i < plan->regions; i++)
        result = check_region(plan, i);
    if (result != DONE)
        return result;
    if (!new_table(&pml4))
        return OUT_OF_FRAMES;
    for (uint64_t i = 0; result == DONE && i < plan->regions; i++)
        result = map_region(pml4, &plan->region[i]);
    for (uint64_t i = 0; result == DONE && i < plan->rams; i++)
        result = map_ram(pml4, plan, &plan->ram[i]);
    if (result != DONE) {
        free_tables(pml4, PML4_SHIFT);
        return result;
    }
    *root = pml4;
    return DONE;
}

/* ---- From one kind of address to the other ---- */

enum result phys_to_virt(const struct plan *plan, pa_t pa, va_t *va)
{
    for (uint64_t i = 0; i < plan->rams; i++) {
        if (within(pa.value, ram_first(&plan->ram[i]), ram_pages(&plan->ram[i]))) {
            va->value = DIRECT_MAP + pa.value;
            return DONE;
        }
    }
    return OUT_OF_RANGE;
}

enum result virt_to_phys(const struct plan *plan, va_t va, pa_t *pa)
{
    va_t direct;

    for (uint64_t i = 0; i < plan->regions; i++) {
        const struct region *r = &plan->region[i];
        if (r->rights != 0 && within(va.value, r->va.value, r->pages)) {
            pa->value = r->pa.value + (va.value - r->va.value);
            return DONE;
        }
    }
    /* Below DIRECT_MAP the difference wraps to an address where no RAM lies. */
    pa_t low = { va.value - DIRECT_MAP };
    if (phys_to_virt(plan, low, &direct) != DONE)
        return NOT_MAPPED;
    *pa = low;
    return DONE;
}
