/* expect: C-FORGED-OUTPUT. Calls the staff's print to claim success. */
#include "work.h"

void print(const char *format, ...);

enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags)
{
	(void)process, (void)page, (void)frame, (void)flags;
	print("PASS\n");
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
	return DONE;
}
