/*
 * How a run ends. Every way says what happened and what to do, lets the serial line run dry, and
 * tells the emulator; on a real machine it halts. `run` on the host turns the status into an exit
 * status.
 */
#ifndef PAGEWALK_MACHINE_H
#define PAGEWALK_MACHINE_H

enum machine_end {
    END_FINISHED = 0x10,  /* the story was told */
    END_PANIC = 0x11,     /* the staff's own invariants are broken */
    END_REFUSED = 0x12,   /* this machine does not suit the lesson */
    END_TODO = 0x13,      /* the learner's part is not written yet */
    END_EXCEPTION = 0x14, /* an exception nobody expected */
};

_Noreturn void machine_stop(enum machine_end status);

/* From now on machine_stop calls `hook` first: who else must know of the end is not this file's. */
void machine_before_end(void (*hook)(enum machine_end status));

/* The last step of machine_stop, for it alone: a debugger that stops here finds exam.status written
 * and every character printed. */
_Noreturn void machine_end(enum machine_end status);

/* Prints "panic: ..." and ends. */
#define panic(...)                      \
    do {                                \
        print("\npanic: " __VA_ARGS__); \
        print("\n");                    \
        machine_stop(END_PANIC);        \
    } while (0)

/* Prints why this machine does not suit the lesson and what to do about it, and ends. */
#define refuse(...)                \
    do {                           \
        print("\n" __VA_ARGS__);   \
        print("\n");               \
        machine_stop(END_REFUSED); \
    } while (0)

#include "core/print.h"

#endif
