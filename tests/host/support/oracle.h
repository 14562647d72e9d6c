/*
 * What the manual says a walk gives: the tests hold the library's walker against it.
 *
 * Written from the figures and lists of the SDM, volume 3A, chapter "Paging", one function a
 * mode, in literal numbers. It must not use the library's geometry, masks or entry functions.
 */
#ifndef HOST_ORACLE_H
#define HOST_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

struct machine;

struct cpu {
    unsigned maxphyaddr;
    bool pse, pse36, nxe, pages_1g;
};

enum verdict { V_MAPPED, V_ABSENT, V_RESERVED, V_NO_ADDRESS, V_NO_MEMORY };

struct truth {
    enum verdict verdict;
    unsigned reads; /* entries looked at */
    uint64_t at[5]; /* where they lie */
    uint64_t pa;    /* V_MAPPED */
    uint64_t size;  /* bytes of the page, or of what the last entry covers */
    bool w, u, x;   /* V_MAPPED */
    uint64_t last;  /* V_MAPPED: the entry that maps the page */
};

struct truth oracle_flat(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);
struct truth oracle_32(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);
struct truth oracle_pae(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);
struct truth oracle_4(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);
struct truth oracle_5(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);

/* One access and the control bits in force. `kind`: 'r', 'w' or 'x'. */
struct deed {
    char kind;
    bool user, implicit, ac, stack;
    bool wp, smep, smap, pke;
    uint32_t pkru;
};

enum { NO_EXCEPTION = 0, STACK_FAULT = 12, GENERAL_PROTECTION = 13, PAGE_FAULT = 14 };

struct ruling {
    bool known; /* false: no such address, or no memory where a table should lie */
    unsigned vector;
    unsigned error;
};

/* What the manual says comes of the access, in a mode of paging: "32", "PAE" or "long". */
enum paging { PAGING_32, PAGING_PAE, PAGING_LONG };
struct ruling oracle_access(const struct truth *, const struct cpu *, enum paging,
                            const struct deed *);

#endif
