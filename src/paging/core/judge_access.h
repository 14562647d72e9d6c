/*
 * The judgement of an access, for every mode: see ../access.h, and walker.h for the two
 * ways in which it is compiled.
 */
#ifndef PAGING_JUDGE_ACCESS_H
#define PAGING_JUDGE_ACCESS_H

#include "../access.h"
#include "walker.h"

/* SDM volume 3A, section "Determination of Access Rights"; protection keys apart. */
CORE_INLINE bool core_is_allowed(const struct pg_rights *rights, const struct pg_control *control,
                                 const struct pg_access *access)
{
    if (access->user && !rights->user)
        return false;
    bool strange = !access->user && rights->user; /* a supervisor at a user-mode address */
    if (access->kind == PG_FETCH)
        return rights->execute && !(strange && control->smep);
    if (strange && control->smap && (access->implicit || !access->ac))
        return false;
    return access->kind == PG_READ || rights->write || (!access->user && !control->wp);
}

/* SDM volume 3A, section "Protection Keys": data at user-mode addresses only. */
CORE_INLINE bool core_is_locked(const struct pg_space *space, const struct pg_control *control,
                                const struct pg_walk *walk, const struct pg_access *access)
{
    if (!space->geometry->has_keys || !control->pke || access->kind == PG_FETCH ||
        !walk->rights.user)
        return false;
    unsigned key = (unsigned)((walk->step[walk->steps - 1].entry & PTE_PKEY) >> 59);
    uint32_t disabled = control->pkru >> 2 * key;
    bool write_counts = access->kind == PG_WRITE && (access->user || control->wp);
    return (disabled & 1) != 0 || ((disabled & 2) != 0 && write_counts);
}

/* The part of the error code that describes the access itself. */
CORE_INLINE uint32_t core_error(const struct pg_space *space, const struct pg_control *control,
                                const struct pg_access *access)
{
    bool xd = space->geometry->entry_bytes == 8 && space->features.nxe;
    uint64_t error = access->user ? PG_ERROR_US : 0;
    error |= access->kind == PG_WRITE ? PG_ERROR_WR : 0;
    error |= access->kind == PG_FETCH && (control->smep || xd) ? PG_ERROR_ID : 0;
    return (uint32_t)error;
}

CORE_INLINE void core_raise(struct pg_outcome *outcome, enum pg_vector vector, uint64_t error)
{
    outcome->verdict = PG_FAULT;
    outcome->vector = vector;
    outcome->error = (uint32_t)error;
}

/* A in each entry that was used, D in the one that maps the page when it was written. */
CORE_INLINE void core_mark(const struct pg_space *space, const struct pg_access *access,
                           struct pg_outcome *outcome)
{
    const struct pg_walk *walk = &outcome->walk;
    bool whole = walk->end == PG_END_MAPPED;
    for (unsigned i = 0; i < walk->steps; i++) {
        bool last = i + 1 == walk->steps;
        if (!space->geometry->level[walk->step[i].level].has_rights || (last && !whole))
            continue;
        bool dirty = last && outcome->verdict == PG_DONE && access->kind == PG_WRITE;
        outcome->marks[i] = (PTE_A | (dirty ? PTE_D : 0)) & ~walk->step[i].entry;
    }
}

/* As pg_access(). */
CORE_INLINE struct pg_outcome core_access(const struct pg_space *space,
                                          const struct pg_control *control, pg_va va,
                                          struct pg_access access)
{
    struct pg_outcome outcome = { .verdict = PG_UNKNOWN, .walk = core_walk(space, va) };
    const struct pg_walk *walk = &outcome.walk;
    uint32_t error = core_error(space, control, &access);
    bool locked = walk->end == PG_END_MAPPED && core_is_locked(space, control, walk, &access);
    switch (walk->end) {
    case PG_END_NONCANONICAL:
        if (space->geometry->sign_extended)
            core_raise(&outcome, access.stack ? PG_VECTOR_SS : PG_VECTOR_GP, 0);
        break;
    case PG_END_NOT_PRESENT:
        core_raise(&outcome, PG_VECTOR_PF, error);
        break;
    case PG_END_RESERVED:
        if (space->geometry->level[walk->level].has_rights)
            core_raise(&outcome, PG_VECTOR_PF, error | PG_ERROR_P | PG_ERROR_RSVD);
        else
            core_raise(&outcome, PG_VECTOR_GP, 0);
        break;
    case PG_END_MAPPED:
        outcome.verdict = PG_DONE;
        if (locked || !core_is_allowed(&walk->rights, control, &access))
            core_raise(&outcome, PG_VECTOR_PF, error | PG_ERROR_P | (locked ? PG_ERROR_PK : 0));
        break;
    case PG_END_OUTSIDE:
        break;
    }
    core_mark(space, &access, &outcome);
    return outcome;
}

#endif
