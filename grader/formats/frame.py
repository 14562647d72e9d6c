"""The frame of evidence: its version, and that boots, stops and CPUs are where their readers look.

Used by the judge, and by evidence.py for files. Opens no file itself. What the parts hold beside
their frame is for those who read them. Format: CONTRACT.md, section 3.
"""

import re

from grader.formats.values import Trouble

FORMAT, VERSION = "pagewalk-evidence", 2
AGAIN = "grade the submission again"

# What a part must be: of a type, a number "0x…", an object with these keys or with any (str: all
# its values), or a list whose items are all alike.
HEX = re.compile("0x[0-9a-f]{1,16}")
STATE = {"rip": HEX, "registers": {str: HEX}}
CPU = {"rip": HEX, "mode": str, "registers": {
    str: HEX, **dict.fromkeys("cr0 cr2 cr3 cr4 efer eflags dr7 rsp cs".split(), HEX)}}
STOP = {"checkpoint": str, "cpu": int, "cpus": [CPU], "staff": [{"name": str, "sha256": str}],
        "exam": str}
BOOT = {"stops": [STOP], "accesses": [{}], "steps": [{}], "end": {"how": str},
        "tripwires": [{"code": str, "what": str}], "remarks": [{"code": str}]}
IMAGE = {"symbols": {str: HEX},
         "staff": [{"name": str, "va": HEX, "size": int, "sha256": str}]}
WHOLE = {"lesson": str, "seed": int, "emulator": {"name": str, "version": str}, "image": IMAGE,
         "gate": {"passed": bool, "findings": [{}]}, "boots": [BOOT], "pool": {str: str}}
WORDS = {dict: "object", list: "list", str: "string", int: "whole number", bool: "true or false"}


class EvidenceError(Trouble):
    """This evidence cannot be used. The message says why and what to do, without a full stop."""


def check(evidence):
    """Raise EvidenceError unless this is evidence of our version with a sound frame."""
    if not isinstance(evidence, dict) or evidence.get("format") != FORMAT:
        raise EvidenceError("this is not Pagewalk evidence: name an evidence.json that a grading "
                            "left")
    version = evidence.get("version")
    if type(version) is not int or not 0 < version < 1000:
        raise _damaged("it states no version")
    if version < VERSION:
        raise EvidenceError(f"evidence of version {version}, written by an older Pagewalk: {AGAIN}")
    if version > VERSION:
        raise EvidenceError(f"evidence of version {version}, written by a newer Pagewalk: update "
                            f"Pagewalk, or {AGAIN}")
    _must_be(evidence, WHOLE, "it")
    if not evidence["boots"]:
        raise _damaged("it holds no boot")
    for index, boot in enumerate(evidence["boots"]):
        _cpus(boot, f"boots[{index}]")


def _damaged(why):
    return EvidenceError(f"this evidence is damaged ({why}): {AGAIN}")


def _must_be(value, form, name):
    """Refuse a `value` that has not this form; `name`: what to call it."""
    if form is HEX:
        if not isinstance(value, str) or not HEX.fullmatch(value):
            raise _damaged(f'{name} is no "0x…"')
        return
    kind = form if isinstance(form, type) else type(form)
    if type(value) is not kind:                         # exactly: for Python true is an int, too
        raise _damaged(f"{name} is no {WORDS[kind]}")
    if isinstance(form, list):
        for index, item in enumerate(value):
            _must_be(item, form[0], f"{name}[{index}]")
    elif isinstance(form, dict):
        for key in [*(key for key in form if key is not str), *(value if str in form else ())]:
            if key not in value:
                raise _damaged(f'{name} has no "{key}"')
            known = key if key in form else f"{key!r:.40}"      # never as the file has it
            _must_be(value[key], form.get(key, form.get(str)),
                     known if name == "it" else f"{name}.{known}")


def _cpus(boot, name):
    """Each stop, and an end that was looked at, names one CPU out of always the same number."""
    places = [(f"{name}.stops[{index}]", stop) for index, stop in enumerate(boot["stops"])]
    if "cpu" in boot["end"] or "cpus" in boot["end"]:
        _must_be(boot["end"], {"cpu": int, "cpus": [STATE]}, f"{name}.end")
        places.append((f"{name}.end", boot["end"]))
    for where, place in places:
        count, due = len(place["cpus"]), len(places[0][1]["cpus"])
        if not 0 <= place["cpu"] < count:
            raise _damaged(f"{where}.cpu is {place['cpu']}, but its cpus are {count}")
        if count != due:
            raise _damaged(f"{where} has {count} cpus, but {places[0][0]} has {due}")
