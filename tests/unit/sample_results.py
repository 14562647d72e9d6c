"""A result of every kind there is, from evidence made by hand."""

from fake import Run, checks, process, run
from grader.judge import judge

WANT = {"id": "rw", "title": "0x00403A10 must be writable", "kind": "maps", "set": "p",
        "points": 2, "work": "map", "read": "The effective right is the AND"}
AFTER = {"id": "frame", "title": "writes reach the frame", "kind": "nothing_else", "set": "p",
         "needs": ["rw"]}
ROOT = {"id": "cr3", "title": "CR3 points at your directory", "kind": "registers",
        "cr3": "note:root_1", "points": 4}


def example():
    """The run of the example in the design: a PDE without write."""
    memory, root = process()
    memory.put(root + 4, memory.get(root + 4) & ~2)
    evidence = run(memory, root).evidence()
    evidence["image"]["lines"] = {"map": "work/02_two_levels.c:41"}
    return judge.judge(evidence, checks(ROOT, WANT, AFTER))


def results():
    """A result of every kind there is."""
    good, data = run(*process()), checks(ROOT, WANT, AFTER)
    hung = Run()
    hung.stop("start", mode=None)
    hung.end = {"how": "hang", "symbol": "map+0x1", "line": "work/02_two_levels.c:7"}
    late = run(*process())
    late.end = {"how": "timeout"}
    bad = run(*process())
    bad.tripwires = [{"code": "C-EXIT-PORT", "stop": 1, "what": "ended by a port"}]
    qemu = judge.judge(run(*process(upper=1), emulator="qemu").evidence(), data)
    plain = judge.judge(good.evidence(), data)
    return {"pass": plain, "fail": example(), "hang": judge.judge(hung.evidence(), data),
            "error": judge.judge(late.evidence(), data), "void": judge.judge(bad.evidence(), data),
            "build": judge.build_error("02_two_levels", data, "work/x.c:1: error: y"),
            "torn": judge.compare([plain, qemu])}
