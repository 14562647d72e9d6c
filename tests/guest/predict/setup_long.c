/*
 * 4-level and 5-level paging, on top of the platform's own tables: see setup.h. Which of the two,
 * setup_long() says.
 */
#include "setup_long.h"

#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "paging/map.h"
#include "core/traps/traps.h"

#define USER_PAGE     0x8000000000u
#define GATE_DPL_3    0x60u
#define SELECTOR_CODE 0x08u
#define SELECTOR_DATA 0x10u
#define RPL           3u

extern uint32_t user_access(word_t kind, word_t va, word_t value);
extern const uint8_t user_text[], user_text_end[], user_resume[];
extern uint64_t user_page;

static __attribute__((aligned(16))) uint8_t entry_stack[8192];

static bool read_entry(void *context, pa_t at, unsigned bytes, uint64_t *entry)
{
    (void)context, (void)bytes;
    *entry = *(volatile uint64_t *)phys_ptr(at.value);
    return true;
}

static void write_entry(void *context, pa_t at, unsigned bytes, uint64_t entry)
{
    (void)context, (void)bytes;
    *(volatile uint64_t *)phys_ptr(at.value) = entry;
}

static bool take(void *context, pa_t *frame)
{
    (void)context;
    frame->value = frames_take();
    return frame->value != FRAME_NONE;
}

/* Ring 0 again behind user_access, which loads its own stack pointer. */
static void leave(struct trap *t)
{
    t->ip = (word_t)user_resume;
    t->cs = SELECTOR_CODE;
    t->ss = SELECTOR_DATA;
}

static bool breakpoint(struct trap *t)
{
    if ((t->cs & RPL) == 0)
        return false;
    leave(t);
    return true;
}

uint64_t setup_paging(void)
{
    struct pg_space space = { .geometry = &pg_geometry_4,
                              .root = { cpu_read_cr3() },
                              .features = { .maxphyaddr = 36 },
                              .memory = { read_entry, write_entry, NULL },
                              .frames = { take, NULL, NULL } };
    pa_t page = { (uintptr_t)user_text - KERNEL_OFFSET };
    struct pg_change change = pg_map(&space, (va_t){ USER_PAGE }, page, PG_PT, PTE_US);
    if (pg_settle(change, NULL) != PG_OK)
        panic("ring 3's page could not be mapped");
    user_page = USER_PAGE;
    tss_kernel_stack(&tss, (word_t)(entry_stack + sizeof entry_stack));
    idt[VECTOR_BP].type |= GATE_DPL_3;
    traps_handle(VECTOR_BP, breakpoint);
    return setup_long(space.root.value);
}

uint64_t setup_root_slot(uint64_t root)
{
    return root + 2 * sizeof(uint64_t);
}

struct probe setup_user_probe(enum probe_kind kind, word_t va, uint32_t value)
{
    static const struct probe_door door = {
        .access = user_access,
        .first = (const uint8_t *)USER_PAGE,
        .end = (const uint8_t *)USER_PAGE + PAGE_SIZE,
        .leave = leave,
    };
    return probe_through(&door, kind, va, value);
}
