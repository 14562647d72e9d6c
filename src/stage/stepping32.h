/*
 * A call under a magnifying glass: it runs one instruction at a time (EFLAGS.TF), and after each
 * the page in question is touched, so that the TLB holds what the tables say *at that moment*. An
 * invalidation that comes before the store it belongs to is refilled with the old entry, and shows.
 *
 * What happened is written down: each change of the watched entry (A and D apart), each INVLPG, MOV
 * to CR3 and MOV to CR4, and what the CPU read right after it. The grader reads step_calls to name
 * a mistake; whether the CPU obeys it sees for itself, by the probes that follow. Used by 32-bit
 * lessons; knows none of them.
 */
#ifndef PAGEWALK_STEPPING_H
#define PAGEWALK_STEPPING_H

#include <stdbool.h>
#include <stdint.h>

#define STEP_CALLS  8u
#define STEP_EVENTS 8u

enum step_kind { STEP_STORE = 1, STEP_INVLPG = 2, STEP_CR3 = 3, STEP_CR4 = 4 };

struct step_event {
    uint32_t kind, step; /* after which instruction of the call, from 1 */
    uint32_t value;      /* the entry stored, the address invalidated, or what went to CR3, CR4 */
    uint32_t faulted;    /* the touch behind it: #PF? */
    uint32_t seen;       /* or else the word read */
};

struct step_call {
    uint32_t page, before, after; /* address and entry, as it was and as it became */
    uint32_t steps, events;       /* events beyond STEP_EVENTS take the last place */
    struct step_event event[STEP_EVENTS];
};

/* What to watch: the page's address, its entry, and whether a touch writes. */
struct step_watch {
    uint32_t page;
    const volatile uint32_t *entry;
    bool write;
};

extern struct step_call step_calls[STEP_CALLS];

void steps_init(void); /* takes the vectors #DB and #PF */

/*
 * Runs function(argument[0], ...) stepped, and returns what it returned. The watched page is
 * touched for the first time before the function's first instruction. After 20,000 instructions the
 * call goes on unwatched. More than STEP_CALLS calls are a panic.
 */
uint32_t step_call(const struct step_watch *watch, void (*function)(void),
                   const uint32_t argument[4]);

void step_print(void); /* the last call's events, a line each */

#endif
