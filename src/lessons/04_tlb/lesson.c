/*
 * Lesson 4: the TLB. Reads from lesson_main() upwards. First what the CPU remembers, shown by the
 * staff's own hands (machine_facts.c); then the learner's functions, each run one instruction at a
 * time while the page is in use.
 */
#include "work.h"

#include "core/frames.h"
#include "core/machine.h"
#include "parts.h"
#include "stage/checkpoint.h"
#include "stage/lesson.h"
#include "stage/stepping32.h"

#define USER_ENTRY ((uint32_t)(PTE_P | PTE_RW | PTE_US))
#define UNTOUCHED  0x5A5A5A5Au

const struct lesson lesson = {
    .number = 4,
    .title = "the TLB",
    .pool_frames = 256,
    .pool_lowest = 0x400000,
};

/* ---- One call, one instruction at a time ---- */

/* A page whose entry changes before the call, with nothing said: does the call forget it too? */
static void decoy_set(void)
{
    const struct trial *decoy = &trial[DECOY];

    set_entry(decoy->page, decoy->old.value | WRITABLE_ENTRY);
    probe(PROBE_READ_4, decoy->page.value, 0);
    set_entry(decoy->page, decoy->new.value | WRITABLE_ENTRY);
}

static void decoy_look(void)
{
    struct probe p = probe(PROBE_READ_4, trial[DECOY].page.value, 0);

    if (p.value == trial[DECOY].new.value)
        print("     (the whole TLB was emptied: another page was forgotten, too)\n");
}

static void run_stepped(unsigned index, const char *name, void (*function)(void), va32_t page,
                        bool write, const uint32_t argument[4])
{
    const struct step_watch watch = { page.value, entry_of(page), write };
    enum result result;

    decoy_set();
    result = (enum result)step_call(&watch, function, argument);
    lesson_needs(result, index, name);
    exam_answer(page.value, result, 0);
    step_print();
}

static void run_remap(unsigned which)
{
    const struct trial *t = &trial[which];
    pa32_t old = { 0 };

    run_stepped(REMAP, "remap", (void (*)(void))remap, t->page, false,
                (uint32_t[4]){ t->page.value, t->new.value, (uint32_t)(uintptr_t)&old });
    exam_answer(t->page.value, 0, old.value);
    look("so now the CPU reads                  ", PROBE_READ_4, t->page);
    decoy_look();
}

static void run_protect(const struct trial *t)
{
    run_stepped(PROTECT, "protect", (void (*)(void))protect, t->page, true,
                (uint32_t[4]){ t->page.value, PTE_US });
    look("so now a write                        ", PROBE_WRITE_4, t->page);
    look("and a read                            ", PROBE_READ_4, t->page);
    decoy_look();
}

static void run_unmap(const struct trial *t)
{
    pa32_t frame = { 0 };

    run_stepped(UNMAP, "unmap", (void (*)(void))unmap, t->page, false,
                (uint32_t[4]){ t->page.value, (uint32_t)(uintptr_t)&frame });
    exam_answer(t->page.value, 0, frame.value);
    look("so now the CPU reads                  ", PROBE_READ_4, t->page);
    decoy_look();
}

static void changed_under_use(void)
{
    set_entry(trial[MOVED].page, trial[MOVED].old.value | WRITABLE_ENTRY);
    set_entry(trial[LOCKED].page, trial[LOCKED].old.value | USER_ENTRY);
    set_entry(trial[GONE].page, trial[GONE].old.value | WRITABLE_ENTRY);
    exam.note[MOVED_ENTRY] = (uintptr_t)entry_of(trial[MOVED].page);
    CHECKPOINT(moved);
    print("6  remap(0x%08x, 0x%08x), stepped:\n", trial[MOVED].page.value, trial[MOVED].new.value);
    run_remap(MOVED);
    CHECKPOINT(locked);
    print("7  protect(0x%08x): no more writes:\n", trial[LOCKED].page.value);
    run_protect(&trial[LOCKED]);
    CHECKPOINT(gone);
    print("8  unmap(0x%08x):\n", trial[GONE].page.value);
    run_unmap(&trial[GONE]);
    set_entry(trial[GLOBAL].page, trial[GLOBAL].old.value | WRITABLE_ENTRY | (uint32_t)PTE_G);
    CHECKPOINT(global);
    print("9  remap(0x%08x), a global page:\n", trial[GLOBAL].page.value);
    run_remap(GLOBAL);
}

/* ---- Ageing ---- */

static void ask_which(va32_t first)
{
    uint32_t map = UNTOUCHED;
    enum result result = referenced_pages(first, AGED_PAGES, &map);

    lesson_needs(result, REFERENCED, "referenced_pages");
    exam_answer(first.value, result, map);
    print("     referenced_pages says 0x%06x\n", map);
}

/* The chosen pages are used; the grader sees it and knows the answer. */
static void use(va32_t first, uint32_t chosen, enum probe_kind kind)
{
    for (uint32_t i = 0; i < AGED_PAGES; i++) {
        if (chosen >> i & 1)
            probe(kind, first.value + (i << PAGE_SHIFT), i);
    }
    print("     pages in use: 0x%06x\n", chosen);
}

static void age(void)
{
    const va32_t first = { (uint32_t)exam.note[AGED_PAGE] };
    uint32_t mapped = (uint32_t)exam_next() | 3u;
    uint32_t once = ((uint32_t)exam_next() | 1u) & mapped & ((1u << AGED_PAGES) - 1);
    uint32_t again = ((uint32_t)exam_next() | 3u) & mapped & ((1u << AGED_PAGES) - 1);

    for (uint32_t i = 0; i < AGED_PAGES; i++) {
        uint32_t entry = trial[ZERO].old.value | WRITABLE_ENTRY | (uint32_t)PTE_A;
        set_entry((va32_t){ first.value + (i << PAGE_SHIFT) },
                  mapped >> i & 1 ? entry & ~(uint32_t)PTE_A : entry & ~(uint32_t)PTE_P);
    }
    use(first, once, PROBE_WRITE_1);
    ask_which(first);
    use(first, again, PROBE_READ_4);
    ask_which(first);
    ask_which(first);
}

/* The page is read after every instruction, so at the end A must be set: by the walk that follows
 * the invalidation. Cleared behind it, or with none at all, A stays clear. */
static void age_in_use(const struct trial *t)
{
    uint32_t map = UNTOUCHED;

    set_entry(t->page, t->old.value | WRITABLE_ENTRY);
    print("12 referenced_pages(0x%08x), one page, stepped:\n", t->page.value);
    run_stepped(REFERENCED, "referenced_pages", (void (*)(void))referenced_pages, t->page, false,
                (uint32_t[4]){ t->page.value, 1, (uint32_t)(uintptr_t)&map });
    exam_answer(t->page.value, 0, map);
    print("     it says 0x%x, and A is %u now (wanted: 1 and 1)\n", map,
          *entry_of(t->page) >> 5 & 1);
}

void lesson_main(void)
{
    steps_init();
    tables_init();
    CHECKPOINT(start);
    print("1  The kernel runs in a space of its own, global pages are on.\n");
    trials_draw();
    facts_stale();
    facts_changes();
    facts_crowd();
    facts_global();
    exam_group("changes");
    changed_under_use();
    CHECKPOINT(rest);
    print("10 Five more changes, then sixteen calls that must leave everything as it is.\n");
    ask_for_the_rest();
    CHECKPOINT(asked);
    exam_group("refusals");
    ask_for_refusals();
    CHECKPOINT(aged);
    print("11 Which pages are in use? 24 of them from 0x%08x on:\n",
          (uint32_t)exam.note[AGED_PAGE]);
    exam_group("ages");
    age();
    exam_group("age_in_use");
    age_in_use(&trial[PRESENT]);
    CHECKPOINT(end);
    print("13 Done.\n");
}
