/*
 * The manual's account of an access: see oracle.h. SDM volume 3A, sections "Determination of
 * Access Rights", "Protection Keys" and "Page-Fault Exceptions", list by list.
 */
#include "oracle.h"

static unsigned key_bits(const struct truth *truth, const struct deed *deed)
{
    unsigned key = truth->last >> 59 & 15;
    return deed->pkru >> (key * 2) & 3;
}

/* "a protection key for which read access is permitted" */
static bool key_permits_reads(const struct truth *truth, enum paging mode, const struct deed *deed)
{
    if (mode != PAGING_LONG || !deed->pke)
        return true;
    return (key_bits(truth, deed) & 1) == 0;
}

static bool key_permits_writes(const struct truth *truth, enum paging mode, const struct deed *deed)
{
    if (mode != PAGING_LONG || !deed->pke)
        return true;
    switch (key_bits(truth, deed)) {
    case 0:
        return true;
    case 2: /* WD alone: the supervisor heeds it with CR0.WP */
        return !deed->user && !deed->wp;
    default:
        return false;
    }
}

static bool supervisor_may(const struct truth *truth, enum paging mode, const struct deed *deed)
{
    bool user_page = truth->u;
    bool smap_holds = deed->smap && !(deed->ac && !deed->implicit);
    if (deed->kind == 'x') {
        if (user_page && deed->smep)
            return false;
        return truth->x;
    }
    if (user_page && smap_holds)
        return false;
    if (deed->kind == 'r')
        return !user_page || key_permits_reads(truth, mode, deed);
    if (deed->wp && !truth->w)
        return false;
    return !user_page || key_permits_writes(truth, mode, deed);
}

static bool user_may(const struct truth *truth, enum paging mode, const struct deed *deed)
{
    switch (deed->kind) {
    case 'r':
        return truth->u && key_permits_reads(truth, mode, deed);
    case 'w':
        return truth->u && truth->w && key_permits_writes(truth, mode, deed);
    default:
        return truth->u && truth->x;
    }
}

/* Bits 1, 2 and 4 of the error code: what kind of access it was. */
static unsigned description(const struct cpu *cpu, enum paging mode, const struct deed *deed)
{
    unsigned error = 0;
    if (deed->kind == 'w')
        error += 2;
    if (deed->user)
        error += 4;
    if (deed->kind == 'x' && (deed->smep || (mode != PAGING_32 && cpu->nxe)))
        error += 16;
    return error;
}

/* Bit 5: the key, whatever else forbids the access too. */
static bool key_to_blame(const struct truth *truth, enum paging mode, const struct deed *deed)
{
    if (deed->kind == 'x' || !truth->u)
        return false;
    if (!key_permits_reads(truth, mode, deed))
        return true;
    return deed->kind == 'w' && !key_permits_writes(truth, mode, deed);
}

struct ruling oracle_access(const struct truth *truth, const struct cpu *cpu, enum paging mode,
                            const struct deed *deed)
{
    struct ruling ruling = { .known = true, .vector = PAGE_FAULT };
    ruling.error = description(cpu, mode, deed);
    switch (truth->verdict) {
    case V_NO_MEMORY:
        return (struct ruling){ .known = false };
    case V_NO_ADDRESS:
        if (mode != PAGING_LONG)
            return (struct ruling){ .known = false };
        return (struct ruling){ true, deed->stack ? STACK_FAULT : GENERAL_PROTECTION, 0 };
    case V_ABSENT:
        return ruling;
    case V_RESERVED:
        if (mode == PAGING_PAE && truth->reads == 1) /* raised when CR3 was loaded */
            return (struct ruling){ true, GENERAL_PROTECTION, 0 };
        ruling.error += 8 + 1;
        return ruling;
    case V_MAPPED:
        break;
    }
    if (deed->user ? user_may(truth, mode, deed) : supervisor_may(truth, mode, deed))
        return (struct ruling){ true, NO_EXCEPTION, 0 };
    ruling.error += key_to_blame(truth, mode, deed) ? 33 : 1;
    return ruling;
}
