/* expect: C-SYMBOL. Brings its own checkpoint, for the grader to stop at. */
#include "work.h"

void checkpoint_process_1(void)
{
}

enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags)
{
	(void)process, (void)page, (void)frame, (void)flags;
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
	checkpoint_process_1();
	return DONE;
}
