"""GitHub: annotations for a workflow's log, and Markdown for its step summary.

Used by export.py; CONTRACT.md section 7 has the mapping. Both stay harmless whatever a text holds.
"""

import re

from grader.report.cases import cases, heading, machine, one_line, remarks, visible

_SAID = re.compile(r"^([^\s:]+):(\d+):(?:\d+:)? (?:fatal )?(error|warning): (.*)$", re.M)
_PLACE = re.compile(r"^([^\s:]+):(\d+)")
_WORDS = {"pass": "ok", "fail": "**FAIL**", "skip": "--", "elsewhere": "--", "error": "**ERROR**"}

# ---- Annotations ---------------------------------------------------------------------------------


def _quoted(text, more=()):
    """A workflow command ends at a new line, a property also at a comma or a colon."""
    for bad in ("%", "\r", "\n", *more):
        text = text.replace(bad, f"%{ord(bad):02X}")
    return text


def _command(level, text, **properties):
    inside = ",".join(f"{key}={_quoted(one_line(str(value)), (':', ','))}"
                      for key, value in properties.items() if value)
    return f"::{level} {inside}::{_quoted(visible(text))}"


def _place(where):
    """{"file", "line"} of "work/02_two_levels.c:41 map()"."""
    found = _PLACE.match(where or "")
    return {"file": found[1], "line": found[2]} if found else {}


def _said(case):
    """What the compiler said, each at its line."""
    return [_command(level, text, file=file, line=line, title="the compiler says")
            for file, line, level, text in _SAID.findall(case.message)]


def _annotations(result):
    for case in cases(result):
        if case.outcome == "fail":
            said = _said(case) if case.id == "build" else []
            yield from said or [_command(
                "error", case.text, **_place(case.where), title=f"{case.code}: {case.title}")]
        elif case.outcome == "error":
            yield _command("error", case.text, title=f"the grader's own trouble: {case.title}")
    for code, text in remarks(result):
        yield _command("notice", text, title=code)
    yield _command("notice", f"{result['points']}/{result['maximum']} points, {result['verdict']}",
                   title=heading(result))


def annotations(results):
    """One workflow command for each mistake, at the learner's line where it is known."""
    return "".join(f"{line}\n" for result in results for line in _annotations(result))


# ---- Step summary --------------------------------------------------------------------------------


def _cell(text):
    """Text that Markdown shows as it is, within a table."""
    return "".join(f"&#{ord(c)};" if c in "\\`*_[]|~#!@<>&" else c for c in one_line(text))


def _block(text):
    """A code block whose fence no text can close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", text, fence]


def _section(result):
    lines = [f"### {_cell(heading(result))}: {result['points']}/{result['maximum']} points", "",
             _cell(", ".join(part for part in (result["verdict"], machine(result)) if part)), "",
             "| | check | points | |", "|---|---|---|---|"]
    found = cases(result)
    for case in found:
        code = f"{case.code}: " if case.code else ""
        lines.append(f"| {_WORDS[case.outcome]} | {_cell(case.title)} | "
                     f"{case.points}/{case.maximum} | {_cell(code + case.message)} |")
    first = next((case for case in found if case.outcome in ("fail", "error")), None)
    if first:
        lines += ["", *_block(first.text)]
    said = [f"- {_cell(f'{code}: {text}')}" for code, text in remarks(result)]
    return [*lines, *(["", *said] if said else []), ""]


def summary(results):
    """Markdown: a table for each lesson, and the first mistake in full."""
    return "\n".join(line for result in results for line in _section(result))
