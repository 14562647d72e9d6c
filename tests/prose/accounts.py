"""Accounts for every number of a lesson's text, or says which it cannot account for.

README.md says what accounts for a number; what is checked by its place in a sentence, or taken for
granted, stands in `_by_place`.
"""

import re
import tomllib

from prose import extract
from prose.known import Known, folded
from prose.reckon import Unsound

LESSONS = 22                           # of the curriculum
SEED = 1                               # the default
LETTERS = 3                            # a line of fewer has no form of its own
TOLD = ("derived", "linked", "cited", "chosen")
FLAG = {"P": {0}, "W": {1}, "RW": {1}, "R/W": {1}, "U": {2}, "US": {2}, "U/S": {2}, "PWT": {3},
        "PCD": {4}, "A": {5}, "D": {6}, "PS": {7}, "PAT": {7, 12}, "G": {8}, "XD": {63}}   # SDM
NAMES = "R/W|U/S|RW|US|PWT|PCD|PAT|PS|XD|[PWUADG]"
FLAG_BIT = re.compile(rf"\b({NAMES})[*`]*(?: ?\(|,? )bit (\d+)\b|"
                      rf"\bbit (\d+) \*?is\*? [*`]*({NAMES})\b", re.I)
HELP = """The run does not print it, and no constant, check or geometry of the lesson has it.
Correct the text, or say in numbers.toml what it is (tests/prose/README.md):
    [derived]  "NUMBER" = "an expression of geometry, constants, printed(…), entry(…)"
    [linked]   "NUMBER" = ["an address that it is not below", "one that it is below"]
    [cited]    "NUMBER" = "who says so: the manual's section, a file, a URL"
    [chosen]   "NUMBER" = "an example: why this one\""""


def _list(pattern):
    """One of these, or several: "lessons 2 and 5", "steps 10, 11 and 12"."""
    return re.compile(rf"\b{pattern}\s+(?:\d+(?:,\s+|\s+and\s+|\s+or\s+|\s+to\s+))*$", re.I)


LESSON, STEP, ERROR, BIT = map(_list, ("lessons?", "steps?", "error(?: code)?", "bits?"))


class Accounts:
    """One lesson: its folder, what its runs and its tour print, a Reckoner."""

    def __init__(self, folder, runs, tour, reckoner, page=None):
        self.folder, self.reckoner = folder, reckoner
        path = folder / "proof" / "numbers.toml"
        self.told = tomllib.loads(path.read_text()) if path.exists() else {}
        self.page = (folder / "lesson.md").read_text() if page is None else page
        self.blank, self.lines = extract.blanked(self.page), self.page.splitlines()
        self.known = Known(folder, self.told.get("geometries", []), runs, tour)
        self.forms = {}
        for line in self.known.lines:
            self.forms.setdefault(self._form(line), []).append(line)
        self.used, self.faults = set(), []

    # ---- One number ----

    def _by_place(self, number, before):
        """What its place says: True, False, or None where it says nothing. A digit alone counts
        something that stands beside it: 4 bytes, ring 3, PD 0. It is taken for granted."""
        if number.kind != "dec":
            return None
        if STEP.search(before):                              # of the story, or of a table
            return number.value in self.known.steps or f"\n| {number.value} |" in self.page
        if ERROR.search(before):
            return number.value in self.known.errors
        if re.search(r"LESSON=$|^# Lesson $", before, re.M):
            return number.value == int(self.folder.name[:2])
        if LESSON.search(before):
            return 1 <= number.value <= LESSONS
        if before.endswith("seed "):
            return number.value == SEED
        if BIT.search(before):
            return number.value in self.known.shapes.bits
        return True if number.value < 10 else None

    def _told(self, number, before):
        """Does numbers.toml say what it is? If it does so wrongly, that is a fault. The longest
        name wins: "vector 14" is said of that one, "14" of all others."""
        here = f"{folded(before)} {number.text}" if before[-1:].isspace() else before + number.text
        names = [name for table in TOLD for name in self.told.get(table, {})
                 if re.search(rf"(?<!\w){re.escape(name)}$", here) and name.endswith(number.text)]
        if not names:
            return False
        name = max(names, key=len)
        self.used.add(name)
        try:
            if name in self.told.get("derived", {}):
                self._derived(number, self.told["derived"][name])
            elif name in self.told.get("linked", {}):
                self._linked(number, self.told["linked"][name])
        except Unsound as why:
            self._fault(number, f"numbers.toml: {why}.")
        return True

    def _derived(self, number, expression):
        value, wanted = self.reckoner.value(expression), number.value
        if number.kind == "range":
            wanted = self.reckoner.bits(*wanted)
        if value != wanted and not (number.kind == "part" and wanted in f"{value:016x}"):
            self._fault(number, f'numbers.toml says "{expression}", and that is {value} '
                                f"({value:#x}).")

    def _linked(self, number, limits):
        low, high = (self.reckoner.value(limit) for limit in limits)
        if not low <= number.value < high:
            self._fault(number, f"numbers.toml says that it lies between {limits[0]} and "
                                f"{limits[1]}: from {low:#x} to below {high:#x}.")

    def _fault(self, number, what):
        line = self.lines[number.line - 1].strip()
        self.faults.append(f"{self.folder.name}/lesson.md:{number.line}: {number.text}: {what}\n"
                           f"        {line}")

    def _typed(self, number):
        """Does it stand in a command that the tour types, and so tries?"""
        code = (self.blank.rfind("`", 0, number.start) + 1, self.blank.find("`", number.end))
        return self.blank[slice(*code)] in self.known.commands

    # ---- Lines of the run ----

    @staticmethod
    def _form(line):
        """A line with its numbers left out: what two lines of one kind have in common."""
        return re.sub(r"(?:0x)?[0-9a-f]*[0-9][0-9a-f,]*", "#", folded(line))

    def _differs(self, line, printed):
        """The first number of the text's line that the printed one has otherwise, unless
        numbers.toml says what it is."""
        for said, is_so in zip(extract.numbers(line), extract.numbers(printed)):
            if said.value != is_so.value and not any(said.text in self.told.get(table, {})
                                                     for table in TOLD):
                return said
        return None

    def _quotes(self):
        """An indented line that looks like one of the run must be one."""
        for number, line in enumerate(self.blank.splitlines(), 1):
            quoted = re.split(r"(?<=\S) {4,}(?=\S)", line)[0]
            for text in (line, quoted):
                alike = self.forms.get(self._form(text), [])
                if not line.startswith("    ") or not alike or folded(text) in self.known.lines:
                    continue
                if len(re.findall("[A-Za-z]", self._form(text))) < LETTERS:
                    continue
                wrong = [self._differs(text, printed) for printed in alike]
                if all(wrong):
                    self.faults.append(f"{self.folder.name}/lesson.md:{number}: {wrong[0].text}: "
                                       f"the run prints another number in this line, such as\n"
                                       f"        {alike[0]}")
                    break

    # ---- All of them ----

    def _flags(self):
        """A flag that is named with its bit has that bit."""
        flat = self.blank.replace("\n", " ")
        for found in FLAG_BIT.finditer(flat):
            name, bit = found[1] or found[4], int(found[2] or found[3])
            if bit not in FLAG.get(name, {bit}):
                line = self.blank.count("\n", 0, found.start()) + 1
                self.faults.append(f"{self.folder.name}/lesson.md:{line}: {found[0]}: {name} is "
                                   f"bit {' or '.join(map(str, sorted(FLAG[name])))}.")

    def _examples(self):
        """The addresses that the figures take apart are the run's, too."""
        for name, spec in self.known.figures.items():
            if spec.get("address", 0) not in self.known.hexes | {0}:
                self.faults.append(f"{self.folder.name}/figures.toml: [{name}] takes "
                                   f"{spec['address']:#x} apart, which the run does not print.")

    def check(self):
        """The faults, a sentence each."""
        for equation in extract.equations(self.page):
            if not equation.holds:
                self._fault(equation, "this does not hold.")
        self.known.learn(self.page)
        for number in extract.numbers(self.page):
            before = self.blank[max(0, number.start - 60):number.start]
            line = folded(self.lines[number.line - 1])
            if self._told(number, before) or line in self.known.lines or self._typed(number):
                continue
            place = self._by_place(number, before)
            if not (self.known.has(number) if place is None else place):
                self._fault(number, "nothing accounts for it.")
        for table in TOLD:
            for name in self.told.get(table, {}).keys() - self.used:
                self.faults.append(f"{self.folder.name}/proof/numbers.toml: {name} in [{table}] "
                                   "does not stand in the text (any more).")
        self._quotes()
        self._flags()
        self._examples()
        return self.faults
