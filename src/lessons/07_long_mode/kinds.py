"""The check kind steps: the order of control-register changes on the way into long mode.

Judged from CR0, CR3, CR4, EFER, CS.L and the instruction, never from a vector: the emulators
deliver different ones.
"""

from grader.formats.values import Trouble
from grader.judge import show
from grader.judge.autopsy import lacks, step_rows
from grader.judge.facts import PG
from grader.judge.kinds.base import failed, keys, passed
from grader.judge.paging.walk import PAGE


@keys("root", "")
def steps(context):
    """The way into long mode: CR4.PAE, CR3 and EFER.LME in any order before CR0.PG, then the far
    jump. Keys: root (an expression: what CR3 must hold, to the end). Never judged from a vector."""
    taken, root = context.facts.steps, context.value(context.check["root"])
    if not taken:
        raise Trouble("no instruction was recorded: [collect] step names no such stretch")
    paged = next((step for step in taken if step["cr0"] & PG), None)
    if paged is None:
        return failed("E-ORDER-LM", f"CR0.PG was never set: {lacks(taken[-1], root)}",
                      rows=step_rows(taken))
    missing = lacks(paged, root)
    if missing:
        return failed("E-ORDER-LM", f"CR0.PG was set before it was time: {missing}",
                      rows=step_rows(taken))
    if taken[-1]["cr3"] & -PAGE != root:
        return failed("E-ORDER-LM", f"CR3 is {show.address(taken[-1]['cr3'])} at the end: it was "
                      "loaded again", rows=step_rows(taken))
    if not taken[-1]["cs_l"]:
        return failed("E-ORDER-LM", "the far jump is missing: CS is still a 32-bit segment",
                      rows=step_rows(taken))
    return passed(f"{len(taken)} changes in a right order")


KINDS = {"steps": steps}
