/*
 * The shape of each paging mode, as data.
 *
 * Used by the walker, the mapper and whoever prints tables. Knows bits and names; knows no
 * memory, no CPU and no algorithm. SDM volume 3A, chapter "Paging", sections "32-Bit Paging",
 * "PAE Paging", "4-Level Paging and 5-Level Paging".
 */
#ifndef PAGING_GEOMETRY_H
#define PAGING_GEOMETRY_H

#include "types.h"

/* Levels count as the names do. */
enum { PG_PT = 1, PG_PD = 2, PG_PDPT = 3, PG_PML4 = 4, PG_PML5 = 5, PG_LEVELS_MAX = 5 };

/* When does a present entry of a level map a page, rather than name a table? */
enum pg_leaf {
    PG_LEAF_NEVER,  /* PML5E, PML4E, PDPTE of PAE */
    PG_LEAF_ALWAYS, /* PTE */
    PG_LEAF_PS,     /* PS set */
    PG_LEAF_PSE,    /* PS set, and CR4.PSE; without CR4.PSE the bit is ignored */
    PG_LEAF_1G,     /* PS set, where the CPU has 1 GiB pages; elsewhere the bit is reserved */
};

struct pg_level {
    const char *table; /* "PDPT" */
    const char *entry; /* "PDPTE" */
    uint8_t shift;     /* lowest address bit of the index; an entry spans 2^shift bytes */
    uint8_t bits;      /* width of the index */
    enum pg_leaf leaf;
    bool has_rights;         /* RW, US, XD and A count here */
    uint64_t table_mask;     /* address of the next table, in an entry that names one */
    uint64_t table_reserved; /* bits that must be 0 in such an entry, on every CPU */
    uint64_t frame_mask;     /* address of the frame, in an entry that maps a page */
    uint64_t frame_reserved; /* bits that must be 0 in such an entry, on every CPU */
    uint64_t high_mask;      /* PSE-36: more address bits of the frame, out of their place */
    uint8_t high_shift;      /* how far left of that place they belong */
};

struct pg_geometry {
    const char *name;
    uint8_t levels;          /* the root is the table of level[levels] */
    uint8_t entry_bytes;     /* 4 or 8 */
    uint8_t va_bits;         /* width of a linear address */
    bool sign_extended;      /* the bits above must copy the top one; else they must be 0 */
    bool has_keys;           /* entries that map a page may hold a protection key */
    uint64_t root_mask;      /* the root's address in CR3 */
    uint64_t above_reserved; /* of these, the bits from MAXPHYADDR up must be 0 everywhere */
    struct pg_level level[PG_LEVELS_MAX + 1]; /* [0] is not used */
};

extern const struct pg_geometry pg_geometry_flat; /* 20|12: one array, as in lesson 1 */
extern const struct pg_geometry pg_geometry_32;   /* 10|10|12, PSE, PSE-36 */
extern const struct pg_geometry pg_geometry_pae;  /* 2|9|9|12 */
extern const struct pg_geometry pg_geometry_4;    /* 9|9|9|9|12 */
extern const struct pg_geometry pg_geometry_5;    /* 9|9|9|9|9|12 */

/* What the CPU has and has switched on; it decides which bits mean something. */
struct pg_features {
    uint8_t maxphyaddr; /* CPUID 80000008H:EAX[7:0], 32 to 52 */
    bool pse;           /* CR4.PSE; matters in 32-bit paging only */
    bool pse36;         /* CPUID 1:EDX[17] */
    bool nxe;           /* EFER.NXE */
    bool pages_1g;      /* CPUID 80000001H:EDX[26] */
};

/* Bytes that one entry of `level` covers, which is the size of a page mapped there. */
static inline uint64_t pg_span_bytes(const struct pg_geometry *geometry, unsigned level)
{
    return BIT(geometry->level[level].shift);
}

/* Entries in a table of `level`. */
static inline uint32_t pg_entries(const struct pg_geometry *geometry, unsigned level)
{
    return UINT32_C(1) << geometry->level[level].bits;
}

#endif
