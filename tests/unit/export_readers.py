"""Readers for the formats of grader/report/export.py, from the formats' own descriptions and
apart from what writes them. Each raises AssertionError where a text breaks the format's rules.

JUnit XML after the schemas of Ant and Jenkins, TAP 14, what Gradescope and PrairieLearn document.
"""

import json
import re
import xml.etree.ElementTree as ElementTree

import jsonschema

# ---- JUnit: element -> (needed attributes, further attributes, children) -------------------------

COUNTS = {"tests", "failures", "errors", "skipped"}
JUNIT = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors", "disabled"},
                   {"testsuite"}),
    "testsuite": ({"name", "tests"},
                  {"failures", "errors", "skipped", "disabled", "time", "timestamp", "hostname",
                   "id", "package"},
                  {"properties", "testcase", "system-out", "system-err"}),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": ({"name", "classname"}, {"time", "status", "assertions"},
                 {"skipped", "error", "failure", "system-out", "system-err"}),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"message"}, set()),
    "system-out": (set(), set(), set()),
    "system-err": (set(), set(), set()),
}


def _element(node):
    needed, more, children = JUNIT[node.tag]
    assert needed <= set(node.attrib) <= needed | more, (node.tag, node.attrib)
    for name in COUNTS & set(node.attrib):
        assert node.attrib[name].isdigit()
    if node.tag not in ("failure", "error", "system-out", "system-err"):
        assert not (node.text or "").strip()
    for child in node:
        assert child.tag in children, (node.tag, child.tag)
        assert not (child.tail or "").strip()
        _element(child)


def junit(text):
    """The root element. Counts agree with what is there, and a case has at most one outcome."""
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert root.tag == "testsuites"
    _element(root)
    for holder in (root, *root.iter("testsuite")):
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"),
                          ("skipped", "skipped")):
            if name in holder.attrib:
                assert int(holder.attrib[name]) == len(list(holder.iter(tag)))
    for suite in root:
        order = [child.tag for child in suite]
        ranks = ["properties", "testcase", "system-out"]
        assert order == sorted(order, key=ranks.index) and order.count("properties") <= 1
        assert all(len(case) <= 1 for case in suite.iter("testcase"))
    return root


# ---- TAP 14 --------------------------------------------------------------------------------------

POINT = re.compile(r"(not )?ok (\d+) - (.*)")
KEY = re.compile(r'([a-z]+): (?:(\d+)|"((?:[^"\\\x00-\x08\x0a-\x1f]|\\[\\"nt])*)")')
ESCAPE = {"\\": "\\", '"': '"', "n": "\n", "t": "\t"}


def _unquoted(text):
    return re.sub(r"\\(.)", lambda found: ESCAPE[found[1]], text)


def _description(text):
    """(description, reason of SKIP or None); an unescaped # must begin a directive."""
    parts = re.split(r"(?<!\\)((?:\\\\)*)#", text)
    assert len(parts) in (1, 3), text
    plain = re.sub(r"\\(.)", r"\1", parts[0] + (parts[1] if len(parts) == 3 else ""))
    if len(parts) == 1:
        return plain.strip(), None
    assert parts[2].startswith(" SKIP "), text
    return plain.strip(), re.sub(r"\\(.)", r"\1", parts[2][6:])


def _block(lines):
    """The YAML block that follows a test point, if one does."""
    if not lines or lines[0] != "  ---":
        return None
    lines.pop(0)
    found = {}
    while lines[0] != "  ...":
        key = KEY.fullmatch(lines.pop(0).removeprefix("  "))
        assert key and key[1] not in found
        found[key[1]] = int(key[2]) if key[2] else _unquoted(key[3])
    lines.pop(0)
    return found


def _points(lines):
    """The points of one stream or subtest whose plan comes first; `lines` is eaten."""
    plan = re.fullmatch(r"1\.\.(\d+)", lines.pop(0))
    assert plan, "a plan comes first"
    found, inner = [], None
    while lines:
        line = lines.pop(0)
        if line.startswith("# Subtest: "):
            body = []
            while lines and lines[0].startswith("    "):
                body.append(lines.pop(0)[4:])
            assert inner is None
            inner = (_description(line.removeprefix("# Subtest: "))[0], _points(body))
            continue
        if line.startswith("# "):
            continue
        point = POINT.fullmatch(line)
        assert point, line
        name, skip = _description(point[3])
        assert int(point[2]) == len(found) + 1 and (inner is None or inner[0] == name)
        found.append({"ok": not point[1], "name": name, "skip": skip, "yaml": _block(lines),
                      "points": inner[1] if inner else None})
        assert inner is None or found[-1]["ok"] == all(one["ok"] for one in inner[1])
        inner = None
    assert len(found) == int(plan[1])
    return found


def tap(text):
    """The top level's points, each with its subtest's."""
    assert text.endswith("\n")
    lines = text[:-1].split("\n")
    assert lines.pop(0) == "TAP version 14"
    return _points(lines)


# ---- Gradescope, PrairieLearn --------------------------------------------------------------------

SHOWN = {"enum": ["visible", "hidden", "after_due_date", "after_published"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
TEXT, NUMBER = {"type": "string"}, {"type": "number", "minimum": 0}
GRADESCOPE = {
    "type": "object", "additionalProperties": False, "required": ["score"],
    "properties": {
        "score": NUMBER, "execution_time": NUMBER, "output": TEXT, "output_format": FORMAT,
        "test_output_format": FORMAT, "test_name_format": FORMAT, "visibility": SHOWN,
        "stdout_visibility": SHOWN, "extra_data": {"type": "object"},
        "leaderboard": {"type": "array"},
        "tests": {"type": "array", "items": {
            "type": "object", "additionalProperties": False, "required": ["score", "name"],
            "properties": {
                "score": NUMBER, "max_score": NUMBER, "status": {"enum": ["passed", "failed"]},
                "name": TEXT, "name_format": FORMAT, "number": TEXT, "output": TEXT,
                "output_format": FORMAT, "tags": {"type": "array", "items": TEXT},
                "visibility": SHOWN, "extra_data": {"type": "object"}}}}}}
PRAIRIELEARN = {
    "type": "object",
    "properties": {
        "gradable": {"type": "boolean"},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "format_errors": {"type": "array", "items": TEXT, "minItems": 1},
        "message": TEXT, "output": TEXT,
        "tests": {"type": "array", "items": {
            "type": "object", "required": ["name", "points", "max_points"],
            "properties": {"name": TEXT, "description": TEXT, "points": NUMBER,
                           "max_points": NUMBER, "message": TEXT, "output": TEXT}}}},
    "if": {"properties": {"gradable": {"const": False}}},
    "then": {"required": ["gradable", "format_errors"], "not": {"required": ["score"]}},
    "else": {"required": ["score"]}}


def _fits(text, schema):
    value = json.loads(text)
    jsonschema.validate(value, schema, jsonschema.Draft202012Validator)
    return value


def gradescope(text):
    """The value of a results.json for Gradescope."""
    return _fits(text, GRADESCOPE)


def prairielearn(text):
    """The value of a results.json for PrairieLearn, which takes no more than 1 MB."""
    assert len(text.encode()) < 1_000_000
    return _fits(text, PRAIRIELEARN)


# ---- GitHub --------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^:,\r\n]+,?)*)::([^\r\n]*)")


def _unescaped(text):
    return re.sub("%([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), text)


def github(text):
    """[(level, properties, message)] of workflow commands; nothing else may be there."""
    found = []
    for line in text.split("\n")[:-1]:
        command = COMMAND.fullmatch(line)
        assert command, line
        pairs = (pair.split("=", 1) for pair in command[2].split(",") if pair)
        found.append((command[1], {key: _unescaped(value) for key, value in pairs},
                      _unescaped(command[3])))
    return found
