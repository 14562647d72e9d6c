"""The check kind steps: the order of control-register changes on the way into long mode.

Judged from CR0, CR3, CR4, EFER, CS.L and the instruction, never from a vector: the emulators
deliver different ones. Used by table.py and by judge/autopsy.py.
"""

from grader.formats.values import Trouble
from grader.judge import show
from grader.judge.facts import LME, PAE, PG
from grader.judge.kinds.base import failed, keys, passed
from grader.judge.paging.walk import PAGE

_BEFORE = (("cr4", PAE, "CR4.PAE"), ("efer", LME, "EFER.LME"))


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


def lacks(step, root=None):
    """What is not ready for long mode in the state of a step; empty when all is."""
    missing = [f"{text} is clear" for name, bit, text in _BEFORE if not step[name] & bit]
    if root is not None and step["cr3"] & -PAGE != root:
        missing.append(f"CR3 is {show.address(step['cr3'])}")
    return ", ".join(missing)


def step_rows(taken):
    """The recorded changes as lines: instruction, then the registers after it."""
    return [show.row(step["insn"], "", f"CR0 {show.address(step['cr0'])}  "
                     f"CR3 {show.address(step['cr3'])}  CR4 {show.address(step['cr4'])}  "
                     f"EFER {show.address(step['efer'])}  CS.L {step['cs_l']}",
                     step["rip"]) for step in taken]
