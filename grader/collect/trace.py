"""What one traced instruction did: its access, the walk before it, the fault it took.

Used by bochs.py. A trace is the list of bochs_text.Access that trace-mem printed.
"""
from grader.collect.kernel import VECTORS_WITH_ERROR
from grader.machine import MachineError


def fault(vector, trace, after):
    """The fault part of an ACCESS: the error code is what the CPU pushed last."""
    found = {"outcome": "fault", "vector": vector, "error": "0x0", "cr2": f"{after['cr2']:#x}"}
    if vector in VECTORS_WITH_ERROR:
        pushed = [a for a in trace if a.write and a.va == after["rsp"]]
        if not pushed:
            raise MachineError(f"Bochs: no error code pushed for vector {vector}")
        found["error"] = f"{pushed[-1].value:#x}"
    return found


def is_access(line, va, kind):
    return line.va == va and line.write == kind.startswith("write")


def walked(trace, access):
    """Where the last page walk before `access` read its entries, from the root down. An instruction
    that lies across two pages is walked for, too, but before its operand."""
    reads = [one for one in trace[:trace.index(access)] if one.level and not one.write]
    last = max((at for at, one in enumerate(reads) if one.level == reads[0].level), default=0)
    return [one.pa for one in reads[last:]]
