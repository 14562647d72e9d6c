"""One result as a list of cases: the one meaning that every machine-readable format shares.

Used by the export_*.py modules. It adds no points and judges nothing: the points of the cases sum
up to result.points and their maxima to result.maximum, whatever the verdict (CONTRACT.md, 7).
"""

import re
from dataclasses import dataclass
from textwrap import dedent

from grader.formats.codes import all_codes
from grader.report import text as report

OURS = "This is trouble of the grader, not a mistake of yours: nothing was judged by it."
VOID = "the run is void, so this proves nothing"
MOST = 16_000                          # characters of one text; a compiler can say very much
_UNFIT = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd"
                    "\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Case:
    """outcome: pass, fail, skip (blocked or void), elsewhere (not in the maximum), error (ours).
    `where` is "work/NN_name.c:41 map()" or None, `details` several lines of plain text."""
    id: str
    title: str
    outcome: str
    points: int = 0
    maximum: int = 0
    code: str | None = None
    message: str = ""
    details: str = ""
    where: str | None = None

    @property
    def brief(self):
        """The message on one line: of several, the first that says error."""
        lines = self.message.splitlines() or [""]
        return one_line(next((line for line in lines if "error:" in line), lines[0]))

    @property
    def text(self):
        """All there is to read."""
        return "\n".join(part for part in (self.message, self.details) if part)


def visible(text):
    """`text` with control characters, lone surrogates, non-characters and what turns the direction
    of writing spelled out, so that XML, YAML and terminals can hold it; new lines and tabs stay.
    A very long text says how much is left out."""
    if len(text) > MOST:
        text = f"{text[:MOST]}\n... and {len(text) - MOST} characters more"
    return _UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text):
    """`visible` text on one line, every run of blanks one blank."""
    return " ".join(visible(text).split())


def lesson_name(result):
    """The lesson's folder name, or what stands for it when the result has none."""
    return result["lesson"] or "unknown"


def heading(result):
    """"Lesson 2: Two levels"."""
    return one_line(f"Lesson {report.number(result)}: {result['title']}")


def machine(result):
    """"seed 77, Bochs 2.7", as far as something ran."""
    return one_line(", ".join(report.circumstances(result)))


def remarks(result):
    """Each remark as (code, sentence)."""
    known = all_codes()
    return [(one["code"], visible(report.remark_text(one, known))) for one in result["remarks"]]


def _of_entry(entry, void):
    """The case of one entry of result.checks."""
    outcome = {"skipped": "elsewhere" if entry["elsewhere"] else "skip"}.get(entry["verdict"],
                                                                            entry["verdict"])
    message = entry["message"]
    if entry["verdict"] == "skipped":
        message = entry["blocked_by"] if entry["elsewhere"] else f"blocked by {entry['blocked_by']}"
    if void and outcome == "pass":
        outcome, message = "skip", VOID
    return Case(entry["id"], one_line(entry["title"]), outcome, 0 if void else entry["points"],
                entry["maximum"], entry["code"], visible(message),
                visible(dedent("\n".join(report.details(entry, message=False)))),
                entry["where"] and one_line(entry["where"]))


def _of_build(result):
    """The one case of a submission that was not built: the compiler's words, or the gate's."""
    lines = [line for wire in result["tripwires"] for line in report.wire_lines(wire)]
    code = result["tripwires"][0]["code"] if result["tripwires"] else "build_error"
    return Case("build", "the submission compiles and passes the gate", "fail", 0,
                result["maximum"], code, visible(result["message"]), visible("\n".join(lines)))


def _of_wires(result):
    """A case without points for each tripwire."""
    for index, wire in enumerate(result["tripwires"], 1):
        yield Case(f"tripwire-{index}", one_line(f"the run was not tampered with: {wire['what']}"),
                   "fail", 0, 0, wire["code"], visible(wire["what"]),
                   visible("\n".join(report.wire_lines(wire)[1:])))


def cases(result):
    """Every case of a result, the root cause first."""
    if result["verdict"] == "build_error":
        return [_of_build(result)]
    void = result["verdict"] == "void"
    found = [_of_entry(entry, void) for entry in result["checks"]]
    if void:
        return [*_of_wires(result), *found]
    if result["verdict"] == "error" and not any(case.outcome == "error" for case in found):
        left = result["maximum"] - sum(case.maximum for case in found)
        found.insert(0, Case("grading", "the grader itself works", "error", 0, left, None,
                             visible(result["message"]), OURS))
    return found
