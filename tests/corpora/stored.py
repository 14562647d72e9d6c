"""Runs of submissions that are kept: what has run once is answered, or judged again, in a moment.

Used by tests/matrix and by the tests of references and corpora. Two things are kept, by two hashes:
the evidence, by all that it is made from, and what the judge said, by that and all that it judges
by. So a new sentence in the judge costs no emulator. An error of ours (the clock, an emulator that
ended) is never kept: the next run may not meet it.
"""

import tempfile
from contextlib import nullcontext
from pathlib import Path

import keep
from bench import grade, numbered
from inputs import collected, judged, tools

from grader.judge import judge

KEPT = ("pass", "fail", "void", "build_error")      # what the submission alone brings about


class Run:
    """One run: `result` as schema/result.schema.json has it, `evidence` (None when nothing ran)
    read from the disk when somebody asks."""

    def __init__(self, lesson, keys, result, evidence, ran):
        self._lesson, (self._evidence_key, self._result_key) = lesson, keys
        self.result, self._evidence, self._ran = result, evidence, ran

    @property
    def evidence(self):
        if self._evidence is None and self._ran:
            self._evidence = keep.get(self._evidence_key)
        return self._evidence

    def judged(self, name, checks):
        """The result with other checks; `name` says how they differ from the lesson's."""
        key = keep.name(self._result_key, name)
        found = keep.get(key)
        if found is None:
            found = judge.judge(self.evidence, checks())
            keep.put(key, found)
        return found


def _keys(lesson, texts, emulator, seed, optimisation, fast, again):
    """The names of a run's evidence and result."""
    said = [part for end, text in sorted(texts.items()) for part in (end, text)]
    chosen = f"{lesson.name} {emulator} {seed} {optimisation} {fast} {again}"
    evidence = keep.name("evidence", chosen, collected(lesson), tools(emulator, fast), *said)
    return evidence, keep.name("result", evidence, judged(lesson))


def _known(lesson, keys):
    """A Run from what is kept, or None."""
    kept, evidence = keep.get(keys[1]), None
    if kept is None:
        evidence = keep.get(keys[0])
        if evidence is None:
            return None
        kept = {"result": judge.judge(evidence, lesson.checks()), "ran": True}
        if kept["result"]["verdict"] in KEPT:
            keep.put(keys[1], kept)
    elif kept["ran"] and not keep.has(keys[0]):
        return None
    return Run(lesson, keys, kept["result"], evidence, kept["ran"])


def graded(lesson, texts, files, emulator, seed, *, optimisation="-O2", fast=True, again=0,
           out=None):
    """The Run of a submission on one emulator.

    texts: {ending: all that the submission says}. files(folder): {ending: path}, asked for only
    when it has to be built, in `out` or a folder of its own. again: 1 for a second run of the
    same."""
    keys = _keys(lesson, texts, emulator, seed, optimisation, fast, again)
    known = _known(lesson, keys)
    if known:
        return known
    with nullcontext(out) if out else tempfile.TemporaryDirectory() as folder:
        result, evidence = grade(lesson, files(Path(folder)), emulator, seed, Path(folder) / "out",
                                 optimisation, fast)
    if result["verdict"] in KEPT:
        if evidence is not None:
            keep.put(keys[0], evidence)
        keep.put(keys[1], {"result": result, "ran": evidence is not None})
    return Run(lesson, keys, result, evidence, evidence is not None)


def graded_files(lesson, files, emulator, seed, **more):
    """The Run of a lesson's own files, its reference or starter."""
    texts = {end: path.read_text() for end, path in files.items()}
    return graded(lesson, texts, lambda folder: files, emulator, seed, **more)


def graded_of(one, emulator, seed, **more):
    """The Run of an entry of a corpus."""
    return graded(numbered(one.number), one.texts(), one.files, emulator, seed, **more)
