"""Finding lessons and their files. Knows the folder layout, nothing about what a lesson does."""

import importlib
import re
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from cli import TROUBLE, USAGE, Stop
from grader.formats.checks import BadChecks, Checks, load
from grader.judge.kinds.registry import KINDS


@dataclass(frozen=True)
class Lesson:
    """One folder of src/lessons. Paths are relative to the project's root."""
    root: Path
    name: str                          # 02_two_levels

    @property
    def number(self):
        return int(self.name.split("_")[0])

    @property
    def folder(self):
        return self.root / "src" / "lessons" / self.name

    @property
    def proof(self):
        """What shows that the lesson can be passed, failed and not be cheated: never handed out."""
        return self.folder / "proof"

    def parts(self):
        """Endings of the files a learner writes: [".c"], or [".c", ".asm"]."""
        return [end for end in (".c", ".asm") if (self.folder / f"starter{end}").exists()]

    def reference(self):
        return {end: self.proof / f"solution{end}" for end in self.parts()}

    def starter(self):
        return {end: self.folder / f"starter{end}" for end in self.parts()}

    def work(self):
        """The learner's own files, whether they exist or not."""
        return {end: self.root / "work" / f"{self.name}{end}" for end in self.parts()}

    def module(self, name):
        """A module of the lesson's own judge code, by name; its folder is a package for that."""
        package = f"lesson_{self.number}_{zlib.crc32(str(self.folder).encode()):08x}"
        if package not in sys.modules:
            sys.modules[package] = ModuleType(package)
            sys.modules[package].__path__ = [str(self.folder)]
        try:
            return importlib.import_module(f"{package}.{name}")
        except (ImportError, SyntaxError, NameError) as why:
            raise Stop(TROUBLE,
                       f"src/lessons/{self.name}/{name}.py cannot be used: {why}.") from why

    def kinds(self):
        """{name: function}: the kinds of checks of all lessons, and this one's own where it has
        some."""
        own = self.module("kinds").KINDS if (self.folder / "kinds.py").exists() else {}
        for name in own:
            if name in KINDS:
                raise Stop(TROUBLE, f'src/lessons/{self.name}/kinds.py: all lessons have a kind '
                                    f'"{name}" already: give this one another name.')
        return {**KINDS, **own}

    def checks(self):
        """checks.toml, found sound; empty while a lesson has none. Stop says file, line, fault."""
        path = self.folder / "checks.toml"
        if not path.exists():
            return Checks({}, self.kinds())
        try:
            return load(path, self.kinds())
        except BadChecks as why:
            raise Stop(TROUBLE, str(why).replace(f"{self.root}/", "")) from why

    def _said(self, key, otherwise):
        """What checks.toml says of itself, for lists of all lessons: a broken one stops none of the
        others."""
        try:
            return self.checks().get(key, otherwise)
        except Stop:
            return otherwise

    def memory(self, emulator):
        """MiB that the lesson wants there: a key of its own where one emulator needs more."""
        checks = self.checks()
        return checks.get(f"memory_{emulator}", checks.get("memory", 512))

    def title(self):
        return self._said("title", self.name.split("_", 1)[1].replace("_", " "))

    def brief(self):
        """What it is about, in a few words for a menu; "" while it does not say."""
        return self._said("brief", "")


def all_lessons(root):
    """Every lesson there is, by number."""
    folders = sorted((Path(root) / "src" / "lessons").glob("[0-9][0-9]_*"))
    return [Lesson(Path(root), f.name) for f in folders if (f / "lesson.c").exists()]


def find(root, wanted):
    """The lesson a person means by 2, 02, two_levels or 02_two_levels."""
    lessons = all_lessons(root)
    there = ", ".join(f"{lesson.number} ({lesson.name[3:]})" for lesson in lessons)
    if not wanted:
        raise Stop(USAGE, f"Which lesson? Say LESSON=n, with one of: {there}.")
    for lesson in lessons:
        number = re.fullmatch(r"0*([0-9]+)", wanted)
        if wanted in (lesson.name, lesson.name[3:]) or (
                number and int(number[1]) == lesson.number):
            return lesson
    raise Stop(USAGE, f'There is no lesson "{wanted}". There are: {there}.')
