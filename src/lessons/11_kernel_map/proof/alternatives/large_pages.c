/*
 * Lesson 11, another way: the direct map first, of 2 MiB pages wherever one fits that needs no
 * other rights inside; each level by recursion; U in every upper entry; every page global.
 */
#include "work.h"

#define ENTRIES 512u
#define LARGE   (PAGE_SIZE * ENTRIES)
#define ADDRESS BITS(51, 12)
#define UPPER   (PTE_P | PTE_RW | PTE_US | PTE_A)

struct page {
    uint64_t va, pa, flags;
    unsigned level; /* 1: 4 KiB, 2: 2 MiB */
};

static uint64_t *window(uint64_t pa)
{
    return (uint64_t *)(DIRECT_MAP + pa);
}

static uint64_t clear_frame(void)
{
    pa_t frame;

    if (!frame_alloc(&frame))
        return 0;
    for (unsigned i = ENTRIES; i-- > 0;)
        window(frame.value)[i] = 0;
    return frame.value;
}

static enum result put(uint64_t table, unsigned level, const struct page *p)
{
    uint64_t *entry = &window(table)[p->va >> (PAGE_SHIFT + 9 * (level - 1)) & (ENTRIES - 1)];

    if (level == p->level || (*entry & (PTE_P | PTE_PS)) == (PTE_P | PTE_PS)) {
        if (*entry & PTE_P)
            return ALREADY_MAPPED;
        *entry = p->pa | p->flags | PTE_P | PTE_G | (level > 1 ? PTE_PS : 0);
        return DONE;
    }
    if (!(*entry & PTE_P)) {
        uint64_t fresh = clear_frame();
        if (fresh == 0)
            return OUT_OF_FRAMES;
        *entry = fresh | UPPER;
    }
    return put(*entry & ADDRESS, level - 1, p);
}

static void drop(uint64_t table, unsigned level)
{
    if (level > 1) {
        for (unsigned i = 0; i < ENTRIES; i++) {
            uint64_t entry = window(table)[i];
            if ((entry & PTE_P) && !(entry & PTE_PS))
                drop(entry & ADDRESS, level - 1);
        }
    }
    frame_free((pa_t){ table });
}

/* The last byte, so that nothing is ever 2^64. */
static uint64_t last_byte(const struct region *r)
{
    return r->va.value + (r->pages << PAGE_SHIFT) - 1;
}

static uint64_t up(uint64_t bytes)
{
    return (bytes + PAGE_SIZE - 1) & ADDRESS;
}

static uint64_t down(uint64_t bytes)
{
    return bytes & ADDRESS;
}

static enum result check(const struct plan *plan, const struct region *r)
{
    if ((r->va.value | (r->rights ? r->pa.value : 0)) & (PAGE_SIZE - 1))
        return UNALIGNED;
    if (r->pages == 0 || r->pages > BIT(36) || last_byte(r) < r->va.value)
        return OUT_OF_RANGE;
    if ((int64_t)r->va.value >> 47 != (int64_t)last_byte(r) >> 47)
        return OUT_OF_RANGE;
    if ((int64_t)r->va.value >> 47 != 0 && (int64_t)r->va.value >> 47 != -1)
        return OUT_OF_RANGE;
    if (r->rights && (r->pa.value + (r->pages << PAGE_SHIFT) - 1) >> 52)
        return OUT_OF_RANGE;
    if ((r->rights & (REGION_W | REGION_X)) == (REGION_W | REGION_X))
        return NOT_ALLOWED;
    for (const struct region *o = plan->region; o < r; o++) {
        if (o->va.value <= last_byte(r) && r->va.value <= last_byte(o))
            return ALREADY_MAPPED;
    }
    for (uint64_t k = 0; k < plan->rams; k++) {
        uint64_t low = up(plan->ram[k].start.value), end = down(plan->ram[k].end.value);
        if (low < end && DIRECT_MAP + low <= last_byte(r) && r->va.value < DIRECT_MAP + end)
            return ALREADY_MAPPED;
    }
    return DONE;
}

/* Whether the `bytes` from pa on hold a frame of a region that must not be written: 0 none, 1 all
 * (for a single page), 2 some. */
static unsigned frozen(const struct plan *plan, uint64_t pa, uint64_t bytes)
{
    for (uint64_t i = 0; i < plan->regions; i++) {
        const struct region *r = &plan->region[i];
        if (!r->rights || (r->rights & REGION_W))
            continue;
        if (r->pa.value < pa + bytes && pa < r->pa.value + (r->pages << PAGE_SHIFT))
            return bytes == PAGE_SIZE ? 1 : 2;
    }
    return 0;
}

static enum result map_ram(uint64_t root, const struct plan *plan, const struct ram *ram)
{
    uint64_t pa = up(ram->start.value), end = down(ram->end.value);

    while (pa < end) {
        bool large = pa % LARGE == 0 && end - pa >= LARGE && !frozen(plan, pa, LARGE);
        uint64_t bytes = large ? LARGE : PAGE_SIZE;
        uint64_t write = frozen(plan, pa, bytes) ? 0 : PTE_RW;
        struct page p = { DIRECT_MAP + pa, pa, PTE_XD | write, large ? 2 : 1 };
        enum result result = put(root, 4, &p);
        if (result != DONE)
            return result;
        pa += bytes;
    }
    return DONE;
}

static enum result map_region(uint64_t root, const struct region *r)
{
    uint64_t flags = r->rights & REGION_X ? 0 : PTE_XD;

    flags |= r->rights & REGION_W ? PTE_RW : 0;
    flags |= r->rights & REGION_U ? PTE_US : 0;
    for (uint64_t i = r->rights ? r->pages : 0; i-- > 0;) {
        uint64_t at = i << PAGE_SHIFT;
        struct page p = { r->va.value + at, r->pa.value + at, flags, 1 };
        enum result result = put(root, 4, &p);
        if (result != DONE)
            return result;
    }
    return DONE;
}

enum result build_kernel_map(const struct plan *plan, pa_t *root)
{
    for (uint64_t i = 0; i < plan->regions; i++) {
        enum result result = check(plan, &plan->region[i]);
        if (result != DONE)
            return result;
    }
    uint64_t pml4 = clear_frame();
    if (pml4 == 0)
        return OUT_OF_FRAMES;
    enum result result = DONE;
    for (uint64_t i = 0; result == DONE && i < plan->rams; i++)
        result = map_ram(pml4, plan, &plan->ram[i]);
    for (uint64_t i = 0; result == DONE && i < plan->regions; i++)
        result = map_region(pml4, &plan->region[i]);
    if (result == DONE)
        root->value = pml4;
    else
        drop(pml4, 4);
    return result;
}

enum result phys_to_virt(const struct plan *plan, pa_t pa, va_t *va)
{
    for (uint64_t k = 0; k < plan->rams; k++) {
        if (pa.value >= up(plan->ram[k].start.value) && pa.value < down(plan->ram[k].end.value)) {
            va->value = DIRECT_MAP + pa.value;
            return DONE;
        }
    }
    return OUT_OF_RANGE;
}

enum result virt_to_phys(const struct plan *plan, va_t va, pa_t *pa)
{
    pa_t guess = { va.value - DIRECT_MAP };
    va_t back;

    if (va.value >= DIRECT_MAP && phys_to_virt(plan, guess, &back) == DONE) {
        *pa = guess;
        return DONE;
    }
    for (uint64_t i = 0; i < plan->regions; i++) {
        const struct region *r = &plan->region[i];
        if (r->rights && va.value >= r->va.value && va.value <= last_byte(r)) {
            pa->value = r->pa.value + va.value - r->va.value;
            return DONE;
        }
    }
    return NOT_MAPPED;
}
