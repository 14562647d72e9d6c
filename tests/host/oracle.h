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
};

struct truth oracle_flat(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);
struct truth oracle_32(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);
struct truth oracle_pae(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);
struct truth oracle_4(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);
struct truth oracle_5(const struct machine *, const struct cpu *, uint64_t cr3, uint64_t la);

#endif
