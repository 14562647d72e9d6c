"""The table of check kinds that two lessons or more use: the name checks.toml uses, and the
function that judges it. A kind that one lesson uses lies in that lesson's kinds.py, which has such
a table, too: it is found, not listed here.
"""

from grader.judge.kinds import answers, cpu, flags, large, tables, taken

KINDS = {
    "registers": cpu.registers,
    "maps": tables.maps,
    "nothing_else": tables.nothing_else,
    "accesses": cpu.accesses,
    "alias": cpu.alias,
    "vector": cpu.vector,
    "answers": answers.answers,
    "note": answers.note,
    "frames": answers.frames,
    "unchanged": tables.unchanged,
    "table_bytes": tables.table_bytes,
    "page_flags": large.page_flags,
    "leaf_flags": flags.leaf_flags,
    "tables_taken": taken.tables_taken,
}
