/*
 * Lesson 10: running something that goes too far, and catching what the CPU makes of it. Reads from
 * overflow_run() upwards. The handler gives the overflowed stack up: it sends the CPU to
 * stack_left.
 */
#include "parts.h"

#include "core/64/stack.h"
#include "core/machine.h"
#include "core/traps/traps.h"
#include "stage/checkpoint.h"
#include "stage/exam.h"
#include "stage/lesson.h"

#define PAST_THE_END 64u /* how far fill() means to go */

static volatile struct {
    bool armed;
    enum overflow_stop stop;
} now;

/* Each checkpoint in a function of its own: its symbol may exist only once. */
static __attribute__((noinline)) void pass_double_fault(void)
{
    CHECKPOINT(double_fault);
}

static __attribute__((noinline)) void pass_guard_hit(void)
{
    CHECKPOINT(guard_hit);
}

static void pass(enum overflow_stop stop)
{
    if (stop == STOP_DOUBLE_FAULT)
        pass_double_fault();
    else
        pass_guard_hit();
}

static void report_double_fault(const struct trap *t)
{
    print("     #DF on IST%u, error 0x%lx: a page fault could not be delivered.\n"
          "     The CPU wanted to push the frame of #PF below RSP = 0x%lx and hit the guard\n"
          "     again, at CR2 = 0x%lx: the stack that had run out was the only one it had.\n",
          idt[VECTOR_DF].ist, t->error, t->sp, t->cr2);
}

static void report_page_fault(const struct trap *t)
{
    unsigned which = NOBODY;
    enum result result = is_guard_hit((va_t){ t->cr2 }, objects, OBJECTS, &which);

    lesson_needs(result, IS_HIT, "is_guard_hit");
    exam.note[HIT_WHICH] = result == DONE ? which : NOBODY;
    print("     #PF, error 0x%lx, CR2 = 0x%lx: ", t->error, t->cr2);
    if (result != DONE || which >= OBJECTS)
        print("is_guard_hit() says that this is nobody's guard.\n");
    else
        print("%s overflow in %s\n", which <= LOGGER ? "stack" : "buffer", object_name[which]);
}

static bool on_fault(struct trap *t)
{
    if (!now.armed)
        return false;
    now.armed = false;
    exam.note[HIT_VECTOR] = t->vector;
    exam.note[HIT_ERROR] = t->error;
    exam.note[HIT_CR2] = t->cr2;
    exam.note[HIT_SP] = t->sp;
    if (t->vector == VECTOR_DF)
        report_double_fault(t);
    else
        report_page_fault(t);
    pass(now.stop);
    t->ip = (word_t)stack_left;
    return true;
}

void overflow_init(void)
{
    traps_handle(VECTOR_PF, on_fault);
    traps_handle(VECTOR_DF, on_fault);
}

/* Through a volatile pointer: of a call to itself the compiler would make a loop, and a loop needs
 * no stack. */
static void (*const volatile next)(uint64_t) = dive;

void dive(uint64_t floor)
{
    volatile uint64_t local[8];

    local[0] = floor;
    if ((uintptr_t)local >= floor)
        next(local[0]);
    local[1] = local[0]; /* still needed after the call, so it is no jump */
}

void fill(uint64_t start)
{
    volatile uint8_t *byte = (volatile uint8_t *)start;
    uint64_t bytes = place[PACKET].high.value - start + PAST_THE_END;

    for (uint64_t i = 0; i < bytes; i++)
        byte[i] = 0xEE;
}

void overflow_run(enum overflow_stop stop, va_t top, void (*function)(uint64_t), uint64_t argument)
{
    exam.note[HIT_VECTOR] = exam.note[HIT_WHICH] = NOBODY;
    now.stop = stop;
    now.armed = true;
    if (stack_call(top.value, function, argument) != 0)
        return;
    now.armed = false;
    print("     No fault: nothing stopped it.\n");
    pass(stop);
}
