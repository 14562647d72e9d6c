/* A call that runs one instruction at a time: see stepping32.h. */
#include "stage/stepping32.h"

#include "core/machine.h"
#include "core/traps/traps.h"
#include "paging/types.h"

#define VECTOR_DB     1u
#define EFLAGS_TF     (1u << 8)
#define STEPS_MOST    20000u
#define ENTRY_IGNORED ((uint32_t)(PTE_A | PTE_D)) /* the CPU sets them by itself */

extern uint32_t step_run(void (*function)(void), const uint32_t argument[4]);
extern uint32_t step_touch(uint32_t va, uint32_t write);
extern const uint8_t step_end[], step_touch_read[], step_touch_write[], step_touch_faulted[];

struct step_call step_calls[STEP_CALLS];

static unsigned calls_made;
static struct step_watch watch;
static struct step_call *call;
static struct step_event *pending; /* to be executed next */
static volatile bool touch_faulted;

/* ---- Decoding: SDM 2A, "INVLPG", "MOV - Move to/from Control Registers" ---- */

static uint32_t register_of(const struct trap *t, unsigned number)
{
    const word_t value[8] = { t->ax, t->cx, t->dx, t->bx, t->unused, t->bp, t->si, t->di };

    return (uint32_t)value[number];
}

/* The address that a ModR/M byte names, for the forms a compiler gives "(register)". */
static uint32_t address_of(const struct trap *t, const uint8_t *modrm)
{
    uint32_t address = register_of(t, *modrm & 7u);

    if (*modrm >> 6 == 1)
        address += (modrm[1] ^ 0x80u) - 0x80u; /* a signed byte */
    return address;
}

/* Does the next instruction invalidate? Its kind and operand, or false. */
static bool decode(const struct trap *t, struct step_event *event)
{
    const uint8_t *code = (const uint8_t *)t->ip;
    unsigned reg = code[2] >> 3 & 7;

    if (code[0] != 0x0F)
        return false;
    if (code[1] == 0x01 && reg == 7 && code[2] >> 6 != 3) {
        event->kind = STEP_INVLPG;
        event->value = address_of(t, code + 2);
        return true;
    }
    if (code[1] != 0x22 || (reg != 3 && reg != 4))
        return false;
    event->kind = reg == 3 ? STEP_CR3 : STEP_CR4;
    event->value = register_of(t, code[2] & 7);
    return true;
}

/* ---- Writing down ---- */

static struct step_event *new_event(void)
{
    unsigned i = call->events < STEP_EVENTS ? call->events : STEP_EVENTS - 1;

    call->events++;
    call->event[i] = (struct step_event){ .step = call->steps };
    return &call->event[i];
}

static void touch(struct step_event *event)
{
    touch_faulted = false;
    uint32_t seen = step_touch(watch.page, watch.write);
    if (event == NULL)
        return;
    event->faulted = touch_faulted;
    event->seen = seen;
}

/* After each instruction; t->ip is the next one. */
static bool stepped(struct trap *t)
{
    struct step_event *event = pending, next;

    if (call == NULL)
        return false;
    call->steps++;
    if (event != NULL)
        event->step = call->steps;
    if ((*watch.entry ^ call->after) & ~ENTRY_IGNORED) {
        event = new_event();
        event->kind = STEP_STORE;
        event->value = *watch.entry;
    }
    call->after = *watch.entry;
    touch(event);
    pending = NULL;
    if (t->ip == (word_t)step_end || call->steps >= STEPS_MOST) {
        t->flags &= ~EFLAGS_TF;
        return true;
    }
    if (decode(t, &next)) {
        pending = new_event();
        pending->kind = next.kind;
        pending->value = next.value;
    }
    return true;
}

static bool touch_caught(struct trap *t)
{
    if (t->ip != (word_t)step_touch_read && t->ip != (word_t)step_touch_write)
        return false;
    touch_faulted = true;
    t->ip = (word_t)step_touch_faulted;
    return true;
}

void steps_init(void)
{
    traps_handle(VECTOR_DB, stepped);
    traps_handle(VECTOR_PF, touch_caught);
}

uint32_t step_call(const struct step_watch *what, void (*function)(void),
                   const uint32_t argument[4])
{
    if (calls_made >= STEP_CALLS)
        panic("a lesson steps through more than %u calls", STEP_CALLS);
    watch = *what;
    pending = NULL;
    call = &step_calls[calls_made++];
    *call = (struct step_call){ .page = watch.page, .before = *watch.entry };
    call->after = call->before;
    touch(NULL);
    uint32_t result = step_run(function, argument);
    call = NULL;
    return result;
}

void step_print(void)
{
    static const char *const name[] = { "", "PTE    ", "INVLPG ", "to CR3 ", "to CR4 " };
    const struct step_call *c = &step_calls[calls_made - 1];

    for (unsigned i = 0; i < c->events && i < STEP_EVENTS; i++) {
        const struct step_event *e = &c->event[i];
        print("     instruction %3u  %s 0x%08x   then the CPU ", e->step, name[e->kind], e->value);
        if (e->faulted)
            print("faults\n");
        else
            print("%s 0x%08x\n", watch.write ? "writes, and finds" : "reads", e->seen);
    }
    print("     %u instructions, %u of them above\n", c->steps, c->events);
}
