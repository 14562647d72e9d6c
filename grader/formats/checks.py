"""Loads checks.toml and says in one sentence what is wrong with it.

Used by the command line, the collector and the judge. CONTRACT.md section 4 is the format, section
5 the kinds of checks, which are handed in: what a check says is data, what it means is the judge's.
"""

import re
import tomllib

from grader.formats.values import problems

TOP = {"title": str, "brief": str, "width": int, "memory": int, "memory_qemu": int, "order": list,
       "budget": int, "notes": list, "groups": list, "wants_long_mode": bool,
       "physical_bits": int, "va_bits": int, "gate": dict, "collect": dict, "tripwires": dict,
       "kernel": dict, "draw": dict, "defaults": dict,
       "set": dict, "check": list, "fact": list, "tour": list}
COMMON = {"id", "title", "points", "kind", "at", "needs", "emu", "code", "hint", "read", "see",
          "uses", "work", "defaults"}
FACT = {"id", "title", "kind", "at", "emu", "read", "defaults"}
SET = {"rows", "absent", "kernel", "random", "flags", "table"}
RANDOM = {"draw", "cut", "leaf", "flags"}               # of a set's random rows
DRAW = {"rows": {"after", "count", "page", "frame", "pages", "size"},
        "questions": {"after", "count", "forms"}, "numbers": {"after", "numbers"}}
EXPRESSIONS = ("root", "cr3", "va", "low", "high", "want", "before", "after", "used", "exactly",
               "written", "seen", "vector", "error", "cr2", "top", "until", "instead")


VIEWS = ("regions", "direct", "space", "physical")      # of a set's table of regions


class BadChecks(Exception):
    """checks.toml cannot be used; the message is one sentence."""


class Checks(dict):
    """checks.toml as a dict, and `kinds`: {name: function} of the kinds of checks it may use.
    Draws that are like another, checks and facts with defaults have all their keys here."""

    def __init__(self, table, kinds):
        super().__init__(table)
        self.kinds = kinds
        if isinstance(table.get("draw"), dict):
            self["draw"] = {}
            for name, spec in table["draw"].items():
                self["draw"][name] = self._expanded(spec, "like", self["draw"])
        for part in ("check", "fact"):
            if isinstance(table.get(part), list):
                self[part] = [self._expanded(one, "defaults", self.get("defaults"))
                              for one in table[part]]

    @staticmethod
    def _expanded(spec, key, tables):
        """A table with what another one, which it names under `key`, says for it. A name that is
        not there is left, for faults() to find."""
        if not isinstance(spec, dict) or not isinstance(tables, dict) \
                or spec.get(key) not in tables:
            return spec
        return {**tables[spec[key]], **{name: spec[name] for name in spec if name != key}}

    def but(self, **changes):
        """The same lesson's checks with some parts replaced."""
        return Checks({**self, **changes}, self.kinds)


def load(path, kinds):
    """The checks of one lesson. Raises BadChecks naming the file and the fault."""
    try:
        text = path.read_text(encoding="utf-8")
        checks = Checks(tomllib.loads(text), kinds)
    except (OSError, UnicodeDecodeError) as problem:
        raise BadChecks(f"{path} cannot be read: {problem}") from problem
    except tomllib.TOMLDecodeError as problem:
        raise BadChecks(f"{path}: this is not TOML: {problem}.") from problem
    found = faults(checks)
    if found:
        raise BadChecks(f"{path}:{_line(text, found[0])}: {found[0]}.")
    return checks


def _line(text, fault):
    """The number of the line that a fault speaks of: where its last quoted name stands, behind the
    check or set that it names first."""
    lines, at = text.splitlines(), 0
    for name in re.findall(r'"([^"]+)"', fault):
        word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        at = next((i for i in range(at, len(lines)) if word.search(lines[i])), at)
    return at + 1


def maximum(checks, emulator=None):
    """Points to be had, without the checks that another emulator must show."""
    return sum(check["points"] for check in checks["check"]
               if emulator is None or check.get("emu", emulator) == emulator)


def groups_of(checks):
    """[(name, how many answers or None)] of the groups, in the order in which they are opened."""
    parts = [text.partition("*") for text in checks.get("groups", [])]
    return [(name, int(count) if count else None) for name, _, count in parts]


def faults(checks):
    """Every fault as one sentence; empty when the checks are sound."""
    found = [f'unknown key "{key}"' for key in checks if key not in TOP]
    found += [f'"{key}" must be a {TOP[key].__name__}' for key, value in checks.items()
              if key in TOP and not isinstance(value, TOP[key])]
    found += [f'"{key}" is missing' for key in ("title", "width", "order", "check")
              if key not in checks]
    if found:
        return found
    stops = [text.partition("*")[0] for text in checks["order"]]
    found += _group_faults(checks)
    for name, spec in checks.get("draw", {}).items():
        found += _draw_faults(name, spec, stops)
    for name, spec in checks.get("set", {}).items():
        found += [f'set "{name}" has the unknown key "{key}"' for key in spec if key not in SET]
        found += _set_faults(checks, name, spec, stops)
    ids = []
    for check in checks["check"]:
        found += _check_faults(checks, check, ids, stops)
        ids.append(check.get("id"))
    for fact in checks.get("fact", []):
        found += _fact_faults(checks, fact, ids, stops)
        ids.append(fact.get("id"))
    for stop in checks.get("tour", []):
        if stop.get("stop") not in stops:
            found.append(f'a tour names the stop "{stop.get("stop")}", which is not in order')
    if not found and maximum(checks) <= 0:
        found.append("the checks give no points")
    return found


def _group_faults(checks):
    """Faults of `groups`. Each one's number of answers is fixed: by a check that reads it, or by
    the number behind its name. So nothing can be moved from one to another."""
    texts, found = checks.get("groups", []), []
    for text in texts:
        if not re.fullmatch(r"\w{1,27}(\*\d+)?", text):
            return [f'the group "{text}" is not a word of at most 27 letters, or a word*number']
    judged = {check.get("group") for check in checks["check"]}
    names = [name for name, _ in groups_of(checks)]
    for name, count in groups_of(checks):
        if count is None and (name not in judged or names.count(name) > 1):
            found.append(f'the group "{name}" needs its number of answers, {name}*number: it is '
                         "opened more than once, or no check reads it")
    return found


def _draw_faults(name, spec, stops):
    """Faults of one [draw.NAME]."""
    if "like" in spec:
        return [f'draw "{name}" is like "{spec["like"]}", which is no draw before it']
    form = "numbers" if "numbers" in spec else "questions" if "forms" in spec else "rows"
    found = [f'draw "{name}" has no key "{key}"' for key in spec if key not in DRAW[form]]
    found += [f'draw "{name}" needs "{key}"' for key in sorted(DRAW[form] - {"pages", "size"})
              if key not in spec]
    if not found and spec["after"] not in stops:
        found.append(f'draw "{name}": the stop "{spec["after"]}" is not in order')
    return found


def _set_faults(checks, name, spec, stops):
    """Faults of one [set.NAME]."""
    notes, found = checks.get("notes", []), []
    for row in spec.get("rows", []):
        if not ("page" in row or "va" in row) or not ("frame" in row or "pa" in row):
            found.append(f'set "{name}": a row needs page or va, and frame or pa')
        texts = [row[key] for key in ("va", "pa", "page", "frame", "pages") if key in row]
        found += [f'set "{name}": {fault}' for text in texts if text != "any"
                  for fault in problems(text, notes, stops)]
    if "random" in spec:
        found += [f'set "{name}": random has no key "{key}"' for key in spec["random"]
                  if key not in RANDOM]
        drawn = checks.get("draw", {}).get(spec["random"].get("draw"), {})
        if "frame" not in drawn:
            found.append(f'set "{name}": random needs the name of a draw with page and frame')
    found += [f'set "{name}": {fault}' for fault in
              _table_problems(spec.get("table"), checks, stops)]
    if spec.get("kernel") and not checks.get("kernel", {}).get("ranges"):
        found.append(f'set "{name}" includes the kernel, but [kernel] has no ranges')
    return found


def _table_problems(spec, checks, stops):
    """Sentences saying what is wrong with a `table` of checks.toml; none where there is none."""
    if spec is None:
        return []
    if set(spec) != {"memory", "at", "view"} or spec["view"] not in VIEWS:
        return [f"a table has memory, at and view ({', '.join(VIEWS)})"]
    if spec["at"] not in stops:
        return [f'the table is read at "{spec["at"]}", which is not in order']
    if spec["memory"] not in checks.get("collect", {}).get("memory", {}).get(spec["at"], []):
        return [f'[collect] memory does not take "{spec["memory"]}" at "{spec["at"]}"']
    return []


def _check_faults(checks, check, ids, stops):
    """Faults of one [[check]]; `ids` are those before it."""
    who = f'check "{check.get("id", "?")}"'
    lacking = [key for key in ("id", "title", "points", "kind", "at") if key not in check]
    if lacking:
        return [f'{who} lacks "{lacking[0]}"']
    found = []
    if not isinstance(check["points"], int) or check["points"] < 0:
        found.append(f"{who}: points must be a whole number, 0 or more")
    found += [f'{who} needs "{name}", which is no check before it'
              for name in check.get("needs", []) if name not in ids]
    return found + _place_faults(check, who, ids, stops) + \
        _kind_faults(checks, check, who, stops, COMMON)


def _fact_faults(checks, fact, ids, stops):
    """Faults of one [[fact]]: what the machine does by itself gives no points and no hints."""
    who = f'fact "{fact.get("id", "?")}"'
    lacking = [key for key in ("id", "title", "kind", "at") if key not in fact]
    if lacking:
        return [f'{who} lacks "{lacking[0]}"']
    return _place_faults(fact, who, ids, stops) + _kind_faults(checks, fact, who, stops, FACT)


def _place_faults(check, who, ids, stops):
    """Faults of a check's or fact's name, stop and emulator."""
    found = []
    if check["id"] in ids:
        found.append(f"{who} is there twice")
    if check["at"].partition("#")[0] not in stops:
        found.append(f'{who}: the stop "{check["at"]}" is not in order')
    if check.get("emu", "bochs") not in ("bochs", "qemu"):
        found.append(f'{who}: emu is "bochs" or "qemu"')
    return found


def _kind_faults(checks, check, who, stops, common):
    """Faults of the keys that belong to the check's kind; `common` are those of every kind."""
    kind = checks.kinds.get(check["kind"])
    if kind is None:
        return [f'{who}: there is no kind "{check["kind"]}" ({", ".join(sorted(checks.kinds))})']
    found = [f'{who}: the kind {check["kind"]} needs "{key}"' for key in kind.required
             if key not in check]
    allowed = common | {*kind.required, *kind.optional}
    found += [f'{who}: the kind {check["kind"]} has no key "{key}"' for key in check
              if key not in allowed]
    if "set" in check and check["set"] not in checks.get("set", {}):
        found.append(f'{who}: there is no set "{check["set"]}"')
    if "defaults" in check:
        found.append(f'{who}: there is no [defaults.{check["defaults"]}]')
    if "group" in check and check["group"] not in [name for name, _ in groups_of(checks)]:
        found.append(f'{who}: the group "{check["group"]}" is not in groups')
    if "draw" in check and "forms" not in checks.get("draw", {}).get(check["draw"], {}):
        found.append(f'{who}: there is no draw "{check["draw"]}" with forms')
    defines = checks.get("gate", {}).get("defines", [])
    if "uses" in check and (not check["uses"] or set(check["uses"]) - set(defines)):
        found.append(f"{who}: uses must name functions of [gate] defines, at least one")
    notes = checks.get("notes", [])
    for key in EXPRESSIONS:
        if key in check and key in kind.required + kind.optional:
            found += [f"{who}: {fault}" for fault in problems(check[key], notes, stops)]
    return found
