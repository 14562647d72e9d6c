/*
 * Holds pg_access() against a CPU: reads the evidence of tests/guest/predict, draws the same cases,
 * predicts each, and counts where the CPU did something else.
 *
 * Usage: compare FILE. Prints lines "NAME COUNT FIRST": cases, accesses done, faults, and each kind
 * of difference with its first case; or "lacking" if the CPU does not have the mode. Which kinds
 * are known: tests/guest/predictions.py.
 */
#include <stdio.h>
#include <string.h>

#include "access.h"
#include "predict/cases.h"

static struct evidence evidence;

struct path {
    const struct facts *facts;
    const struct trial *trial;
};

/* The tables of one case: a frame for each level, of which one entry matters. */
static bool read_entry(void *context, pa_t at, unsigned bytes, uint64_t *entry)
{
    const struct path *path = context;
    uint64_t frame = (at.value - path->facts->tables) / PAGE_SIZE;
    (void)bytes;
    if (at.value < path->facts->tables || frame >= PG_LEVELS_MAX)
        return false;
    *entry = path->trial->entry[frame + 1];
    return true;
}

static struct pg_outcome predict(const struct trial *trial)
{
    const struct facts *facts = &evidence.facts;
    const struct pg_geometry *geometry = cases_geometry(facts);
    struct path path = { facts, trial };
    struct pg_space space = {
        .geometry = geometry,
        .root = { facts->tables + (geometry->levels - 1U) * PAGE_SIZE },
        .features = { .maxphyaddr = (uint8_t)facts->maxphyaddr,
                      .pse = true,
                      .nxe = trial->nxe,
                      .pages_1g = facts->pages_1g != 0 },
        .memory = { read_entry, NULL, &path },
    };
    if (facts->mode == 32)
        space.features.pse36 = true;
    return pg_access(&space, &trial->control, (va_t){ trial->va }, trial->access);
}

/* How the accessed and dirty bits differ from the prediction, or NULL. */
static const char *marks_differ(const struct trial *trial, const struct pg_outcome *outcome,
                                uint32_t record)
{
    const struct pg_walk *walk = &outcome->walk;
    const struct pg_geometry *geometry = cases_geometry(&evidence.facts);
    for (unsigned level = trial->leaf; level <= geometry->levels; level++) {
        unsigned i = geometry->levels - level;
        uint64_t before = trial->entry[level] >> 5 & 3, seen = RECORD_MARKS(record, level);
        uint64_t marks = i < walk->steps ? outcome->marks[i] >> 5 & 3 : 0;
        bool fits = outcome->verdict == PG_DONE
                        ? seen == (before | marks)
                        : (seen & ~(before | marks)) == 0 && (before & ~seen) == 0;
        if (!fits)
            return level == geometry->levels && evidence.facts.mode == 36 ? "pdpte-marked"
                   : outcome->verdict == PG_DONE                          ? "marks-of-access"
                                                                          : "marks-of-fault";
    }
    return NULL;
}

/* SDM volume 3A, "Protection Keys": they count at user-mode addresses only, and AD for the
 * supervisor, too. NULL: the difference, if there is one, is not about keys. */
static const char *keys_differ(const struct trial *trial, const struct pg_outcome *outcome,
                               bool seen_key)
{
    bool due = (outcome->error & PG_ERROR_PK) != 0;
    if (!trial->control.pke || outcome->walk.end != PG_END_MAPPED || seen_key == due)
        return NULL;
    if (seen_key && !outcome->walk.rights.user)
        return "key-of-supervisor-address";
    if (due && !trial->access.user)
        return "supervisor-passes-key";
    return "key";
}

/* Another vector or error code than predicted, or NULL. */
static const char *faults_differ(const struct trial *trial, const struct pg_outcome *outcome,
                                 unsigned vector, unsigned error)
{
    const char *key = keys_differ(trial, outcome, vector == PG_VECTOR_PF && (error & PG_ERROR_PK));
    if (key != NULL)
        return key;
    if (vector == PG_VECTOR_GP && outcome->vector == PG_VECTOR_SS)
        return "gp-for-ss";
    if (vector != outcome->vector)
        return vector == PG_VECTOR_NONE ? "fault-missed" : "fault-not-predicted";
    if (error == outcome->error)
        return NULL;
    if ((outcome->error & PG_ERROR_RSVD) != 0 && (error ^ outcome->error) == PG_ERROR_P)
        return "reserved-without-p";
    return "error-code";
}

/* The name of the difference, or NULL when the CPU did what was predicted. */
static const char *difference(const struct trial *trial, const struct pg_outcome *outcome,
                              uint32_t record)
{
    unsigned vector = RECORD_VECTOR(record), error = RECORD_ERROR(record);
    if (!(record & RECORD_VALID) || outcome->verdict == PG_UNKNOWN)
        return "not-tried";
    const char *fault = faults_differ(trial, outcome, vector, error);
    if (fault != NULL)
        return fault;
    if (vector == PG_VECTOR_PF && !(record & RECORD_CR2))
        return "cr2";
    if (((record & RECORD_REACHED) != 0) != (outcome->verdict == PG_DONE))
        return "not-reached";
    return marks_differ(trial, outcome, record);
}

static struct kind {
    const char *name;
    unsigned count, first;
} kinds[16];

static void count_kind(const char *name, unsigned number)
{
    struct kind *kind = kinds;
    while (kind->name != NULL && strcmp(kind->name, name) != 0)
        kind++;
    if (kind->name == NULL)
        *kind = (struct kind){ name, 0, number };
    kind->count++;
}

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    bool read = file != NULL && fread(&evidence, sizeof evidence, 1, file) == 1;
    if (read && evidence.facts.magic == EVIDENCE_LACKING) {
        printf("cases 0 0\nlacking 1 0\n");
        return 0;
    }
    if (!read || evidence.facts.magic != EVIDENCE_MAGIC || evidence.facts.cases != CASES) {
        fprintf(stderr, "compare: no evidence of a kernel that finished\n");
        return 2;
    }
    unsigned done = 0;
    for (uint32_t number = 0; number < CASES; number++) {
        struct trial trial = cases_draw(&evidence.facts, number);
        struct pg_outcome outcome = predict(&trial);
        const char *name = difference(&trial, &outcome, evidence.record[number]);
        done += outcome.verdict == PG_DONE;
        if (name != NULL)
            count_kind(name, number);
    }
    printf("cases %d 0\ndone %u 0\nfaults %u 0\n", CASES, done, CASES - done);
    for (const struct kind *kind = kinds; kind->name != NULL; kind++)
        printf("%s %u %u\n", kind->name, kind->count, kind->first);
    return 0;
}
