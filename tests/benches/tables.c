/*
 * How many bytes of tables src/paging makes for memory of a growing size, mapped from address 0 on
 * in pages of each size of each mode. One line each: mode, level, bytes mapped, bytes of tables.
 * Built and run by library.py, with the machine of the host tests.
 */
#include <inttypes.h>
#include <stdio.h>

#include "machine.h"
#include "map.h"

enum { BASE = 0x00300000, FRAMES = 2200 };

static void map_pages(const struct pg_geometry *geometry, unsigned level, uint32_t root_frames,
                      uint64_t bytes)
{
    const struct pg_features features = { .maxphyaddr = 40, .pse = true, .pages_1g = true };
    const uint64_t size = UINT64_C(1) << geometry->level[level].shift;
    struct machine machine;
    machine_begin(&machine, BASE, FRAMES);
    struct pg_space space = machine_space(&machine, geometry, features, 0, root_frames);
    bool good = true;
    for (uint64_t at = 0; at < bytes; at += size)
        good &= settled(pg_map(&space, (va_t){ at }, (pa_t){ at }, level, PTE_RW)) == PG_OK;
    if (good)
        printf("%s %u %" PRIu64 " %" PRIu64 "\n", geometry->name, level, bytes,
               machine.in_use * PAGE_SIZE);
    machine_end(&machine);
}

int main(void)
{
    static const struct {
        const struct pg_geometry *geometry;
        unsigned root_frames, largest;
    } modes[] = { { &pg_geometry_flat, 1024, 1 },
                  { &pg_geometry_32, 1, 2 },
                  { &pg_geometry_pae, 1, 2 },
                  { &pg_geometry_4, 1, 3 } };
    for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++)
        for (unsigned level = PG_PT; level <= modes[i].largest; level++)
            for (unsigned shift = 12; shift <= 32; shift += 2)
                if (shift >= modes[i].geometry->level[level].shift)
                    map_pages(modes[i].geometry, level, modes[i].root_frames, UINT64_C(1) << shift);
    return 0;
}
