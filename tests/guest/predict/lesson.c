/*
 * The predicting kernel's part on the machine: it sets up each case, tries the access, and records
 * what the CPU did. It predicts nothing: the host does, from the same cases and the records that
 * it reads out of memory (tests/guest/compare.c).
 */
#include "stage/lesson.h"

#include "core/cpu.h"
#include "core/frames.h"
#include "core/machine.h"
#include "setup.h"

#define CR4_SMEP (1u << 20)
#define CR4_SMAP (1u << 21)
#define CR4_PKE  (1u << 22)

const struct lesson lesson = { .number = 0, .title = "accesses tried", .pool_frames = 64 };

struct evidence evidence;

static __attribute__((aligned(4096))) uint8_t tables[PG_LEVELS_MAX][4096];
static __attribute__((aligned(4096))) uint8_t target[4096];
static uint64_t root;

static uint64_t physical(const void *pointer)
{
    return (uintptr_t)pointer - KERNEL_OFFSET;
}

static struct facts facts_of_cpu(void)
{
    uint32_t seven = cpu_id(0).eax >= 7 ? cpu_id(7).ebx : 0;
    uint32_t extended = cpu_id(0x80000001u).edx;
    return (struct facts){
        .mode = setup_mode,
        .cases = CASES,
        .maxphyaddr = cpu_id(0x80000008u).eax & 0xFF,
        .nx = extended >> 20 & 1,
        .smep = seven >> 7 & 1,
        .smap = seven >> 20 & 1,
        .pku = cpu_id(0).eax >= 7 ? cpu_id(7).ecx >> 3 & 1 : 0,
        .pages_1g = extended >> 26 & 1,
        .la57 = cpu_id(0).eax >= 7 ? cpu_id(7).ecx >> 16 & 1 : 0,
        .tables = physical(tables),
        .target = physical(target),
    };
}

/* Where the entry of a level of the path lies. */
static volatile uint32_t *entry_at(const struct pg_geometry *geometry, unsigned level, uint64_t va)
{
    uint32_t index =
        (uint32_t)(va >> geometry->level[level].shift) & (pg_entries(geometry, level) - 1);
    uint64_t at = evidence.facts.tables + (level - 1) * PAGE_SIZE + index * geometry->entry_bytes;
    return phys_ptr(level == geometry->levels ? setup_root_slot(root) : at);
}

static void set_control(const struct trial *trial)
{
    const struct pg_control *control = &trial->control;
    unsigned long cr4 = cpu_read_cr4() & ~(unsigned long)(CR4_SMEP | CR4_SMAP | CR4_PKE);
    unsigned long cr0 = cpu_read_cr0() & ~(unsigned long)CR0_WP;
    cr4 |= (control->smep ? CR4_SMEP : 0) | (control->smap ? CR4_SMAP : 0);
    if (control->pke) {
        cpu_write_cr4(cr4 | CR4_PKE);
        __asm__ volatile("wrpkru" : : "a"(control->pkru), "c"(0), "d"(0));
        cr4 |= CR4_PKE;
    }
    cpu_write_cr4(cr4);
    cpu_write_cr0(cr0 | (control->wp ? CR0_WP : 0));
    if (evidence.facts.nx) {
        uint64_t efer = cpu_read_msr(MSR_EFER) & ~(uint64_t)EFER_NXE;
        cpu_write_msr(MSR_EFER, efer | (trial->nxe ? EFER_NXE : 0));
    }
}

#define EFLAGS_AC 0x40000u

/* EFLAGS.AC, by way of a word: POPF takes it from the stack. */
static void set_ac(bool on)
{
    word_t flags;
    __asm__ volatile("pushf\n\tpop %0" : "=r"(flags));
    flags = on ? flags | EFLAGS_AC : flags & ~(word_t)EFLAGS_AC;
    __asm__ volatile("push %0\n\tpopf" : : "r"(flags) : "memory", "cc");
}

static struct probe attempt(const struct trial *trial, uint32_t value)
{
    enum probe_kind kind = trial->access.kind == PG_READ ? PROBE_READ_4 : PROBE_WRITE_4;
    if (trial->access.kind == PG_FETCH)
        kind = PROBE_FETCH;
    else if (trial->access.stack)
        kind = PROBE_READ_4_RBP;
    if (trial->access.user)
        return setup_user_probe(kind, (word_t)trial->va, value);
    set_ac(trial->access.ac);
    struct probe seen = probe(kind, (word_t)trial->va, value);
    set_ac(false);
    return seen;
}

static bool reached(const struct trial *trial, const struct probe *seen, uint32_t value)
{
    volatile uint32_t *written = (volatile uint32_t *)(void *)(target + TARGET_WRITE);
    if (trial->access.kind == PG_WRITE)
        return *written == value;
    return !seen->faulted && (trial->access.kind == PG_FETCH || seen->value == ~value);
}

static uint32_t try_case(uint32_t number)
{
    const struct pg_geometry *geometry = cases_geometry(&evidence.facts);
    struct trial trial = cases_draw(&evidence.facts, number);
    uint32_t value = number | 0x40000000u;
    for (unsigned level = geometry->levels; level >= trial.leaf; level--) {
        volatile uint32_t *entry = entry_at(geometry, level, trial.va);
        entry[0] = (uint32_t)trial.entry[level];
        if (geometry->entry_bytes == 8)
            entry[1] = (uint32_t)(trial.entry[level] >> 32);
    }
    *(volatile uint32_t *)(void *)(target + TARGET_READ) = ~value;
    *(volatile uint32_t *)(void *)(target + TARGET_WRITE) = 0;
    set_control(&trial);
    struct probe seen = attempt(&trial, value);
    uint32_t record = (uint32_t)RECORD_VALID;
    if (seen.faulted)
        record |= (seen.vector & 0xFF) | (seen.error & 0xFF) << 8;
    if (seen.faulted && seen.cr2 == (word_t)trial.va)
        record |= (uint32_t)RECORD_CR2;
    if (reached(&trial, &seen, value))
        record |= (uint32_t)RECORD_REACHED;
    for (unsigned level = geometry->levels; level >= trial.leaf; level--)
        record |= (*entry_at(geometry, level, trial.va) >> 5 & 3) << (16 + 2 * (level - 1));
    return record;
}

void lesson_main(void)
{
    evidence.facts = facts_of_cpu();
    if (setup_mode == 57 && !evidence.facts.la57) {
        print("This CPU has no 5-level paging (CPUID.7:ECX[16] is 0): nothing was tried.\n");
        evidence.facts.magic = EVIDENCE_LACKING;
        return;
    }
    root = setup_paging();
    target[TARGET_RET] = 0xC3;
    target[TARGET_INT3] = 0xCC;
    for (uint32_t number = 0; number < CASES; number++)
        evidence.record[number] = try_case(number);
    evidence.facts.magic = EVIDENCE_MAGIC;
}
