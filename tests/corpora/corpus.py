"""The corpora: submissions with a known outcome. Each lesson has its own in proof/.

mutants.toml, cheats.toml and alternatives.toml list changes to the lesson's reference, one
[[mutant]], [[cheat]] or [[alternative]] each:

    name           says what went wrong
    expect         the code, or codes any of which is right
    base           "starter" when that is changed, not the reference
    file           ".c" unless it is the assembly
    replace, with  a text that occurs once, and what takes its place
    add            a text that comes before the first function
    also           further changes: [[mutant.also]] with file, replace, with
    emu            "bochs" or "qemu" when only that one can show it

cheats/NAME.c (and NAME.asm), and so on, is a whole submission; its first line says `expect: E-CODE`
and, if need be, `emu: bochs`. In a cheat @symbol@ is its address in the kernel of the reference:
what one who has seen an earlier build writes. tests/matrix and test_corpora.py run them all.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bench import LESSONS, first_code, numbered
from cli.build import build
from grader.machine.elf import Elf

CODES = re.compile(r"[ECR]-[A-Z0-9-]+")
SYMBOL = re.compile(r"@(\w+)@")
FIRST_FUNCTION = re.compile(r"^(?=(static |enum ).*[^;]$)", re.M)


class Submission(NamedTuple):
    """One entry of a corpus. `changes`: (ending, old, new) applied to the reference, or `path`."""
    corpus: str
    number: int
    name: str
    expect: tuple
    changes: tuple = ()
    path: Path | None = None
    emu: str | None = None
    base: str = "reference"

    @property
    def label(self):
        return f"{self.number:02}/{self.name}"

    def _sources(self):
        """{ending: path} of what is changed."""
        lesson = numbered(self.number)
        files = lesson.starter() if self.base == "starter" else lesson.reference()
        if self.path:
            twins = {end: self.path.with_suffix(end) for end in files}
            files |= {end: twin for end, twin in twins.items() if twin.exists()}
        return files

    def texts(self):
        """{ending: text}: all that decides what the submission says. Where an address stands for a
        symbol of the reference's kernel, the reference decides, too."""
        texts = self._changed({end: path.read_text() for end, path in self._sources().items()})
        if any(SYMBOL.search(text) for text in texts.values()):
            texts |= {f"reference{end}": path.read_text()
                      for end, path in numbered(self.number).reference().items()}
        return texts

    def files(self, folder):
        """{ending: path} of the submission; changed files are written into `folder`."""
        lesson, files = numbered(self.number), self._sources()
        before = {end: path.read_text() for end, path in files.items()}
        texts = {end: _with_addresses(lesson, text) for end, text in
                 self._changed(before).items()}
        for end, text in texts.items():
            if text != before[end]:
                files[end] = folder / f"{lesson.name}{end}"
                files[end].write_text(text)
        return files

    def _changed(self, texts):
        texts = dict(texts)
        for end, old, new in self.changes:
            if old is None:
                at = FIRST_FUNCTION.search(texts[end]).start() if end == ".c" else 0
                texts[end] = f"{texts[end][:at]}{new}\n{texts[end][at:]}"
                continue
            found = texts[end].count(old)
            assert found == 1, f"{self.label}: found {found} times in the {self.base}:\n{old}"
            texts[end] = texts[end].replace(old, new)
        return texts


@cache
def _kernel(lesson):
    """The reference's kernel of a lesson."""
    return Elf.load(build(lesson, lesson.reference(), iso=False, quiet=True).elf)


def _with_addresses(lesson, text):
    return SYMBOL.sub(lambda m: hex(_kernel(lesson).va(m[1])), text)


def _edited(corpus, lesson, table):
    for one in tomllib.loads(table.read_text()).get(corpus.removesuffix("s"), []):
        changes = [(c.get("file", ".c"), c["replace"], c["with"])
                   for c in (one, *one.get("also", [])) if "replace" in c]
        changes += [(one.get("file", ".c"), None, one["add"])] if "add" in one else []
        yield Submission(corpus, lesson.number, one["name"],
                         tuple(CODES.findall(one.get("expect", ""))), tuple(changes),
                         emu=one.get("emu"), base=one.get("base", "reference"))


def _whole(corpus, lesson, path):
    first = path.read_text().splitlines()[0]
    said = first.partition("expect:")[2]
    only = re.search(r"emu: (bochs|qemu)", first)
    return Submission(corpus, lesson.number, path.stem, tuple(CODES.findall(said)),
                      path=path, emu=only and only[1])


def codes_given(result):
    """The tripwires' codes and the root cause's: what the report names first."""
    found = [*(wire["code"] for wire in result["tripwires"]), first_code(result)]
    return [code for code in dict.fromkeys(found) if code]


def gap(one, result):
    """What is wrong with a mutant's result, in a few words; None when it is caught and named."""
    if not one.expect:
        return "expects no code"
    if result["verdict"] != "fail":
        return f"{result['verdict']}, not caught"
    if result["points"] >= result["maximum"]:
        return "keeps every point"
    return None if first_code(result) in one.expect else f"named {first_code(result)}"


def load(corpus):
    """Every submission of a corpus, by lesson and name."""
    found = []
    for lesson in LESSONS:
        table = lesson.proof / f"{corpus}.toml"
        if table.exists():
            found += _edited(corpus, lesson, table)
        for path in sorted((lesson.proof / corpus).glob("*.[ca]*")):
            if path.suffix == ".c" or not path.with_suffix(".c").exists():
                found.append(_whole(corpus, lesson, path))
    return sorted(found, key=lambda one: one.label)
