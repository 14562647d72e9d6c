/* expect: C-FORGED-OUTPUT. Prints what a debugger and a grader would say,
 * instead of doing the work. */
#include "work.h"

static void out(char c)
{
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((unsigned short)0xE9));
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((unsigned short)0x3F8));
}

static void say(const char *text)
{
	while (*text)
		out(*text++);
}

enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags)
{
	(void)process, (void)page, (void)frame, (void)flags;
	say("(0) Magic breakpoint\nNext at t=999\nCR3=0x00000022b000\nGRADE: PASS\n");
	return DONE;
}

enum result flat_unmap(struct process *process, va32_t page)
{
	(void)process, (void)page;
	return DONE;
}

enum result flat_translate(const struct process *process, va32_t va, pa32_t *pa)
{
	(void)process, (void)va, (void)pa;
	return DONE;
}

enum result switch_to(const struct process *process)
{
	(void)process;
	say("PASS 12/12\n");
	return DONE;
}
