/*
 * Setting up 32-bit paging or PAE: see setup.h. The includer defines SETUP_GEOMETRY, SETUP_MODE and
 * SETUP_CR4. Memory below 256 MiB is mapped 1:1, supervisor only but for ring 3's page of code.
 */
#include "setup.h"

#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "paging/map.h"
#include "stage/user32.h"

#define MAPPED 0x10000000u

const uint32_t setup_mode = SETUP_MODE;

static bool read_entry(void *context, pa_t at, unsigned bytes, uint64_t *entry)
{
    const volatile uint32_t *words = (const volatile uint32_t *)(uintptr_t)at.value;
    (void)context;
    *entry = bytes == 8 ? (uint64_t)words[1] << 32 | words[0] : words[0];
    return true;
}

static void write_entry(void *context, pa_t at, unsigned bytes, uint64_t entry)
{
    volatile uint32_t *words = (volatile uint32_t *)(uintptr_t)at.value;
    (void)context;
    if (bytes == 8)
        words[1] = (uint32_t)(entry >> 32);
    words[0] = (uint32_t)entry;
}

static bool take(void *context, pa_t *frame)
{
    (void)context;
    frame->value = frames_take();
    return frame->value != FRAME_NONE;
}

static void give(void *context, pa_t frame)
{
    (void)context;
    frames_give(frame.value);
}

static void insist(struct pg_change change)
{
    enum pg_result result = pg_settle(change, NULL);
    if (result != PG_OK)
        panic("the kernel's own map failed (%u)", (unsigned)result);
}

uint64_t setup_paging(void)
{
    struct pg_space space = { .geometry = &SETUP_GEOMETRY,
                              .root = { frames_take() },
                              .features = { .maxphyaddr = 32, .pse = true },
                              .memory = { read_entry, write_entry, NULL },
                              .frames = { take, give, NULL } };
    va_t page = { (uintptr_t)user_text };
    for (uint32_t at = 0; at < FRAME_BYTES; at += 4)
        write_entry(NULL, (pa_t){ space.root.value + at }, 4, 0);
    insist(pg_map_range(&space, (va_t){ 0 }, (pa_t){ 0 }, MAPPED, PTE_RW));
    insist(pg_split(&space, page));
    insist(pg_protect(&space, page, PAGE_SIZE, PTE_US));
    user_init();
    cpu_write_cr3((word_t)space.root.value);
    cpu_write_cr4(SETUP_CR4);
    cpu_write_cr0(cpu_read_cr0() | CR0_PG);
    return space.root.value;
}

uint64_t setup_root_slot(uint64_t root)
{
    const struct pg_level *top = &SETUP_GEOMETRY.level[SETUP_GEOMETRY.levels];
    return root + (UINT64_C(3) << 30 >> top->shift) * SETUP_GEOMETRY.entry_bytes;
}

struct probe setup_user_probe(enum probe_kind kind, word_t va, uint32_t value)
{
    return user_probe(kind, va, value);
}
