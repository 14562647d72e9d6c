/* expect: C-HARDCODED. Copies down what the lesson printed, and
 * ignores what it is asked to map. */
#include "work.h"

enum result flat_map(struct process *process, va32_t page, pa32_t frame, uint32_t flags)
{
	static const uint32_t row[][2] = { { 0, 1 }, { 1, 0 }, { 2, 3 }, { 5, 107 }, { 6, 22 },
	                                   { 0xFFFFF, 5 } };
	(void)page, (void)frame, (void)flags;
	for (unsigned i = 0; i < 6; i++)
		process->table[row[i][0]] = row[i][1] << 12 | 3;
	return DONE;
}

enum result flat_unmap(struct process *process, va32_t page)
{
	(void)process, (void)page;
	return DONE;
}

enum result flat_translate(const struct process *process, va32_t va, pa32_t *pa)
{
	(void)process, (void)va;
	if (pa)
		pa->value = 0x1001;
	return DONE;
}

enum result switch_to(const struct process *process)
{
	(void)process;
	return DONE;
}
