/*
 * Lesson 1: one flat table. Reads from lesson_main() upwards.
 *
 * Two processes, each with an array of 2^20 entries. The x86 has no paging mode that walks such an
 * array with 4 KiB pages, so the staff gives each process a fixed directory whose 1,024 entries point
 * at the 1,024 consecutive 4 KiB slices of the array: the MMU really does walk the learner's array.
 */
#include "work.h"

#include "bootinfo.h"
#include "checkpoint.h"
#include "lesson.h"
#include "machine.h"
#include "probe.h"

#define SLICES 1024u
#define QUESTIONS 128u
#define EXTRAS 16u
#define EXTRA_FIRST_PAGE 0x40000u
#define EXTRA_PAGES 0x80000u
#define EXTRA_FIRST_FRAME 0x400u
#define EXTRA_FRAMES 0x1FC00u
#define EXTRA_CUT 4u                    /* every fourth extra page is unmapped again */
#define VGA_PAGE 0xB8u
#define ROM_FRAME 0xFFFFFu
#define LABEL 0xFF0u                    /* where in its frame a label lies */

enum { FLAT_MAP, FLAT_UNMAP, FLAT_TRANSLATE, SWITCH_TO };       /* as in work.h */

struct row { uint32_t page, frame; };

#define COUNT(array) (sizeof(array) / sizeof *(array))

const struct lesson lesson = {
	.number = 1, .title = "one flat table", .pool_frames = 16, .pool_lowest = 0x1000000,
};

static const struct row rows_1[] = {
	{ 0x00000, 0x00001 }, { 0x00001, 0x00000 }, { 0x00002, 0x00003 },
	{ 0x00005, 107 }, { 0x00006, 22 }, { 0xFFFFF, 0x00005 },
};

/* Frame 3 twice, at pages 3 and 4: the source of this example lists it at index 3 and translates with
 * page 4, so both are mapped. 0xFFFFF is the BIOS ROM at its own address. */
static const struct row rows_2[] = {
	{ 0x00000, 0x0000A }, { 0x00001, 0x12345 }, { 0x00003, 0x00003 },
	{ 0x00004, 0x00003 }, { 0xFFFFF, 0xFFFFF },
};

__attribute__((aligned(4096))) uint32_t flat_table_1[FLAT_ENTRIES];
__attribute__((aligned(4096))) uint32_t flat_table_2[FLAT_ENTRIES];
__attribute__((aligned(4096))) uint32_t directory_1[SLICES];
__attribute__((aligned(4096))) uint32_t directory_2[SLICES];

static struct process one = { flat_table_1, { 0 } }, two = { flat_table_2, { 0 } };

extern const uint8_t image_start[], image_end[];

static void expect_done(enum result result, unsigned function, const char *name)
{
	if (result == TODO)
		lesson_todo(function, name);
}

static void map(struct process *process, uint32_t page, uint32_t frame)
{
	enum result result = flat_map(process, (va32_t){ page << PAGE_SHIFT },
	                              (pa32_t){ frame << PAGE_SHIFT }, PTE_RW);

	expect_done(result, FLAT_MAP, "flat_map");
}

/* The slices of the array become what a directory of lesson 2 points to. */
static void build_directory(struct process *process, uint32_t *directory)
{
	for (uint32_t i = 0; i < SLICES; i++)
		directory[i] = (uint32_t)&process->table[i * SLICES] | PTE_P | PTE_RW;
	process->directory.value = (uint32_t)directory;
}

/* The kernel must go on running after paging is on: its pages map to the frames of the same number. */
static void map_kernel(struct process *process)
{
	map(process, VGA_PAGE, VGA_PAGE);
	for (uint32_t va = (uint32_t)image_start; va < (uint32_t)image_end; va += PAGE_SIZE)
		map(process, va >> PAGE_SHIFT, va >> PAGE_SHIFT);
}

static void map_rows(struct process *process, const struct row *rows, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		map(process, rows[i].page, rows[i].frame);
		print("     page 0x%05x -> frame 0x%05x\n", rows[i].page, rows[i].frame);
	}
}

/* Pages that only the seed knows, so that no table can be written down beforehand. */
static void map_extras(struct process *process)
{
	uint32_t slice = EXTRA_PAGES / EXTRAS, cut[EXTRAS / EXTRA_CUT];

	for (uint32_t i = 0; i < EXTRAS; i++) {
		uint32_t page = EXTRA_FIRST_PAGE + i * slice + exam_below(slice);
		map(process, page, EXTRA_FIRST_FRAME + exam_below(EXTRA_FRAMES));
		if (i % EXTRA_CUT == EXTRA_CUT - 1)
			cut[i / EXTRA_CUT] = page;
	}
	for (uint32_t i = 0; i < EXTRAS / EXTRA_CUT; i++) {
		va32_t va = { cut[i] << PAGE_SHIFT };
		expect_done(flat_unmap(process, va), FLAT_UNMAP, "flat_unmap");
	}
}

static void ask(const struct process *process, uint32_t va)
{
	pa32_t pa = { 0 };
	enum result result = flat_translate(process, (va32_t){ va }, &pa);

	expect_done(result, FLAT_TRANSLATE, "flat_translate");
	exam_answer(va, result, pa.value);
}

/* Half of the questions fall on the first pages, where something is mapped; half anywhere. */
static void ask_all(const struct process *process)
{
	for (unsigned i = 0; i < QUESTIONS; i++)
		ask(process, i % 2 == 0 ? exam_below(8u << PAGE_SHIFT) : (uint32_t)exam_next());
}

/* What must be refused, and leave the table as it was. */
static void ask_for_refusals(void)
{
	const va32_t used = { 0x2000 }, unused = { 0x7000 }, crooked = { 0x7004 };
	const pa32_t frame = { 0x9000 }, bent = { 0x9008 };

	exam_answer(used.value, flat_map(&one, used, frame, PTE_RW), 0);
	exam_answer(crooked.value, flat_map(&one, crooked, frame, PTE_RW), 0);
	exam_answer(unused.value, flat_map(&one, unused, bent, PTE_RW), 0);
	exam_answer(unused.value, flat_unmap(&one, unused), 0);
	exam_answer(used.value + 4, flat_unmap(&one, (va32_t){ used.value + 4 }), 0);
	exam_answer(used.value, flat_translate(&one, used, NULL), 0);
}

static void show(const char *who, enum probe_kind kind, word_t va, uint32_t value)
{
	struct probe p = probe(kind, va, value);

	print("     %s 0x%08lx: ", who, va);
	probe_print(&p);
	print("\n");
}

static void visit(const struct row *rows, unsigned n, uint32_t absent)
{
	for (unsigned i = 0; i < n; i++)
		show("read", PROBE_READ_4, rows[i].page << PAGE_SHIFT | LABEL, 0);
	show("read", PROBE_READ_4, absent << PAGE_SHIFT, 0);
	show("write", PROBE_WRITE_4, absent << PAGE_SHIFT | 4u, 1);
}

/* A word in each frame that tells which one it is; the ROM keeps its own. Paging is still off. */
static void label_frames(const struct row *rows, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (rows[i].frame != ROM_FRAME)
			*(volatile uint32_t *)(rows[i].frame << PAGE_SHIFT | LABEL) = 0xF0000000u | rows[i].frame;
	}
}

static void require_frames(const struct row *rows, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t start = (uint64_t)rows[i].frame << PAGE_SHIFT;
		if (rows[i].frame != ROM_FRAME && !boot_is_ram(start, start + PAGE_SIZE))
			refuse("Lesson 1 needs the frame 0x%05x, and this machine has no free memory there.\n"
			       "Give it 512 MiB: leave MEM= away, or MEM=512.", rows[i].frame);
	}
}

void lesson_main(void)
{
	require_frames(rows_1, COUNT(rows_1));
	require_frames(rows_2, COUNT(rows_2));
	label_frames(rows_1, COUNT(rows_1));
	label_frames(rows_2, COUNT(rows_2));
	CHECKPOINT(start);

	print("1  A table has %u entries of 4 bytes: %u bytes for each process, used or not.\n",
	      FLAT_ENTRIES, (unsigned)sizeof flat_table_1);
	build_directory(&one, directory_1);
	build_directory(&two, directory_2);
	print("2  Process 1, CR3 = 0x%08x, table at 0x%08x:\n", one.directory.value,
	      (uint32_t)one.table);
	map_kernel(&one);
	map_rows(&one, rows_1, COUNT(rows_1));
	map_extras(&one);
	print("3  Process 2, CR3 = 0x%08x, table at 0x%08x:\n", two.directory.value,
	      (uint32_t)two.table);
	map_kernel(&two);
	map_rows(&two, rows_2, COUNT(rows_2));
	CHECKPOINT(built);

	print("4  flat_translate answers %u questions a process; six calls must be refused.\n", QUESTIONS);
	ask_all(&one);
	ask_all(&two);
	ask_for_refusals();
	CHECKPOINT(answers);

	print("5  Process 1 runs. Address 0x00002ff0 is in frame 3:\n");
	expect_done(switch_to(&one), SWITCH_TO, "switch_to");
	CHECKPOINT(process_1);
	visit(rows_1, COUNT(rows_1), 0x00003);
	show("write", PROBE_WRITE_4, 0x00002010, 0xCAFE0001);

	print("6  Process 2 runs. The same addresses are other bytes, by CR3 alone:\n");
	switch_to(&two);
	CHECKPOINT(process_2);
	visit(rows_2, COUNT(rows_2), 0x00002);
	print("7  Written by process 1 through page 2, read by process 2 through page 4:\n");
	show("read", PROBE_READ_4, 0x00004010, 0);
	CHECKPOINT(end);

	uint32_t bytes = sizeof flat_table_1;
	print("8  One table costs %u MiB. %u processes: %u bytes, about 1 GB, for tables alone.\n",
	      bytes >> 20, 244u, 244u * bytes);
}
