/* Lesson 11: a look at a whole space, as its tables say it. See parts.h. */
#include "parts.h"

#include "arch.h"
#include "core/cpu.h"
#include "core/machine.h"
#include "core/space_now.h"
#include "stage/exam.h"

#define UPPER_HALF 0xFFFF800000000000u
#define WALKS_MAX  400000u /* tables that lead in circles map more than anyone reads */

/* Pages that follow each other with the same rights, to frames that do. */
struct run {
    uint64_t va, pa, bytes;
    struct pg_rights rights;
};

static struct pg_space space_at(pa_t root)
{
    struct pg_space space = space_now();

    space.root = root;
    return space;
}

static bool goes_on(const struct run *run, uint64_t va, const struct pg_walk *w)
{
    return run->bytes != 0 && run->va + run->bytes == va && run->pa + run->bytes == w->pa.value &&
           run->rights.write == w->rights.write && run->rights.user == w->rights.user &&
           run->rights.execute == w->rights.execute;
}

static void print_run(const struct run *run)
{
    if (run->bytes == 0)
        return;
    exam.note[RUNS]++;
    print("     0x%016lx to 0x%016lx  R%c%c%c  at 0x%lx\n", run->va, run->va + run->bytes - 1,
          run->rights.write ? 'W' : '-', run->rights.execute ? 'X' : '-',
          run->rights.user ? 'U' : '-', run->pa);
}

void print_space(pa_t root)
{
    struct pg_space space = space_at(root);
    struct run run = { .bytes = 0 };
    uint64_t va = 0;

    exam.note[RUNS] = 0;
    for (unsigned walks = 0; walks < WALKS_MAX; walks++) {
        struct pg_walk w = pg_walk(&space, (va_t){ va });
        uint64_t next = w.span_bytes == 0 ? UPPER_HALF : (va | (w.span_bytes - 1)) + 1;
        if (w.end == PG_END_MAPPED && goes_on(&run, va, &w)) {
            run.bytes += next - va;
        } else {
            print_run(&run);
            run = (struct run){ .bytes = 0 };
            if (w.end == PG_END_MAPPED)
                run = (struct run){ va, w.pa.value, next - va, w.rights };
        }
        va = next;
        if (va == 0)
            break;
    }
    print_run(&run);
}

static bool has_rights(const struct pg_walk *w, uint64_t rights)
{
    return (w->rights.write || !(rights & REGION_W)) && (w->rights.execute || !(rights & REGION_X));
}

/* What is wrong with this page of a region, or NULL. */
static const char *fault_of(const struct region *r, uint64_t page, const struct pg_walk *w)
{
    if (w->end != PG_END_MAPPED)
        return "is not mapped";
    if (w->pa.value != r->pa.value + page * PAGE_SIZE)
        return "leads to another frame";
    return has_rights(w, r->rights) ? NULL : "lacks a right";
}

bool can_live_in(pa_t root)
{
    struct pg_space space = space_at(root);

    for (uint64_t i = 0; i < plan.regions; i++) {
        const struct region *r = &plan.region[i];
        for (uint64_t page = 0; r->rights != 0 && page < r->pages; page++) {
            va_t va = { r->va.value + page * PAGE_SIZE };
            struct pg_walk w = pg_walk(&space, va);
            const char *fault = fault_of(r, page, &w);
            if (fault == NULL)
                continue;
            print("     0x%lx (%s) %s in your tables: to load them would reset the machine.\n",
                  va.value, r->name, fault);
            return false;
        }
    }
    return true;
}
