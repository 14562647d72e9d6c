/*
 * Lesson 4: what the CPU does when an entry changes and nobody tells it. No part of the learner's:
 * the staff change entries, the grader watches each access from outside.
 */
#include "core/cpu.h"
#include "core/machine.h"
#include "offered/entry32.h"
#include "parts.h"
#include "stage/checkpoint.h"
#include "stage/exam.h"

#define READ_ONLY_ENTRY ((uint32_t)PTE_P)
#define GLOBAL_ENTRY    ((uint32_t)(PTE_P | PTE_RW | PTE_G))
#define SEEN_WRITTEN    0x0D1D0D1Du

struct probe look(const char *what, enum probe_kind kind, va32_t page)
{
    struct probe p = probe(kind, page.value, SEEN_WRITTEN);

    print("     %s: ", what);
    if (kind == PROBE_WRITE_4 && !p.faulted)
        print("written\n");
    else {
        probe_print(&p);
        print("\n");
    }
    return p;
}

/* A frame changes in the entry. The CPU goes on to the old one. */
void facts_stale(void)
{
    const struct trial *t = &trial[STALE];

    set_entry(t->page, t->old.value | WRITABLE_ENTRY);
    CHECKPOINT(stale);
    print("2  A mapping that is no longer in memory. Page 0x%08x:\n", t->page.value);
    look("the entry names frame A; the CPU reads", PROBE_READ_4, t->page);
    set_entry(t->page, t->new.value | WRITABLE_ENTRY);
    print("     the entry now is 0x%08x, frame B\n", *entry_of(t->page));
    look("and the CPU reads                     ", PROBE_READ_4, t->page);
    cpu_invlpg(t->page.value);
    look("after INVLPG it reads                 ", PROBE_READ_4, t->page);
}

/* D is a part of what the TLB remembers: cleared in memory, it stays set in the CPU. */
static void dirty_again(const struct trial *t)
{
    look("write                                 ", PROBE_WRITE_4, t->page);
    *entry_of(t->page) &= ~(uint32_t)PTE_D;
    look("D is cleared, nothing said: write     ", PROBE_WRITE_4, t->page);
    exam.note[D_STALE] = *entry_of(t->page) >> 6 & 1;
    print("     D is now %u\n", (unsigned)exam.note[D_STALE]);
    cpu_invlpg(t->page.value);
    look("after INVLPG: write                   ", PROBE_WRITE_4, t->page);
    exam.note[D_FRESH] = *entry_of(t->page) >> 6 & 1;
    print("     D is now %u\n", (unsigned)exam.note[D_FRESH]);
}

/* Four changes without invalidation: two the CPU notices at once, two it does not. */
void facts_changes(void)
{
    const va32_t absent = trial[ABSENT].page, read_only = trial[READ_ONLY].page;
    const va32_t writable = trial[WRITABLE].page, present = trial[PRESENT].page;

    set_entry(absent, 0);
    set_entry(read_only, trial[READ_ONLY].old.value | READ_ONLY_ENTRY);
    set_entry(writable, trial[WRITABLE].old.value | WRITABLE_ENTRY);
    set_entry(present, trial[PRESENT].old.value | WRITABLE_ENTRY);
    set_entry(trial[DIRTY].page, trial[DIRTY].old.value | WRITABLE_ENTRY);
    CHECKPOINT(changes);
    print("3  Five changes, and nothing said to the TLB:\n");
    look("not present: read                     ", PROBE_READ_4, absent);
    set_entry(absent, trial[ABSENT].old.value | WRITABLE_ENTRY);
    look("present now: read                     ", PROBE_READ_4, absent);
    look("read-only: write                      ", PROBE_WRITE_4, read_only);
    set_entry(read_only, trial[READ_ONLY].old.value | WRITABLE_ENTRY);
    look("writable now: write                   ", PROBE_WRITE_4, read_only);
    look("writable: write                       ", PROBE_WRITE_4, writable);
    set_entry(writable, trial[WRITABLE].old.value | READ_ONLY_ENTRY);
    look("read-only now: write                  ", PROBE_WRITE_4, writable);
    look("present: read                         ", PROBE_READ_4, present);
    set_entry(present, 0);
    look("not present now: read                 ", PROBE_READ_4, present);
    dirty_again(&trial[DIRTY]);
}

/* A place in the TLB is lost to another page. Which pages share a place is the CPU's affair. */
void facts_crowd(void)
{
    const struct trial *t = &trial[CROWDED];
    const va32_t away = crowd_page(t->page);

    set_entry(t->page, t->old.value | WRITABLE_ENTRY);
    CHECKPOINT(crowd);
    print("4  The TLB is small. Page 0x%08x again with a stale entry:\n", t->page.value);
    look("the CPU reads                         ", PROBE_READ_4, t->page);
    set_entry(t->page, t->new.value | WRITABLE_ENTRY);
    look("a read 8 MiB away                     ", PROBE_READ_4, away);
    look("and here again (Bochs: forgotten)     ", PROBE_READ_4, t->page);
}

/* A global page stays when CR3 is loaded. */
void facts_global(void)
{
    const struct trial *t = &trial[LASTING];

    set_entry(t->page, t->old.value | GLOBAL_ENTRY);
    CHECKPOINT(lasting);
    print("5  A global page, changed, and CR3 loaded:\n");
    look("the CPU reads                         ", PROBE_READ_4, t->page);
    set_entry(t->page, t->new.value | GLOBAL_ENTRY);
    cpu_write_cr3(cpu_read_cr3());
    look("after MOV CR3 (QEMU drops it, too)    ", PROBE_READ_4, t->page);
    cpu_invlpg(t->page.value);
    look("after INVLPG                          ", PROBE_READ_4, t->page);
}
