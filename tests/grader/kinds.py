"""The table of check kinds: the name checks.toml uses, and the function that judges it."""

from grader import (kinds_answers, kinds_cpu, kinds_fault, kinds_guard,
                    kinds_rights, kinds_steps, kinds_tables)

KINDS = {
    "registers": kinds_cpu.registers,
    "maps": kinds_tables.maps,
    "nothing_else": kinds_tables.nothing_else,
    "accesses": kinds_cpu.accesses,
    "alias": kinds_cpu.alias,
    "answers": kinds_answers.answers,
    "unchanged": kinds_tables.unchanged,
    "table_bytes": kinds_tables.table_bytes,
    "leaf_size": kinds_guard.leaf_size,
    "guard": kinds_guard.guard,
    "fault_stack": kinds_fault.fault_stack,
    "handler": kinds_fault.handler,
    "owners": kinds_fault.owners,
    "note": kinds_answers.note,
    "frames": kinds_answers.frames,
    "rights": kinds_rights.rights,
    "predictions": kinds_rights.predictions,
    "matrix": kinds_rights.matrix,
    "repairs": kinds_rights.repairs,
    "steps": kinds_steps.steps,
    "vector": kinds_cpu.vector,
}
