/*
 * Tables take the bytes that the geometry asks for and not one more, for all of 4 GiB; and
 * taking the pages away again leaves the root.
 */
#include "check.h"
#include "machine.h"
#include "map.h"

static void identity(const struct pg_geometry *geometry, unsigned level, uint32_t root_frames,
                     uint64_t table_bytes)
{
    const struct pg_features features = { .maxphyaddr = 40, .pse = true, .pages_1g = true };
    const uint64_t end = UINT64_C(1) << 32, step = UINT64_C(1) << geometry->level[level].shift;
    struct machine machine;
    machine_begin(&machine, 0x00300000, 2200);
    struct pg_space space = machine_space(&machine, geometry, features, 0, root_frames);
    check_about(geometry->name, level);
    uint64_t good = 0;
    for (uint64_t at = 0; at < end; at += step)
        good += settled(pg_map(&space, (va_t){ at }, (pa_t){ at }, level, PTE_RW)) == PG_OK;
    CHECK(good, end / step);
    CHECK(machine.in_use * PAGE_SIZE, table_bytes);
    for (uint64_t at = 0x7F3; at < end; at += step * 61 / 7) {
        pa_t pa = { 0 };
        CHECK(pg_translate(&space, (va_t){ at }, &pa), true);
        CHECK(pa.value, at);
    }
    pa_t pa = { 0 };
    CHECK(pg_translate(&space, (va_t){ end - 1 }, &pa) && pa.value == end - 1, true);
    CHECK(pg_translate(&space, (va_t){ end }, &pa), false);
    for (uint64_t at = end; at > 0; at -= step)
        good -= settled(pg_unmap(&space, (va_t){ at - step }, level)) == PG_OK;
    CHECK(good, 0);
    CHECK(machine.in_use, root_frames);
    machine_end(&machine);
}

int main(void)
{
    check_begin("cost");
    identity(&pg_geometry_flat, PG_PT, 1024, 0x400000);
    identity(&pg_geometry_32, PG_PT, 1, 0x1000 + 0x400000);
    identity(&pg_geometry_32, PG_PD, 1, 0x1000);
    identity(&pg_geometry_pae, PG_PT, 1, 0x1000 + 4 * 0x1000 + 0x800000);
    identity(&pg_geometry_pae, PG_PD, 1, 0x1000 + 4 * 0x1000);
    identity(&pg_geometry_4, PG_PT, 1, 8413184);
    identity(&pg_geometry_4, PG_PD, 1, 24576);
    identity(&pg_geometry_4, PG_PDPT, 1, 8192);
    identity(&pg_geometry_5, PG_PD, 1, 24576 + 0x1000);
    return check_end();
}
