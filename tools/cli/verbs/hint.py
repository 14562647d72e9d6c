"""`hint`: three steps for the first check that failed: where to look, the idea, nearly there.

Never the code. The steps are the lesson's own (checks.toml); the last one adds the place in
lesson.md and the debugger's commands. When another check fails first, its hints begin anew.
"""

import textwrap

from cli import LEARNER, PASS, USAGE, Stop, latest, say
from cli.lessons import find
from grader.formats.codes import all_codes
from grader.report.text import see_it


def _subject(result):
    """(id, title, three hints, entry or None) of what to help with; None when nothing fails."""
    failed = next((entry for entry in result["checks"] if entry["verdict"] == "fail"), None)
    if failed and failed["code"] == "E-TODO":
        first = next((entry for entry in result["checks"]
                      if entry["verdict"] == "skipped" and entry["hint"]), failed)
        return first["id"], f'{failed["message"]}. First: "{first["title"]}"', first["hint"], first
    if failed:
        return failed["id"], failed["title"], failed["hint"] or _of_code(failed), failed
    if result["tripwires"]:
        wire = result["tripwires"][0]
        return wire["code"], wire["what"], _of_code({"message": wire["what"], **wire}), None
    if result["verdict"] == "build_error":
        return "build", "your file does not compile", [
            result["message"].strip(), "The first error counts; the others may follow from it.",
            "work.h has each function's type: compare it with yours."], None
    return None


def _of_code(entry):
    """Hints for what no check of the lesson foresees: the message, and what the code means."""
    known = all_codes().get(entry["code"], {"says": "", "look": ""})
    return [text for text in (entry["message"], known["says"], known["look"]) if text]


def _last_step(lesson, entry):
    """Where to read, and what to type."""
    lines = []
    if entry["read"]:
        lines.append(f'read:    src/lessons/{lesson.name}/lesson.md, "{entry["read"]}"')
    return lines + ([f"see it:  {see_it(entry)}"] if entry["code"] and see_it(entry) else [])


def _folded(text):
    """Long lines at most 96 wide; no word, and so no number, is cut."""
    return "\n".join(line if len(line) <= 96 or line.startswith(" ") else textwrap.fill(
        line, 96, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines())


def _next_step(memory, name):
    """0, 1, 2, …: how many hints about `name` were given in a row; counts this one."""
    known = latest.read_json(memory) or {}
    step = known["given"] if known.get("check") == name else 0
    latest.write_json(memory, {"check": name, "given": step + 1})
    return step


def hint(root, options):
    """The next hint about the learner's file; with --work or SOLUTION=1, about the last grading."""
    lesson = find(root, options.lesson)
    where = latest.folder(lesson, options.out)
    result, changed = latest.mine(lesson, where)
    if result is None or options.work or options.solution:
        result, changed = latest.read_json(where / "result.json"), False
    if result is None:
        raise Stop(USAGE, f"Grade first: make LESSON={lesson.number} grade. "
                          "A hint is for what fails.")
    if changed:
        say(f"(Your file has changed since: make LESSON={lesson.number} grade looks at it anew.)")
    if result["verdict"] == "error":
        say("The last grading had trouble of its own, so there is nothing to give a hint for: "
            f"{result['message']}")
        return PASS
    subject = _subject(result)
    if subject is None:
        say("Nothing fails: there is no hint to give.")
        return PASS
    name, title, hints, entry = subject
    step = min(_next_step(where / "hints.json", name), len(hints) - 1)
    say(f"{title}\n{_folded(f'hint {step + 1} of {len(hints)}: {hints[step]}')}")
    if entry and step == len(hints) - 1:
        for line in _last_step(lesson, entry):
            say(line)
    return LEARNER
