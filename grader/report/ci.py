"""JUnit XML and TAP 14: results for CI systems.

Used by export.py; CONTRACT.md section 7 has the mapping.
"""

from xml.sax.saxutils import escape, quoteattr

from grader.report.cases import cases, heading, lesson_name, machine, one_line, remarks

# ---- JUnit XML -----------------------------------------------------------------------------------

_TAGS = {"fail": "failure", "error": "error", "skip": "skipped", "elsewhere": "skipped"}


def _open(name, /, **attributes):
    """The start of an XML element."""
    inside = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items())
    return f"<{name}{inside}>"


def _element(name, text=None, /, **attributes):
    """One XML element; `text` is escaped, None makes it empty."""
    start = _open(name, **attributes)
    return f"{start[:-1]}/>" if text is None else f"{start}{escape(text)}</{name}>"


def _case(case, lesson):
    """The lines of one <testcase>."""
    about = {"classname": lesson, "name": f"{case.id}: {case.title}"}
    tag = _TAGS.get(case.outcome)
    if tag is None:
        return [_element("testcase", **about)]
    if tag == "skipped":
        inner = _element(tag, message=one_line(case.message))
    else:
        inner = _element(tag, case.text, type=case.code or case.outcome, message=case.brief)
    return [_open("testcase", **about), "  " + inner, "</testcase>"]


def _suite(result):
    """(lines, counts) of one <testsuite>: a lesson."""
    found, lesson = cases(result), one_line(lesson_name(result))
    count = {"tests": len(found)} | {
        name: sum(_TAGS.get(case.outcome) == tag for case in found)
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))}
    facts = {"title": heading(result), "machine": machine(result), "verdict": result["verdict"],
             "points": result["points"], "maximum": result["maximum"], "status": result["status"]}
    said = [f"{code}: {text}" for code, text in remarks(result)]
    return [_open("testsuite", name=lesson, **count), "  <properties>",
            *(f"    {_element('property', name=name, value=value)}"
              for name, value in facts.items()), "  </properties>",
            *("  " + line for case in found for line in _case(case, lesson)),
            *(["  " + _element("system-out", "\n".join(said))] if said else []),
            "</testsuite>"], count


def junit(results):
    """JUnit XML: one <testsuite> for each result, one <testcase> for each case."""
    suites = [_suite(result) for result in results]
    total = {name: sum(count[name] for _, count in suites)
             for name in ("tests", "failures", "errors")}
    lines = ["  " + line for suite, _ in suites for line in suite]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>',
                      _open("testsuites", name="pagewalk", **total), *lines,
                      "</testsuites>"]) + "\n"


# ---- TAP 14 --------------------------------------------------------------------------------------

def _described(text):
    """A description in which nothing reads as a directive."""
    return one_line(text).replace("\\", "\\\\").replace("#", "\\#")


def _scalar(text):
    """A YAML double-quoted scalar; `text` is visible already: only these four need a backslash."""
    for plain, quoted in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, quoted)
    return f'"{text}"'


def _yaml(**values):
    """The lines of a YAML block; None is left out."""
    return ["  ---", *(f"  {key}: {value if isinstance(value, int) else _scalar(value)}"
                       for key, value in values.items() if value is not None), "  ..."]


def _point(number, case):
    """The lines of one test point."""
    good = case.outcome not in ("fail", "error")
    line = f"{'ok' if good else 'not ok'} {number} - {_described(case.title)}"
    if case.outcome in ("skip", "elsewhere"):
        return [f"{line} # SKIP {_described(case.message)}"]
    if good:
        return [line]
    return [line, *_yaml(message=case.message, severity=case.outcome, code=case.code,
                         at=case.where, points=case.points, maximum=case.maximum,
                         details=case.details or None)]


def tap(results):
    """TAP 14: one subtest for each result. A blocked check is skipped; its blocker is not ok."""
    lines = ["TAP version 14", f"1..{len(results)}"]
    for number, result in enumerate(results, 1):
        found, name = cases(result), _described(heading(result))
        inner = [f"1..{len(found)}",
                 *(line for at, case in enumerate(found, 1) for line in _point(at, case)),
                 *(f"# {one_line(f'{code}: {text}')}" for code, text in remarks(result))]
        good = result["verdict"] == "pass"
        lines += [f"# Subtest: {name}", *("    " + line for line in inner),
                  f"{'ok' if good else 'not ok'} {number} - {name}"]
        if not good:
            lines += _yaml(verdict=result["verdict"], points=result["points"],
                           maximum=result["maximum"])
    return "\n".join(lines) + "\n"
