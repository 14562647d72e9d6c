"""The table of check kinds: the name checks.toml uses, and the function that judges it."""

from grader import (kinds_answers, kinds_canonical, kinds_cpu, kinds_entries, kinds_fault,
                    kinds_frames, kinds_guard, kinds_large, kinds_steps, kinds_tables, kinds_tlb)

KINDS = {
    "registers": kinds_cpu.registers,
    "maps": kinds_tables.maps,
    "nothing_else": kinds_tables.nothing_else,
    "accesses": kinds_cpu.accesses,
    "alias": kinds_cpu.alias,
    "answers": kinds_answers.answers,
    "unchanged": kinds_tables.unchanged,
    "table_bytes": kinds_tables.table_bytes,
    "page_flags": kinds_large.page_flags,
    "leaf_size": kinds_guard.leaf_size,
    "guard": kinds_guard.guard,
    "fault_stack": kinds_fault.fault_stack,
    "handler": kinds_fault.handler,
    "owners": kinds_fault.owners,
    "note": kinds_answers.note,
    "frames": kinds_answers.frames,
    "free_frames": kinds_frames.free_frames,
    "steps": kinds_steps.steps,
    "vector": kinds_cpu.vector,
    "computed": kinds_canonical.computed,
    "predicted": kinds_canonical.predicted,
    "accessed": kinds_canonical.accessed,
    "untorn": kinds_entries.untorn,
    "agrees": kinds_entries.agrees,
    "seen": kinds_tlb.seen,
    "entry": kinds_tlb.entry,
    "referenced": kinds_tlb.referenced,
}
