/*
 * The walk of one address through the tables, as a value.
 *
 * Used by the page-fault report, the mapper, the pictures and the tests. The library reaches
 * memory only through the functions of a struct pg_memory; it prints nothing and remembers
 * nothing, and never looks at the CPU or its TLB: a walk says what the tables say.
 */
#ifndef PAGING_WALK_H
#define PAGING_WALK_H

#include "geometry.h"

/*
 * Physical memory, as far as it holds tables. `context` is handed to each call.
 *
 * read_entry: stores the little-endian entry of `bytes` (4 or 8) at `at`, a multiple of
 * `bytes`, zero-extended in *entry and returns true; false where there is no memory. If it
 * answers for one entry of a 4 KiB frame, it answers for all of that frame.
 *
 * write_entry: stores an entry. Called only in frames that read_entry has answered for, so it
 * cannot fail. An 8-byte entry written in two halves must never be seen half: clear P first.
 * The walk does not call it, and it may be NULL where nothing is mapped.
 */
struct pg_memory {
    bool (*read_entry)(void *context, pa_t at, unsigned bytes, uint64_t *entry);
    void (*write_entry)(void *context, pa_t at, unsigned bytes, uint64_t entry);
    void *context;
};

/*
 * Frames of 4 KiB for new tables. alloc stores one that nobody uses, with any contents, in
 * *frame and returns true, or returns false: none left. Needed by map.h only.
 */
struct pg_frames {
    bool (*alloc)(void *context, pa_t *frame);
    void (*free)(void *context, pa_t frame);
    void *context;
};

/* An address space. `root` is CR3; what is not the root table's address in it is ignored. */
struct pg_space {
    const struct pg_geometry *geometry;
    pa_t root;
    struct pg_features features;
    struct pg_memory memory;
    struct pg_frames frames;
};

enum pg_end {
    PG_END_MAPPED,       /* the last step maps the page */
    PG_END_NOT_PRESENT,  /* the last step has P clear */
    PG_END_RESERVED,     /* the last step has a bit set that must be 0 */
    PG_END_NONCANONICAL, /* not an address of this mode: no step was taken */
    PG_END_OUTSIDE,      /* the last step's entry lies where there is no memory */
};

/* Rights of the whole path: W and U AND along it, XD ORs; PAE's PDPTEs have no say. */
struct pg_rights {
    bool write, user, execute;
};

struct pg_step {
    unsigned level;
    uint32_t index; /* of the entry in its table */
    pa_t at;        /* where the entry lies */
    uint64_t entry; /* its bits; 0 where it could not be read */
};

struct pg_walk {
    struct pg_step step[PG_LEVELS_MAX]; /* from the root down */
    unsigned steps;
    enum pg_end end;
    unsigned level;          /* of the last step; 0 if there is none */
    uint64_t reserved;       /* PG_END_RESERVED: the offending bits */
    uint64_t span_bytes;     /* what the last entry covers: the page, or the hole; or 0 */
    pa_t pa;                 /* PG_END_MAPPED: where the byte at va lies; else unused */
    struct pg_rights rights; /* PG_END_MAPPED; else of the steps before the last */
};

/* Walks `va`. Any va and any contents of memory are allowed; reads at most one entry a level. */
struct pg_walk pg_walk(const struct pg_space *space, va_t va);

/* Stores where the byte at `va` lies and returns true; false, *pa untouched, if nowhere. */
bool pg_translate(const struct pg_space *space, va_t va, pa_t *pa);

#endif
