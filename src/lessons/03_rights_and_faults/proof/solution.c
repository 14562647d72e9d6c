/* Lesson 3, the reference. */
#include "work.h"

#define RIGHTS          (uint32_t)(PTE_RW | PTE_US)
#define ADDRESS_BITS    0xFFFFF000u
#define INDEX_BITS      0x3FFu
#define DIRECTORY_SHIFT 22

#define ERROR_PRESENT (1u << 0)
#define ERROR_WRITE   (1u << 1)
#define ERROR_USER    (1u << 2)

/* ---- First half ---- */

enum result effective_rights(uint32_t pde, uint32_t pte, uint32_t *rights)
{
    if (!(pde & PTE_P) || !(pte & PTE_P))
        return NOT_MAPPED;
    if (rights != NULL)
        *rights = pde & pte & RIGHTS;
    return DONE;
}

static bool allowed(uint32_t rights, struct access access)
{
    if (access.user && !(rights & PTE_US))
        return false;
    if (!access.write || (rights & PTE_RW))
        return true;
    return !access.user && !access.wp;
}

enum result predict(uint32_t pde, uint32_t pte, struct access access, struct outcome *outcome)
{
    uint32_t rights;
    uint32_t error = (access.write ? ERROR_WRITE : 0) | (access.user ? ERROR_USER : 0);

    if (effective_rights(pde, pte, &rights) != DONE)
        *outcome = (struct outcome){ true, error };
    else if (!allowed(rights, access))
        *outcome = (struct outcome){ true, error | ERROR_PRESENT };
    else
        *outcome = (struct outcome){ false, 0 };
    return DONE;
}

/* ---- Second half ---- */

/* Compares numbers of pages from the start, which cannot overflow, not addresses, which can. */
static const struct area *area_of(const struct process *process, va32_t va)
{
    for (unsigned i = 0; i < process->count; i++) {
        const struct area *area = &process->areas[i];
        if (va.value >= area->start.value &&
            (va.value - area->start.value) >> PAGE_SHIFT < area->pages)
            return area;
    }
    return NULL;
}

/* The table that *pde names; a new one, not yet entered there, when it names none. */
static bool find_table(uint32_t pde, pa32_t *table)
{
    if (!(pde & PTE_P))
        return frame_zeroed(table);
    table->value = pde & ADDRESS_BITS;
    return true;
}

enum result on_page_fault(struct process *process, uint32_t error)
{
    va32_t va = fault_address();
    const struct area *area = area_of(process, va);
    pa32_t table, frame;

    if (area == NULL)
        return NOT_MAPPED;
    if (((error & ERROR_WRITE) && !(area->flags & PTE_RW)) ||
        ((error & ERROR_USER) && !(area->flags & PTE_US)))
        return FORBIDDEN;
    uint32_t *pde = &table_at(process->directory)[va.value >> DIRECTORY_SHIFT];
    if (!find_table(*pde, &table))
        return OUT_OF_FRAMES;
    uint32_t *pte = &table_at(table)[va.value >> PAGE_SHIFT & INDEX_BITS];
    if (*pte & PTE_P) {
        frame.value = *pte & ADDRESS_BITS;
    } else if (!frame_zeroed(&frame)) {
        if (!(*pde & PTE_P))
            frame_give(table);
        return OUT_OF_FRAMES;
    }
    *pte = frame.value | area->flags | PTE_P;
    *pde = table.value | RIGHTS | PTE_P;
    return DONE;
}
