/* How a run ends: see machine.h. */
#include "core/machine.h"

#include <stddef.h>

#include "core/cpu.h"

#define QEMU_EXIT  0xF4u   /* isa-debug-exit: exit status = value * 2 + 1 */
#define BOCHS_EXIT 0x8900u /* Bochs' "unmapped" device: ends when it has read this word */

__attribute__((noinline, noclone, section(".text.stops"))) _Noreturn void machine_end(
    enum machine_end status)
{
    cpu_out32(QEMU_EXIT, status);
    for (const char *c = "Shutdown"; *c != '\0'; c++)
        cpu_out8(BOCHS_EXIT, (uint8_t)*c);
    for (;;)
        cpu_halt();
}

static void (*before_end)(enum machine_end status);

void machine_before_end(void (*hook)(enum machine_end status))
{
    before_end = hook;
}

_Noreturn void machine_stop(enum machine_end status)
{
    if (before_end != NULL)
        before_end(status);
    serial_drain();
    machine_end(status);
}
