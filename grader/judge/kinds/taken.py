"""The check kind tables_taken: every frame that was taken is a table."""

from grader.judge import show
from grader.judge.kinds.base import failed, keys, passed, scan


@keys("before after", "root mode")
def tables_taken(context):
    """As many frames were taken as there are tables in the space, so none is lost. Keys: before,
    after (expressions: free frames), root, mode."""
    _, tables, problem = scan(context.paging())
    if problem:
        return problem
    before, after = (context.value(context.check[key]) for key in ("before", "after"))
    taken, have = before - after, len(tables)
    if taken == have:
        return passed(f"{have} tables, a frame each")
    rows = [show.row("frames taken", str(have), str(taken))]
    if taken > have:
        return failed("E-FRAME-LEAK", f"{taken - have} frames were taken and are no table of this "
                      "space", rows=rows)
    return failed("E-FRAME-TWICE", f"{have} tables in {taken} frames: some lie in frames that were "
                  "given back, or never taken", rows=rows)
