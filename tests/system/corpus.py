"""The corpora: submissions with a known outcome (tests/mutants, tests/cheats, tests/alternatives).

NN.toml lists changes to the reference of lesson NN, one [[mutant]] each:

    name           says what went wrong
    expect         the code, or codes any of which is right
    file           ".c" unless it is the assembly
    replace, with  a text that occurs once, and what takes its place
    also           further changes: [[mutant.also]] with file, replace, with
    emu            "bochs" or "qemu" when only that one can show it

NN/NAME.c (and NAME.asm) is a whole submission; its first line says `expect: E-CODE` and, if need
be, `emu: bochs`.
"""

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from bench import ROOT, numbered

CODES = re.compile(r"[ECR]-[A-Z0-9-]+")


class Submission(NamedTuple):
    """One entry of a corpus. `changes`: (ending, old, new) applied to the reference, or `path`."""
    corpus: str
    number: int
    name: str
    expect: tuple
    changes: tuple = ()
    path: Path | None = None
    emu: str | None = None

    @property
    def label(self):
        return f"{self.number:02}/{self.name}"

    def files(self, folder):
        """{ending: path} of the submission; changed files are written into `folder`."""
        files = dict(numbered(self.number).reference())
        if self.path:
            twins = {end: self.path.with_suffix(end) for end in files}
            return files | {end: twin for end, twin in twins.items() if twin.exists()}
        texts = {end: path.read_text() for end, path in files.items()}
        for end, old, new in self.changes:
            found = texts[end].count(old)
            assert found == 1, f"{self.label}: found {found} times in the reference:\n{old}"
            texts[end] = texts[end].replace(old, new)
        for end in {end for end, _, _ in self.changes}:
            files[end] = folder / f"{numbered(self.number).name}{end}"
            files[end].write_text(texts[end])
        return files


def _edited(corpus, table):
    for one in tomllib.loads(table.read_text())["mutant"]:
        changes = tuple((c.get("file", ".c"), c["replace"], c["with"])
                        for c in (one, *one.get("also", [])))
        yield Submission(corpus, int(table.stem), one["name"],
                         tuple(CODES.findall(one.get("expect", ""))), changes,
                         emu=one.get("emu"))


def _whole(corpus, path):
    first = path.read_text().splitlines()[0]
    said = first.partition("expect:")[2]
    only = re.search(r"emu: (bochs|qemu)", first)
    return Submission(corpus, int(path.parent.name), path.stem, tuple(CODES.findall(said)),
                      path=path, emu=only and only[1])


def load(corpus):
    """Every submission of a corpus, by lesson and name."""
    folder = ROOT / "tests" / corpus
    found = [one for table in sorted(folder.glob("[0-9][0-9].toml"))
             for one in _edited(corpus, table)]
    for path in sorted(folder.glob("[0-9][0-9]/*.[ca]*")):
        if path.suffix == ".c" or not path.with_suffix(".c").exists():
            found.append(_whole(corpus, path))
    return sorted(found, key=lambda one: one.label)
