/*
 * The common case, in as few instructions as by hand: translate through tables, and map one
 * page where the tables are and their rights suffice. Whatever is unusual they leave alone and
 * say so; then pg_translate() or pg_map() has the verdict.
 *
 * For a kernel that compiles them for its one mode, with a constant space and inline memory
 * functions: see mode.h. Each level is one comparison: of P, of PS where it
 * would mean a page, of all reserved bits, and, to map, of the rights. space->root must be the
 * table's address and nothing else.
 */
#ifndef PAGING_QUICK_H
#define PAGING_QUICK_H

#include "slot.h"
#include "walker.h"

/* Which way the compiler should lay straight. */
#define QUICK_RARELY(condition) __builtin_expect((condition) != 0, 0)

/*
 * Finds the entry of `level` for `va`, through tables whose entries show of `decisive` exactly
 * `wanted`, reserved bits apart, which must be clear. False: unusual.
 */
CORE_INLINE bool quick_find(const struct pg_space *space, pg_va va, unsigned level,
                            pg_entry decisive, pg_entry wanted, pg_pa *at)
{
    const struct pg_geometry *geometry = space->geometry;
    pg_pa table = { (pg_entry)space->root.value };
#pragma GCC unroll 4
    for (unsigned upper = geometry->levels; upper > level; upper--) {
        uint64_t page = pg_has_pages(geometry, &space->features, upper) ? PTE_PS : 0;
        uint64_t zero = page | pg_must_be_zero(geometry, &space->features, upper, false);
        uint64_t rights = geometry->level[upper].has_rights ? ~UINT64_C(0) : PTE_P;
        pg_entry entry;
        if (QUICK_RARELY(!core_load(
                space, core_entry_at(space, table, core_index(space, upper, va)), &entry)))
            return false;
        entry ^= (pg_entry)(wanted & rights); /* one instruction less than a comparison */
        if (QUICK_RARELY(entry & (pg_entry)(zero | (decisive & rights))))
            return false;
        table = pg_table_address(geometry, upper, entry);
    }
    *at = core_entry_at(space, table, core_index(space, level, va));
    return true;
}

/*
 * As pg_translate() when it answers true; false: ask that. For pages of 4 KiB; where bits are
 * reserved one with PAT set counts as unusual, so that one mask serves all levels.
 */
CORE_INLINE bool quick_translate(const struct pg_space *space, pg_va va, pg_pa *pa)
{
    pg_entry zero = pg_must_be_zero(space->geometry, &space->features, PG_PT, true), entry;
    pg_entry decisive = PTE_P | (zero == 0 ? 0 : zero | (pg_entry)PTE_PAT);
    pg_pa at;
    if (QUICK_RARELY(!core_is_canonical(space->geometry, va)) ||
        !quick_find(space, va, PG_PT, PTE_P, PTE_P, &at) || !core_load(space, at, &entry))
        return false;
    entry ^= PTE_P; /* as above: no part of the address */
    if (QUICK_RARELY(entry & decisive))
        return false;
    pa->value = pg_frame_address(space->geometry, PG_PT, entry).value | (va.value % PAGE_SIZE);
    return true;
}

/*
 * As pg_map() of a page of 4 KiB when it answers true, and then nothing is owed to the TLB;
 * false: nothing was done, ask that. XD above the page counts as unusual. The tables are the
 * caller's own: it is not seen here if one of them contains itself.
 */
CORE_INLINE bool quick_map(const struct pg_space *space, pg_va va, pg_pa pa, pg_entry flags)
{
    const struct pg_geometry *geometry = space->geometry;
    pg_entry zero = pg_must_be_zero(geometry, &space->features, PG_PT, true), old;
    pg_entry address = ((pg_entry)geometry->level[PG_PT].frame_mask & ~zero) | (PAGE_SIZE - 1);
    pg_entry known = (pg_entry)PG_FLAG_BITS & ~zero;
    pg_entry wanted = PTE_P | (flags & (PTE_RW | PTE_US));
    pg_entry strange = (pa.value & ~address) | (flags & ~known);
    pg_pa at;
    if (QUICK_RARELY(strange | ((va.value | pa.value) & (pg_entry)(PAGE_SIZE - 1))) ||
        QUICK_RARELY(!core_is_canonical(geometry, va)) ||
        !quick_find(space, va, PG_PT, wanted | (pg_entry)PTE_XD, wanted, &at) ||
        !core_load(space, at, &old) || QUICK_RARELY(pg_is_present(old)))
        return false;
    core_write(space, at, pa.value | flags | PTE_P);
    return true;
}

#endif
