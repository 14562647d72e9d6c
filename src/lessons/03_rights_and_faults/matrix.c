/*
 * Lesson 3: every combination of P, W and U in a directory entry with every one in a table entry.
 * Eight directory entries name one table with eight pages in it, so 64 addresses are enough; where
 * they lie, and the bits that mean nothing here, come from the seed.
 */
#include "parts.h"

#include "core/cpu.h"
#include "core/machine.h"
#include "core/space_now.h"
#include "core/traps/traps.h"
#include "paging/access.h"
#include "stage/exam.h"
#include "stage/lesson.h"
#include "stage/probe.h"
#include "stage/user32.h"

#define KINDS           8u /* of entries: P, W, U in all combinations */
#define FIRST_PDE       0x100u
#define PDE_SLICE       0x40u /* each in a slice of its own */
#define PTE_SLICE       0x80u
#define DIRECTORY_SHIFT 22
#define NOISE           (uint32_t)(PTE_A | PTE_D | PTE_G | PTE_AVL)
#define UNTOUCHED       0x5A5A5A5Au
#define OK              8u /* in `seen`; else the error code */

/* What is asked about one access, as the grader reads it: the address and these. */
#define ASK_WRITE BIT(32)
#define ASK_USER  BIT(33)
#define ASK_WP    BIT(34)
#define SAY_FAULT BIT(32) /* in the value; the error code is below */

struct page_pair {
    uint32_t va, pde, pte;
};

static uint32_t root, pde_index[KINDS], pte_index[KINDS];
static uint8_t seen[2][2][2][KINDS][KINDS], expected[2][2][2][KINDS][KINDS]; /* [wp][user][write] */

static uint32_t noise(void)
{
    return (uint32_t)exam_next() & NOISE;
}

static uint32_t va_at(unsigned upper, unsigned lower)
{
    return pde_index[upper] << DIRECTORY_SHIFT | pte_index[lower] << PAGE_SHIFT;
}

static struct page_pair at(unsigned upper, unsigned lower)
{
    uint32_t va = va_at(upper, lower);

    return (struct page_pair){ va, *pde_of(root, va), *pte_of(root, va) };
}

void matrix_build(uint32_t directory)
{
    uint32_t table = take_frame();

    root = directory;
    for (uint32_t i = 0; i < KINDS; i++) {
        pde_index[i] = FIRST_PDE + i * PDE_SLICE + exam_below(PDE_SLICE);
        *pde_of(root, pde_index[i] << DIRECTORY_SHIFT) = table | noise() | i;
    }
    for (uint32_t i = 0; i < KINDS; i++) {
        pte_index[i] = i * PTE_SLICE + exam_below(PTE_SLICE);
        *pte_of(root, va_at(0, i)) = take_labelled() | noise() | i;
    }
    exam.note[SHOWN_PAGE] = va_at(PTE_P | PTE_RW, PTE_P | PTE_RW | PTE_US);
    exam.note[SHOWN_PTE] = (uintptr_t)pte_of(root, (uint32_t)exam.note[SHOWN_PAGE]);
}

/* ---- What the learner says ---- */

static enum pg_end library_walk(uint32_t va, uint32_t *rights);

static void ask_rights(struct page_pair page, unsigned *agreed)
{
    uint32_t rights = 0, truth = 0;
    enum result result = effective_rights(page.pde, page.pte, &rights);

    lesson_needs(result, EFFECTIVE_RIGHTS, "effective_rights");
    exam_answer(page.va, result, rights);
    exam_answer(page.va, effective_rights(page.pde, page.pte, NULL), 0);
    bool mapped = library_walk(page.va, &truth) == PG_END_MAPPED;
    *agreed += mapped ? result == DONE && rights == truth : result == NOT_MAPPED;
}

static void ask_prediction(unsigned upper, unsigned lower, struct access access)
{
    struct page_pair page = at(upper, lower);
    struct outcome outcome = { 0 };
    enum result result = predict(page.pde, page.pte, access, &outcome);

    lesson_needs(result, PREDICT, "predict");
    exam_answer(page.va | (access.write ? ASK_WRITE : 0) | (access.user ? ASK_USER : 0) |
                    (access.wp ? ASK_WP : 0),
                result, outcome.error | (outcome.fault ? SAY_FAULT : 0));
    expected[access.wp][access.user][access.write][upper][lower] =
        outcome.fault ? (uint8_t)(outcome.error & 7) : OK;
}

/* A page that is not there has no rights to tell: *rights must stay. */
static void ask_about_nothing(struct page_pair page)
{
    uint32_t rights = UNTOUCHED;
    enum result result = effective_rights(page.pde, page.pte, &rights);

    exam_answer(page.va, result, rights);
}

void matrix_ask(void)
{
    unsigned agreed = 0;

    exam_group("rights");
    for (unsigned i = 0; i < KINDS * KINDS; i++)
        ask_rights(at(i / KINDS, i % KINDS), &agreed);
    print("     effective_rights and the library's walk agree on %u of 64 pages\n", agreed);
    exam_group("predictions");
    for (unsigned i = 0; i < KINDS * KINDS * 8; i++)
        ask_prediction(i / 8 / KINDS, i / 8 % KINDS,
                       (struct access){ .write = i & 1, .user = i & 2, .wp = i & 4 });
    exam_group("no_page");
    ask_about_nothing(at(PTE_RW | PTE_US, PTE_P | PTE_RW | PTE_US));
    ask_about_nothing(at(PTE_P | PTE_RW | PTE_US, PTE_RW | PTE_US));
}

/* ---- What the library says: a walk gives the rights of a page, pg_access all of it ---- */

static enum pg_end library_walk(uint32_t va, uint32_t *rights)
{
    struct pg_space space = space_now();
    struct pg_walk walk = pg_walk(&space, (va_t){ va });

    *rights = (walk.rights.write ? PTE_RW : 0) | (walk.rights.user ? PTE_US : 0);
    return walk.end;
}

/* As the CPU's answers stand in `seen`; i counts them in the same order. */
static uint8_t library_access(unsigned i)
{
    struct pg_space space = space_now();
    struct pg_control control = { .wp = i / KINDS / KINDS / 4 % 2 };
    struct pg_access access = { .kind = i / KINDS / KINDS % 2 ? PG_WRITE : PG_READ,
                                .user = i / KINDS / KINDS / 2 % 2 };
    va_t va = { va_at(i / KINDS % KINDS, i % KINDS) };
    struct pg_outcome outcome = pg_access(&space, &control, va, access);

    return outcome.verdict == PG_DONE ? OK : (uint8_t)outcome.error;
}

/* ---- What the CPU does ---- */

static void attempt(unsigned upper, unsigned lower, bool wp, bool user, bool write)
{
    enum probe_kind kind = write ? PROBE_WRITE_4 : PROBE_READ_4;
    uint32_t va = va_at(upper, lower) | (exam_below(1024) << 2);
    struct probe p = user ? user_probe(kind, va, upper) : probe(kind, va, upper);

    if (p.faulted && p.vector != VECTOR_PF)
        panic("%s while the matrix was tried", trap_mnemonic(p.vector));
    seen[wp][user][write][upper][lower] = p.faulted ? (uint8_t)p.error : OK;
}

void matrix_try(bool wp)
{
    for (unsigned i = 0; i < KINDS * KINDS * 4; i++)
        attempt(i / 4 / KINDS, i / 4 % KINDS, wp, i & 2, i & 1);
}

static void print_row(bool wp, unsigned upper)
{
    print("     %c %c %c   ", upper & PTE_P ? 'P' : '-', upper & PTE_RW ? 'W' : '-',
          upper & PTE_US ? 'U' : '-');
    for (unsigned who = 0; who < 4; who++) {
        for (unsigned lower = 0; lower < KINDS; lower++) {
            uint8_t code = seen[wp][who >> 1][who & 1][upper][lower];
            print("%c", code == OK ? '.' : (char)('0' + code));
        }
        print("  ");
    }
    print("\n");
}

void matrix_print(void)
{
    for (int wp = 1; wp >= 0; wp--) {
        print("     CR0.WP = %d        the table's entry: P in every other, W in pairs, U in the\n"
              "     directory         right half. A dot: done. A digit: #PF with that error code\n"
              "     entry   ring 0    ring 0    ring 3    ring 3\n"
              "             reads     writes    reads     writes\n",
              wp);
        for (unsigned upper = 0; upper < KINDS; upper++)
            print_row(wp, upper);
    }
}

void matrix_compare(void)
{
    const uint8_t *cpu = &seen[0][0][0][0][0], *learner = &expected[0][0][0][0][0];
    unsigned agreed = 0, library = 0;

    for (unsigned i = 0; i < sizeof seen; i++) {
        agreed += cpu[i] == learner[i];
        library += cpu[i] == library_access(i);
    }
    print("     predict was right about %u of %u accesses, the library about %u\n", agreed,
          (unsigned)sizeof seen, library);
}

static void show(const char *who, const struct probe *p)
{
    print("     %s: ", who);
    probe_print(p);
    print("\n");
}

void matrix_try_hits(void)
{
    uint32_t va = va_at(PTE_P | PTE_RW | PTE_US, PTE_P);
    struct probe first = probe(PROBE_READ_4, va, 0);

    probe_keeps_tlb = 1;
    struct probe user = user_probe(PROBE_READ_4, va, 0);
    struct probe write = probe(PROBE_WRITE_4, va, 1);
    probe_keeps_tlb = 0;
    show("ring 0 reads ", &first);
    show("ring 3 reads ", &user);
    show("ring 0 writes", &write);
}
