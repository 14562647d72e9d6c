/*
 * The machine of the host tests: see machine.h.
 */
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static void *need(void *memory)
{
    if (memory == NULL) {
        perror("machine");
        abort();
    }
    return memory;
}

static void make_dirty(struct machine *machine, uint32_t frame)
{
    uint8_t *bytes = machine->bytes + frame * PAGE_SIZE;
    for (size_t i = 0; i < PAGE_SIZE; i += sizeof(uint64_t)) {
        uint64_t garbage = random_bits() | PTE_P;
        memcpy(bytes + i, &garbage, sizeof garbage);
    }
}

void machine_begin(struct machine *machine, uint64_t base, uint32_t frames)
{
    *machine = (struct machine){ .base = base, .frames = frames, .fail_after = NEVER };
    machine->bytes = need(malloc(frames * PAGE_SIZE));
    machine->used = need(calloc(frames, sizeof *machine->used));
    machine->order = need(calloc(frames, sizeof *machine->order));
    machine->place = need(calloc(frames, sizeof *machine->place));
    machine->fresh = need(calloc(frames, sizeof *machine->fresh));
    for (uint32_t i = 0; i < frames; i++) {
        uint32_t other = (uint32_t)random_below(i + 1);
        machine->order[i] = machine->order[other];
        machine->order[other] = i;
        make_dirty(machine, i);
    }
    for (uint32_t i = 0; i < frames; i++)
        machine->place[machine->order[i]] = i;
}

void machine_end(struct machine *machine)
{
    free(machine->bytes);
    free(machine->used);
    free(machine->order);
    free(machine->place);
    free(machine->fresh);
}

uint8_t *machine_at(const struct machine *machine, uint64_t pa)
{
    uint64_t offset = pa - machine->base;
    return offset < machine->frames * PAGE_SIZE ? machine->bytes + offset : NULL;
}

uint64_t machine_peek(const struct machine *machine, uint64_t pa, unsigned bytes)
{
    uint64_t value = 0;
    memcpy(&value, need(machine_at(machine, pa)), bytes);
    return value;
}

void machine_poke(struct machine *machine, uint64_t pa, unsigned bytes, uint64_t value)
{
    memcpy(need(machine_at(machine, pa)), &value, bytes);
}

/* Lets the frames at two places of `order` change places. */
static void exchange(struct machine *machine, uint32_t one, uint32_t other)
{
    uint32_t frame = machine->order[one];
    machine->order[one] = machine->order[other];
    machine->order[other] = frame;
    machine->place[machine->order[one]] = one;
    machine->place[frame] = other;
}

static void take(struct machine *machine, uint32_t place)
{
    exchange(machine, place, machine->in_use);
    uint32_t frame = machine->order[machine->in_use++];
    machine->used[frame] = true;
    machine->fresh[frame] = machine->call;
}

static void take_lowest(struct machine *machine)
{
    uint32_t frame = 0;
    while (machine->used[frame])
        frame++;
    take(machine, machine->place[frame]);
}

static bool alloc(void *context, pa_t *frame)
{
    struct machine *machine = context;
    if (machine->fail_after == 0 || machine->in_use == machine->frames)
        return false;
    if (machine->fail_after != NEVER)
        machine->fail_after--;
    if (machine->strange) {
        *frame = machine->strange_frame;
        machine->strange_out++;
        return true;
    }
    uint32_t free_frames = machine->frames - machine->in_use;
    if (machine->orderly)
        take_lowest(machine);
    else
        take(machine, machine->in_use + (uint32_t)random_below(free_frames));
    frame->value = machine->base + machine->order[machine->in_use - 1] * PAGE_SIZE;
    return true;
}

static void give(void *context, pa_t frame)
{
    struct machine *machine = context;
    if (machine->strange && frame.value == machine->strange_frame.value) {
        machine->strange_out--;
        return;
    }
    uint32_t number = (uint32_t)((frame.value - machine->base) >> PAGE_SHIFT);
    if (machine_at(machine, frame.value) == NULL || !machine->used[number] ||
        (frame.value & (PAGE_SIZE - 1)) != 0) {
        fprintf(stderr, "given back but not in use: 0x%llx\n", (unsigned long long)frame.value);
        abort();
    }
    machine->traces += machine->fresh[number] != machine->call;
    exchange(machine, machine->place[number], --machine->in_use);
    machine->used[number] = false;
    if (machine->orderly)
        memset(machine->bytes + number * PAGE_SIZE, 0xFF, PAGE_SIZE);
    else
        make_dirty(machine, number);
}

static bool read_entry(void *context, pa_t at, unsigned bytes, uint64_t *entry)
{
    if (machine_at(context, at.value) == NULL)
        return false;
    if (at.value % bytes != 0)
        abort();
    *entry = machine_peek(context, at.value, bytes);
    return true;
}

/* Only frames in use may be written: anything else is a table somebody else may get. */
static void write_entry(void *context, pa_t at, unsigned bytes, uint64_t entry)
{
    struct machine *machine = context;
    uint32_t frame = (uint32_t)((at.value - machine->base) >> PAGE_SHIFT);
    if (machine_at(machine, at.value) == NULL || at.value % bytes != 0 ||
        (bytes == 4 && entry >> 32 != 0) || !machine->used[frame])
        abort();
    machine->traces += machine->fresh[frame] != machine->call;
    machine_poke(machine, at.value, bytes, entry);
}

struct pg_space machine_space(struct machine *machine, const struct pg_geometry *geometry,
                              struct pg_features features, uint32_t first, uint32_t frames)
{
    for (uint32_t frame = first; frame < first + frames; frame++) {
        take(machine, machine->place[frame]);
        memset(machine->bytes + frame * PAGE_SIZE, 0, PAGE_SIZE);
    }
    return (struct pg_space){
        .geometry = geometry,
        .root = { machine->base + first * PAGE_SIZE },
        .features = features,
        .memory = { read_entry, write_entry, machine },
        .frames = { alloc, give, machine },
    };
}

uint64_t machine_digest(const struct machine *machine)
{
    uint64_t digest = UINT64_C(0xCBF29CE484222325);
    for (uint32_t frame = 0; frame < machine->frames; frame++) {
        if (!machine->used[frame])
            continue;
        digest = (digest ^ frame) * UINT64_C(0x100000001B3);
        const uint64_t *words = (const void *)(machine->bytes + frame * PAGE_SIZE);
        for (size_t i = 0; i < PAGE_SIZE / sizeof *words; i++)
            digest = (digest ^ words[i]) * UINT64_C(0x100000001B3);
    }
    return digest;
}
