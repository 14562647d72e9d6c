/* The cases: see cases.h. */
#include "cases.h"

/* SplitMix64, by Sebastiano Vigna: public domain algorithm. */
static uint64_t draw_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static uint32_t below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)(draw_bits(state) >> 32) % limit;
}

static bool chance(uint64_t *state, uint32_t percent)
{
    return below(state, 100) < percent;
}

const struct pg_geometry *cases_geometry(const struct facts *facts)
{
    return facts->mode == 32   ? &pg_geometry_32
           : facts->mode == 36 ? &pg_geometry_pae
           : facts->mode == 48 ? &pg_geometry_4
                               : &pg_geometry_5;
}

static bool is_long(const struct facts *facts)
{
    return facts->mode >= 48;
}

/* PAE's PDPTE: what is reserved there would fault when CR3 is loaded, and has no rights. */
static bool is_bare(const struct facts *facts, unsigned level)
{
    return facts->mode == 36 && level == PG_PDPT;
}

/* A bit that is reserved there, or ignored, but never part of an address that is used. */
static uint64_t odd_bit(const struct facts *facts, uint64_t *state, unsigned level, bool leaf)
{
    bool large = leaf && level > PG_PT;
    if (facts->mode == 32)
        return large && chance(state, 50) ? BIT(21) : BIT(9 + below(state, 3));
    switch (below(state, 4)) {
    case 0:
        return large ? BIT(13 + below(state, 8)) : BIT(52 + below(state, 7));
    case 1:
        return is_long(facts) && level >= PG_PML4 ? BIT(7) : BIT(59 + below(state, 4));
    case 2:
        return BIT(facts->maxphyaddr + below(state, 52 - facts->maxphyaddr));
    default:
        return BIT(9 + below(state, 3));
    }
}

static uint64_t draw_entry(const struct facts *facts, uint64_t *state, const struct trial *trial,
                           unsigned level)
{
    const struct pg_geometry *geometry = cases_geometry(facts);
    bool leaf = level == trial->leaf;
    uint64_t span = BIT(geometry->level[level].shift);
    uint64_t entry = chance(state, 96) ? PTE_P : 0;
    entry |= leaf ? facts->target & ~(span - 1) : facts->tables + (level - 2) * PAGE_SIZE;
    if (is_bare(facts, level))
        return entry;
    entry |= draw_bits(state) & (PTE_RW | PTE_US | PTE_A | PTE_D | PTE_G);
    entry |= chance(state, 60) ? PTE_RW : 0;
    entry |= chance(state, 60) ? PTE_US : 0;
    entry |= leaf && level > PG_PT ? PTE_PS : 0;
    if (facts->mode != 32 && chance(state, trial->nxe ? 25 : 2))
        entry |= PTE_XD;
    if (is_long(facts))
        entry |= draw_bits(state) & PTE_PKEY;
    if (chance(state, 4))
        entry |= odd_bit(facts, state, level, leaf);
    return entry;
}

/* Key 0 stays free: the kernel's own pages have it, and Bochs 2.7 asks for their keys, too. */
static void draw_access(const struct facts *facts, uint64_t *state, struct trial *trial)
{
    uint64_t bits = draw_bits(state);
    trial->access = (struct pg_access){ .kind = (enum pg_kind)below(state, 3), .user = bits & 1 };
    uint64_t half = draw_bits(state); /* of the bits; a quarter of them is wanted */
    trial->control = (struct pg_control){
        .wp = bits & 2,
        .smep = facts->smep && (bits & 4),
        .smap = facts->smap && (bits & 8),
        .pke = is_long(facts) && facts->pku && (bits & 16),
        .pkru = (uint32_t)(half & draw_bits(state)) & ~UINT32_C(3),
    };
    trial->access.ac = !trial->access.user && (bits & 32);
    trial->access.stack =
        is_long(facts) && !trial->access.user && (bits & 64) && trial->access.kind == PG_READ;
}

struct trial cases_draw(const struct facts *facts, uint32_t number)
{
    const struct pg_geometry *geometry = cases_geometry(facts);
    uint64_t state = number * UINT64_C(0x5851F42D4C957F2D) + facts->mode;
    struct trial trial = { .leaf = PG_PT };
    trial.nxe = facts->mode != 32 && facts->nx && chance(&state, 60);
    draw_access(facts, &state, &trial);
    if (chance(&state, 40))
        trial.leaf = is_long(facts) && facts->pages_1g && chance(&state, 40) ? PG_PDPT : PG_PD;
    for (unsigned level = trial.leaf; level <= geometry->levels; level++)
        trial.entry[level] = draw_entry(facts, &state, &trial, level);
    uint64_t place =
        is_long(facts) ? UINT64_C(2) << geometry->level[geometry->levels].shift : UINT64_C(3) << 30;
    trial.va = place + (facts->target & BITS(29, 0));
    trial.va += trial.access.kind == PG_FETCH   ? (trial.access.user ? TARGET_INT3 : TARGET_RET)
                : trial.access.kind == PG_WRITE ? TARGET_WRITE
                                                : TARGET_READ;
    if (is_long(facts) && !trial.access.user && chance(&state, 2))
        trial.va ^= BIT(facts->mode - 1 + below(&state, 65 - facts->mode)); /* not canonical */
    return trial;
}
