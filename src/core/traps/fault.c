/*
 * The report of an exception nobody expected: what happened in words, where, and for a page fault
 * the walk of its address with the first level that refuses. Part of traps.h.
 */
#include "core/traps/traps.h"

#include "core/cpu.h"
#include "core/machine.h"
#include "core/print.h"
#include "core/traps/glance.h"

#define CODE_SELECTOR_INDEX_SHIFT 3

static void print_end(const struct pg_walk *walk, const struct pg_level *last, word_t error)
{
    switch (walk->end) {
    case PG_END_NOT_PRESENT:
        print("the %s is not present: nothing is mapped here.\n", last->entry);
        break;
    case PG_END_RESERVED:
        print("the %s has reserved bits set: 0x%llx.\n", last->entry,
              (unsigned long long)walk->reserved);
        break;
    case PG_END_NONCANONICAL:
        print("the address is not canonical: the tables are never asked.\n");
        break;
    case PG_END_OUTSIDE:
        print("this %s cannot be read: its table lies where no memory is mapped.\n", last->entry);
        break;
    case PG_END_MAPPED:
        print("mapped to 0x%llx, %s %s %s", (unsigned long long)walk->pa.value,
              walk->rights.write ? "writable" : "read-only",
              walk->rights.user ? "user" : "supervisor",
              walk->rights.execute ? "executable" : "not executable");
        print(error & PF_PRESENT ? ": the access lacked a right.\n"
                                 : " *now*: the CPU may still remember an older entry.\n");
        break;
    default:
        break;
    }
}

static void print_walk(word_t va, word_t error)
{
    struct pg_space space = glance_space();
    struct pg_walk walk = pg_walk(&space, (va_t){ va });
    const struct pg_level *level = &space.geometry->level[walk.level];

    print("  the walk of 0x%lx from CR3 = 0x%lx:\n", va, (word_t)space.root.value);
    for (unsigned i = 0; i < walk.steps; i++) {
        const struct pg_step *s = &walk.step[i];
        level = &space.geometry->level[s->level];
        print("    %s[%u]  at 0x%llx  = 0x%llx  %s%s%s%s\n", level->entry, s->index,
              (unsigned long long)s->at.value, (unsigned long long)s->entry,
              s->entry & PTE_P ? "P" : "not present", s->entry & PTE_RW ? " RW" : "",
              s->entry & PTE_US ? " US" : "", (s->entry & PTE_PS) && s->level > PG_PT ? " PS" : "");
    }
    print("    ");
    print_end(&walk, level, error);
}

static void print_page_fault(const struct trap *t)
{
    word_t e = t->error;

    print("  a %s %s at 0x%lx: %s%s\n", e & PF_USER ? "user-mode" : "supervisor",
          e & PF_FETCH   ? "instruction fetch"
          : e & PF_WRITE ? "write"
                         : "read",
          t->cr2, e & PF_PRESENT ? "a right was missing" : "the page is not present",
          e & PF_RESERVED ? ", a reserved bit was set" : "");
    print_walk(t->cr2, e);
}

static void print_selector_error(word_t error)
{
    if (error == 0)
        print("  no selector is involved (a non-canonical address, a reserved bit, a privileged\n"
              "  instruction or a wrong value for a control register will do that).\n");
    else
        print("  selector index %lu in the %s%s.\n", error >> CODE_SELECTOR_INDEX_SHIFT,
              error & 2   ? "IDT"
              : error & 4 ? "LDT"
                          : "GDT",
              error & 1 ? ", external event" : "");
}

void trap_report(const struct trap *t)
{
    print("\n%s, %s (vector %lu), error code 0x%lx, at 0x%lx\n", trap_mnemonic(t->vector),
          trap_name(t->vector), t->vector, t->error, t->ip);
    if (t->vector == VECTOR_PF)
        print_page_fault(t);
    if (t->vector >= 10 && t->vector <= VECTOR_GP)
        print_selector_error(t->error);
    if (t->vector == VECTOR_DF)
        print("  an exception could not be delivered: its stack or handler is out of reach.\n"
              "  CR2 = 0x%lx, stack pointer 0x%lx.\n",
              t->cr2, trap_stack_pointer(t));
    print("  ax 0x%lx  bx 0x%lx  cx 0x%lx  dx 0x%lx  si 0x%lx  di 0x%lx  bp 0x%lx  sp 0x%lx\n",
          t->ax, t->bx, t->cx, t->dx, t->si, t->di, t->bp, trap_stack_pointer(t));
    print("  CR0 0x%lx  CR2 0x%lx  CR3 0x%lx  CR4 0x%lx\n", cpu_read_cr0(), t->cr2, cpu_read_cr3(),
          cpu_read_cr4());
}
