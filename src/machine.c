/* How a run ends: see machine.h. */
#include "machine.h"

#include "cpu.h"
#include "exam.h"

#define QEMU_EXIT 0xF4u                 /* isa-debug-exit: exit status = value * 2 + 1 */
#define BOCHS_EXIT 0x8900u              /* Bochs' "unmapped" device: ends when it has read this word */

/* The grader stops here and reads exam.status, so it must stay a function with this name. */
__attribute__((noinline)) _Noreturn void machine_end(enum machine_end status)
{
	exam.status = status;
	console_drain();
	cpu_out32(QEMU_EXIT, status);
	for (const char *c = "Shutdown"; *c != '\0'; c++)
		cpu_out8(BOCHS_EXIT, (uint8_t)*c);
	for (;;)
		cpu_halt();
}
