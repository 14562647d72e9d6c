/* expect: C-STALE-TEXT. emu: bochs (QEMU's CR3 is rewritten from outside, which undoes the trick).
 * Correct tables, but the CPU is made to run a patched copy of a staff page: the page's entry leads
 * to the copy while the TLB is filled, and then looks right again. The copy leaves out the reload
 * of CR3 behind the checkpoint, so that the lie lasts. */
#include "work.h"

#define COPY        ((uint8_t *)0x01800000)
#define STAFF_START @staff_text_start@u
#define STAFF_END   @staff_text_end@u

static void patch(uint8_t *page)
{
    for (unsigned i = 0; i + 10 < 4096; i++) {
        if (page[i] == 0x66 && page[i + 1] == 0x87 && page[i + 2] == 0xDB && page[i + 6] == 0x0F &&
            page[i + 7] == 0x22)
            page[i + 6] = page[i + 7] = page[i + 8] = 0x90;
    }
}

static bool has_checkpoint(const uint8_t *page)
{
    for (unsigned i = 0; i + 10 < 4096; i++) {
        if (page[i] == 0x66 && page[i + 1] == 0x87 && page[i + 2] == 0xDB && page[i + 6] == 0x0F)
            return true;
    }
    return false;
}

enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags)
{
    uint32_t *entry = &process->table[page.value >> 12];

    if ((page.value | frame.value) & 0xFFF)
        return UNALIGNED;
    if (*entry & PTE_P)
        return ALREADY_MAPPED;
    *entry = frame.value | flags | PTE_P;
    return DONE;
}

enum result flat_unmap(struct process *process, va32_t page)
{
    uint32_t *entry = &process->table[page.value >> 12];

    if (page.value & 0xFFF)
        return UNALIGNED;
    if (!(*entry & PTE_P))
        return NOT_MAPPED;
    *entry = 0;
    return DONE;
}

enum result flat_translate(const struct process *process, va32_t va, pa32_t *pa)
{
    uint32_t entry = process->table[va.value >> 12];

    if (!(entry & PTE_P))
        return NOT_MAPPED;
    if (pa)
        pa->value = (entry & 0xFFFFF000) | (va.value & 0xFFF);
    return DONE;
}

enum result switch_to(const struct process *process)
{
    uint32_t *table = process->table, kept[2];

    write_cr3(process->directory.value);
    for (uint32_t page = STAFF_START; page < STAFF_END; page += 4096) {
        uint8_t *copy = COPY + (page - STAFF_START);
        if (!has_checkpoint((const uint8_t *)page))
            continue;
        kept[0] = table[page >> 12];
        if (!(read_cr0() & CR0_PG_BIT)) {
            for (unsigned i = 0; i < 4096; i++)
                copy[i] = ((const uint8_t *)page)[i];
            patch(copy);
        }
        table[page >> 12] = (uint32_t)copy | (kept[0] & 0xFFF);
    }
    write_cr0(read_cr0() | CR0_PG_BIT);
    write_cr3(process->directory.value);
    for (uint32_t page = STAFF_START; page < STAFF_END; page += 4096) {
        kept[1] = *(volatile uint32_t *)page; /* the data side of the TLB */
        for (unsigned i = 0; i < 4096; i++) { /* the code side: call a lone RET there */
            if (((const uint8_t *)page)[i] == 0xC3) {
                ((void (*)(void))(page + i))();
                break;
            }
        }
        table[page >> 12] = page | (table[page >> 12] & 0xFFF);
    }
    (void)kept;
    return DONE;
}
