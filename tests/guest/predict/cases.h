/*
 * Accesses to try, each with the tables and the control bits for it: drawn from a number, so that
 * the kernel, which tries them, and the host, which predicts them, draw the same. Neither tells
 * the other what came of it but through `struct evidence`, which is read from outside.
 */
#ifndef GUEST_CASES_H
#define GUEST_CASES_H

#include "paging/access.h"

enum { CASES = 120000, EVIDENCE_MAGIC = 0x44455250 };
enum { EVIDENCE_LACKING = 0x4B43414C }; /* the CPU does not have the mode: nothing was tried */

/* What the CPU has, and where things lie. Fixed layout: the host reads it out of the machine. */
struct facts {
    uint32_t magic, mode, cases, maxphyaddr;
    uint32_t nx, smep, smap, pku, pages_1g, la57;
    uint64_t
        tables; /* physical: the frame of the level's table of the path is this + level * 4096 */
    uint64_t target; /* physical: the frame that every path leads to */
};

struct evidence {
    struct facts facts;
    uint32_t record[CASES];
};

/* A record: what was seen of one case. */
#define RECORD_VECTOR(record)   ((record)&0xFF)
#define RECORD_ERROR(record)    ((record) >> 8 & 0xFF)
#define RECORD_MARKS(record, n) ((record) >> (16 + 2 * ((n)-1)) & 3) /* level n: A, then D */
#define RECORD_CR2              BIT(28)                              /* CR2 was the address */
#define RECORD_REACHED          BIT(29) /* the target's byte was read, written or run */
#define RECORD_VALID            BIT(31)

struct trial {
    uint64_t va;
    unsigned leaf;                     /* level of the entry that maps the page */
    uint64_t entry[PG_LEVELS_MAX + 1]; /* by level, from leaf up */
    bool nxe;
    struct pg_control control;
    struct pg_access access;
};

/* Where in the target each kind of access goes: a RET, an INT3, a word to read, one to write. */
enum { TARGET_RET = 0, TARGET_INT3 = 16, TARGET_READ = 32, TARGET_WRITE = 48 };

const struct pg_geometry *cases_geometry(const struct facts *facts);
struct trial cases_draw(const struct facts *facts, uint32_t number);

#endif
