"""What the last grading of a lesson left in build/NN_name/grade/, and whether the learner's file
has changed since. Written by grade, read by hint and progress.

result.json is the last grading of all; mine.json the last one of the learner's own file, with the
digest of that file: SOLUTION=1 and --work leave it alone.
"""

import hashlib
import json
from pathlib import Path

from cli import TROUBLE, Stop
from grader.formats import evidence as records


def write_text(path, text):
    """Replaces `path` at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def write_json(path, value):
    """The same for a value."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True) + "\n")


def read_json(path):
    """What `path` holds, or None when it is not there."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except ValueError as why:
        raise Stop(TROUBLE, f"{path} is damaged ({why}): grade again, or remove it.") from why


def keep_runs(graded, folder):
    """Writes what a grading left behind: evidence and result of each run."""
    for emulator, (evidence, result) in graded.runs.items():
        (folder / emulator).mkdir(parents=True, exist_ok=True)
        records.dump(evidence, folder / emulator / "evidence.json")
        write_json(folder / emulator / "result.json", result)


def folder(lesson, out=None):
    """Where the gradings of `lesson` are kept."""
    return (Path(out).resolve() if out else lesson.root / "build" / lesson.name) / "grade"


def digest(lesson):
    """Changes with the learner's files; None while there are none."""
    there = {end: path for end, path in sorted(lesson.work().items()) if path.exists()}
    h = hashlib.sha256()
    for end, path in there.items():
        h.update(end.encode() + b"\0" + path.read_bytes())
    return h.hexdigest() if there else None


def keep(where, result, before):
    """Keeps the result of record; before: the digest when the learner's own file was graded."""
    write_json(where / "result.json", result)
    if before:
        write_json(where / "mine.json", {"digest": before, "result": result})


def mine(lesson, where):
    """(result of the learner's own file or None, whether the file has changed since)."""
    known = read_json(where / "mine.json")
    if known is None:
        return None, False
    return known["result"], known["digest"] != digest(lesson)


def summary(result):
    """A result in a word or a code: the first mistake's, or what came instead of one."""
    for wire in result["tripwires"]:
        return wire["code"]
    failed = next((e["code"] for e in result["checks"] if e["verdict"] == "fail"), None)
    return failed or {"pass": "all passed", "build_error": "does not compile"}.get(
        result["verdict"], "could not be graded")
