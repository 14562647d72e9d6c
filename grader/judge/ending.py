"""How a run ended, as one entry of the result: E-TODO, E-HANG, E-TRIPLE-FAULT, E-PANIC, E-ORDER.

Used by judge.py. Nothing here gives points; it says what stopped the lesson before its end.
"""

from grader.formats.exam import EXCEPTION, FINISHED, PANIC, REFUSED, TODO
from grader.formats.values import Trouble
from grader.judge import autopsy


def order_of(checks):
    """Every stop in order as (name, hit)."""
    result = []
    for text in checks.get("order", []):
        name, _, times = text.partition("*")
        before = sum(1 for known, _ in result if known == name)
        result += [(name, before + n + 1) for n in range(int(times or 1))]
    return result


def todo_names(facts, checks):
    """Names of the functions that answered TODO, from exam.todo and [gate] defines."""
    exam = facts.end_place().exam()
    defines = checks.get("gate", {}).get("defines", [])
    if exam is None:
        return []
    return [defines[bit] if bit < len(defines) else f"function {bit}"
            for bit in range(32) if exam.todo >> bit & 1]


def _where(facts):
    """"in map() , work/02_two_levels.c:41" as far as the evidence knows."""
    symbol, line = facts.end.get("symbol"), facts.end.get("line")
    return f"in {symbol or 'an unknown place'}" + (f" ({line})" if line else "")


def _died(facts, checks):
    """(code, message, rows) of a triple fault or an exception nobody expected."""
    code, why, rows = autopsy.examine(facts, checks)
    exam, notes = facts.end_place().exam(), checks.get("notes", [])
    dirty = exam.notes[notes.index("dirty")] if exam and "dirty" in notes else 0
    if dirty:
        return "E-TABLE-DIRTY", f"frames in use that were never cleared: {dirty}; {why}", rows
    if facts.end["how"] == "triple_fault":
        return code or "E-TRIPLE-FAULT", f"triple fault: {why}", rows
    return code or "E-PANIC", f"an exception nobody expected: {why}", rows


def judge(facts, checks):
    """(code, message, rows) when the run did not end as it should, else None.

    Raises Trouble where the end says nothing about the learner."""
    end, how = facts.end, facts.end["how"]
    if how == "timeout":
        raise Trouble("the emulator took too long; the wall clock decides nothing: run again")
    if how == "void":
        if not facts.tripwires:
            raise Trouble("the evidence ends as void, but says nowhere why: grade the submission "
                          "again")
        wire = facts.tripwires[-1]
        return wire["code"], wire["what"], []
    if how in ("hang", "budget") and facts.emulator["name"] != "bochs":
        raise Trouble("only Bochs decides whether a run hangs: repeat it there")
    if how in ("hang", "budget"):
        return "E-HANG", f"the machine spins or stands still {_where(facts)}", []
    status = end.get("status")
    if how == "triple_fault" or status == EXCEPTION:
        return _died(facts, checks)
    missing = todo_names(facts, checks)
    if missing or status == TODO:
        return "E-TODO", f"not written yet: {', '.join(missing) or 'a function'}", []
    if how != "end":
        raise Trouble(f'the evidence ends with "{how}", which is no known end')
    if status == REFUSED:
        raise Trouble("this machine does not suit the lesson (memory or CPU): see its output")
    if status == PANIC:
        return "E-PANIC", f"the kernel stopped itself {_where(facts)}", []
    return _stops_missing(facts, checks, status)


def _stops_missing(facts, checks, status):
    """The run says that it finished; did it pass every stop?"""
    seen = [(stop.raw["checkpoint"], stop.raw.get("hit", 1)) for stop in facts.stops]
    due = order_of(checks)
    if status != FINISHED:
        return "E-PANIC", f"the lesson ended with the status {status}, which is none of its own", []
    if seen == due:
        return None
    if seen == due[:len(seen)]:
        return "E-NO-CHECKPOINT", f"the stop checkpoint_{due[len(seen)][0]} was never reached", []
    wrong = next(i for i, stop in enumerate(seen) if i >= len(due) or stop != due[i])
    return "E-ORDER", f"checkpoint_{seen[wrong][0]} was reached out of order", []
