/*
 * libFuzzer's way into the library: the input is a machine (mode, features, a few frames of any
 * contents, an allocator that may hand out anything) and the calls to make on it.
 *
 * The library may not crash, hang, read or write outside of memory, write after a refusal, or
 * walk differently from the second model. Built and run by tests/host/fuzz.
 */
#include "access.h"
#include "machine.h"
#include "map.h"
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 7, SPARE = 3, CALLS_MOST = 12, VISITS_MOST = 600, RANGE_BITS = 26 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *next;
    size_t left;
};

struct mode {
    const struct pg_geometry *geometry;
    struct truth (*oracle)(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);
    enum paging paging;
};

static const struct mode modes[] = {
    { &pg_geometry_flat, oracle_flat, PAGING_32 }, { &pg_geometry_32, oracle_32, PAGING_32 },
    { &pg_geometry_pae, oracle_pae, PAGING_PAE },  { &pg_geometry_4, oracle_4, PAGING_LONG },
    { &pg_geometry_5, oracle_5, PAGING_LONG },
};

static uint8_t memory[FRAMES * PAGE_SIZE], copy[FRAMES * PAGE_SIZE];
static bool used[FRAMES];
static struct machine machine = { .frames = FRAMES, .bytes = memory, .used = used };
static unsigned entry_bytes;
static struct input *source;

static uint64_t take(struct input *input, unsigned bytes)
{
    uint64_t value = 0;
    if (bytes > input->left)
        bytes = (unsigned)input->left;
    memcpy(&value, input->next, bytes);
    input->next += bytes;
    input->left -= bytes;
    return value;
}

static void insist(bool holds, const char *law)
{
    if (holds)
        return;
    fprintf(stderr, "broken: %s\n", law);
    abort();
}

static bool read_entry(void *context, pa_t at, unsigned bytes, uint64_t *entry)
{
    (void)context;
    insist(at.value % bytes == 0, "entries are read where entries lie");
    if (machine_at(&machine, at.value) == NULL)
        return false;
    *entry = machine_peek(&machine, at.value, bytes);
    return true;
}

static void write_entry(void *context, pa_t at, unsigned bytes, uint64_t entry)
{
    (void)context;
    insist(at.value % bytes == 0 && machine_at(&machine, at.value) != NULL,
           "only memory is written");
    machine_poke(&machine, at.value, bytes, entry);
}

/* Does an entry anywhere name the frame, be it as a table or as a page? */
static bool is_named(uint64_t frame)
{
    for (unsigned i = 0; i < sizeof memory; i += entry_bytes) {
        uint64_t entry = machine_peek(&machine, machine.base + i, entry_bytes);
        if ((entry & BITS(51, 12)) == frame)
            return true;
    }
    return false;
}

/* One of the last frames, if nobody uses it, as is promised; or an address that is no frame. */
static bool alloc(void *context, pa_t *frame)
{
    (void)context;
    uint64_t choice = take(source, 1), number = FRAMES - 1 - choice / 8 % SPARE;
    *frame = (pa_t){ machine.base + number * PAGE_SIZE };
    if (choice % 8 == 1)
        *frame = (pa_t){ take(source, 8) | (choice & 16 ? 0x10 : BIT(52)) };
    else if (choice % 8 == 0 || used[number] || is_named(frame->value))
        return false;
    else
        used[number] = true;
    return true;
}

static void give(void *context, pa_t frame)
{
    (void)context;
    if (machine_at(&machine, frame.value) != NULL)
        used[(frame.value - machine.base) / PAGE_SIZE] = false;
}

static bool visit(void *context, va_t va, const struct pg_walk *walk)
{
    unsigned *visits = context;
    insist(walk->end != PG_END_NOT_PRESENT && (va.value & (walk->span_bytes - 1)) == 0,
           "what is visited is there, from its start on");
    return ++*visits < VISITS_MOST;
}

/* Which tables were asked for, for pg_check(). The root may lie anywhere. */
static bool claim(void *context, pa_t table)
{
    bool *seen = context;
    insist(table.value % PAGE_SIZE == 0, "tables are frames");
    if (machine_at(&machine, table.value) == NULL)
        return true;
    bool *mark = &seen[(table.value - machine.base) / PAGE_SIZE];
    bool first = !*mark;
    *mark = true;
    return first;
}

/* Frames of entries that mostly lead to frames; a few, written by the input, are anything. */
static void fill_memory(struct input *input, unsigned bytes)
{
    for (unsigned frame = 0; frame < FRAMES; frame++) {
        uint64_t pattern = take(input, 8), stride = take(input, 1);
        for (unsigned i = 0; i < PAGE_SIZE / bytes; i++) {
            uint64_t entry = pattern + i * stride * PAGE_SIZE;
            if (pattern % 4 == 3)
                entry = (entry & 0xFFF) | (machine.base + (pattern >> 12) % FRAMES * PAGE_SIZE);
            machine_poke(&machine, machine.base + frame * PAGE_SIZE + i * bytes, bytes, entry);
        }
    }
    for (uint64_t changes = take(input, 1) % 16; changes > 0; changes--) {
        uint64_t place = take(input, 2) * bytes % (FRAMES * PAGE_SIZE), entry = take(input, 8);
        machine_poke(&machine, machine.base + place, bytes, entry);
    }
}

static struct pg_change change_one(const struct pg_space *space, struct input *input, va_t va)
{
    uint64_t kind = take(input, 1), level = take(input, 1) % 7, flags = take(input, 8);
    pa_t pa = { take(input, 8) };
    uint64_t bytes = take(input, 8) % BIT(RANGE_BITS);
    if (machine.base + sizeof memory - pa.value < sizeof memory + bytes)
        pa.value += BIT(RANGE_BITS + 1); /* a page over the tables would be a second parent */
    if (kind & 0x80)                     /* a chance for what is aligned */
        va.value &= ~BITS(20, 0), pa.value &= BITS(35, 21), flags &= BITS(11, 1),
            bytes &= ~BITS(11, 0);
    switch (kind % 6) {
    case 0:
        return pg_map(space, va, pa, (unsigned)level, flags);
    case 1:
        return pg_map_range(space, va, pa, bytes, flags);
    case 2:
        return pg_unmap(space, va, (unsigned)level);
    case 3:
        return pg_protect(space, va, bytes, flags);
    case 4:
        return pg_split(space, va);
    default:
        return pg_join(space, va, (unsigned)level);
    }
}

static void check_access(const struct mode *mode, const struct pg_space *space, va_t va,
                         struct input *input)
{
    const struct pg_features *f = &space->features;
    struct cpu cpu = { f->maxphyaddr, f->pse, f->pse36, f->nxe, f->pages_1g };
    uint64_t bits = take(input, 2);
    struct deed deed = {
        "rwx"[bits % 3], bits & 4,   bits & 8,   bits & 16,  bits & 32,
        bits & 64,       bits & 128, bits & 256, bits & 512, (uint32_t)take(input, 4)
    };
    enum pg_kind kind = bits % 3 == 0 ? PG_READ : bits % 3 == 1 ? PG_WRITE : PG_FETCH;
    struct pg_control control = { deed.wp, deed.smep, deed.smap, deed.pke, deed.pkru };
    struct pg_outcome outcome =
        pg_access(space, &control, va,
                  (struct pg_access){ kind, deed.user, deed.implicit, deed.ac, deed.stack });
    struct truth truth = mode->oracle(&machine, &cpu, space->root.value, va.value);
    struct ruling ruling = oracle_access(&truth, &cpu, mode->paging, &deed);
    insist((outcome.verdict != PG_UNKNOWN) == ruling.known, "both models know the address");
    insist(!ruling.known || (outcome.vector == ruling.vector && outcome.error == ruling.error),
           "both models see the same exception");
    insist(!ruling.known || ruling.vector != 0 || outcome.walk.pa.value == truth.pa,
           "both models see the same byte");
}

/* A refusal leaves memory as it was, frames apart that are free. */
static void call_one(const struct mode *mode, const struct pg_space *space, struct input *input)
{
    va_t va = { take(input, 8) };
    if (take(input, 1) & 1)
        va.value = (uint64_t)((int64_t)(va.value << 7) >> 16);
    check_access(mode, space, va, input);
    memcpy(copy, memory, sizeof memory);
    bool before[FRAMES];
    memcpy(before, used, sizeof used);
    enum pg_result result = settled(change_one(space, input, va));
    if (result == PG_SHARED) /* no tree: a part may be done */
        return;
    insist(result == PG_OK || memcmp(before, used, sizeof used) == 0, "a refusal keeps no frame");
    for (unsigned i = 0; i < FRAMES && result != PG_OK; i++)
        insist((i >= FRAMES - SPARE && !used[i]) ||
                   memcmp(copy + i * PAGE_SIZE, memory + i * PAGE_SIZE, PAGE_SIZE) == 0,
               "a refusal changes nothing");
    unsigned visits = 0;
    uint64_t bytes = take(input, 4);
    (void)(pg_for_each(space, va, bytes, visit, &visits) == PG_OK);
    (void)pg_root_loads(space);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint64_t bases[] = { 0, 0x00300000, 0xFFFFD000, 0xFFFFFA000 };
    struct input input = { data, size };
    const struct mode *mode = &modes[take(&input, 1) % (sizeof modes / sizeof *modes)];
    uint64_t bits = take(&input, 1);
    machine.base = bases[bits % 4];
    source = &input;
    entry_bytes = mode->geometry->entry_bytes;
    memset(used, 0, sizeof used);
    fill_memory(&input, mode->geometry->entry_bytes);
    struct pg_space space = {
        .geometry = mode->geometry,
        .root = { machine.base + (take(&input, 2) & 0x1FFF) },
        .features = { (uint8_t)(32 + take(&input, 1) % 21), bits & 4, bits & 8, bits & 16,
                      bits & 32 },
        .memory = { read_entry, write_entry, NULL },
        .frames = { alloc, give, NULL },
    };
    for (unsigned i = 0; i < CALLS_MOST && input.left > 0; i++)
        call_one(mode, &space, &input);
    bool seen[FRAMES] = { false };
    (void)(pg_check(&space, claim, seen) == PG_OK);
    return 0;
}
