"""Moments from evidence.json: what a collector read at each checkpoint of a lesson.

Used by the `view` and `tree` verbs and by the figures. Reads evidence through grader/, which
owns the format (grader/CONTRACT.md, section 3), and judges nothing.
"""

import re

from grader.formats.values import Trouble, evaluate
from grader.judge.facts import Facts
from picture import PictureError
from picture.model import Features, Space
from picture.scene import Moment, Picture, Scene, compare

PLACEHOLDER = re.compile(r"\{([^{}]+?)(?::(0?\d*x))?\}")
AROUND = 3                              # lines shown before and after a checkpoint
ENDINGS = {"end": "the end", "triple_fault": "triple fault", "hang": "where it hangs",
           "timeout": "out of time", "budget": "stopped"}


def picture(evidence, checks, folder=None, failed=()):
    """The Picture of a run. folder: the lesson's, for source lines. failed: checks of result.json
    that did not pass."""
    try:
        facts = Facts(evidence, checks)
        moments = [_moment(facts, checks, place, folder) for place in facts.stops]
        if facts.end.get("tables"):
            moments.append(_end(facts))
    except (KeyError, TypeError, ValueError, Trouble) as why:
        raise PictureError(f"The evidence cannot be drawn: {why}.") from why
    if not moments:
        raise PictureError("The run reached no checkpoint, so there is nothing to draw.")
    number = evidence["lesson"].partition("_")[0].lstrip("0")
    emulator = f"{evidence['emulator']['name'].capitalize().replace('Qemu', 'QEMU')} " \
               f"{evidence['emulator']['version']}"
    return Picture(f"Lesson {number}: {checks.get('title', evidence['lesson'])}",
                   f"seed {evidence['seed']}, {emulator}", compare(moments),
                   [_failure(check) for check in failed])


def _failure(check):
    """What the page says about a check that failed."""
    return {"title": check["title"], "code": check["code"] or "", "why": check["message"],
            "at": check["picture"]}


def _name(place):
    hit = place.raw.get("hit", 1)
    return place.raw["checkpoint"] + (f"#{hit}" if hit > 1 else "")


def _moment(facts, checks, place, folder):
    name = _name(place)
    moment = Moment(name, name, place.registers, _scenes(facts, checks, place),
                    _source(folder, place.raw["checkpoint"]), _texts(facts, checks, place))
    if place.paging_mode() is None:
        moment.notes.append("Paging is off here (CR0.PG = 0): addresses are physical ones."
                            + (" The tables below are in memory, and nobody walks them yet."
                               if moment.scenes else ""))
    if "tables_cut" in place.raw:
        moment.notes.append(f"The collector read {place.raw['tables_cut']} pages of tables here; "
                            "there were more.")
    return moment


def _end(facts):
    """The machine at the end of a run that did not end well."""
    place, how = facts.end_place(), ENDINGS.get(facts.end["how"], facts.end["how"])
    space = Space.current(place.registers, place.page, facts.physical_bits)
    moment = Moment("end-of-run", how, place.registers, [Scene("CR3", space)] if space else [])
    where = facts.end.get("line") or facts.end.get("symbol")
    moment.notes.append(f"The run ended here: {how}{f', at {where}' if where else ''}.")
    fault = facts.end.get("first_fault")
    if fault and "cr2" in fault:
        moment.notes.append(f"The first exception was vector {fault['vector']} with CR2 = "
                            f"{fault['cr2']}.")
    return moment


def _scenes(facts, checks, place):
    """CR3's space, and those of the roots that [collect] names for this stop."""
    found, seen = [], set()
    space = Space.current(place.registers, place.page, facts.physical_bits)
    if space:
        found.append(Scene("CR3", space))
        seen.add((space.mode.key, space.root))
    asked = checks.get("collect", {})
    mode = asked.get("mode", {}).get(place.raw["checkpoint"]) or (space and space.mode.key)
    on = Features.of(place.registers, facts.physical_bits)
    features = on if space else on._replace(pse=True, nxe=True, wp=True)
    for text in asked.get("roots", {}).get(place.raw["checkpoint"], []):
        root = evaluate(text, facts, place)
        if text.startswith("symbol:") and root >= facts.offset:
            root -= facts.offset
        space = mode and Space(mode, root, place.page, features)
        if space and (mode, space.root) not in seen and place.page(space.root & -4096):
            found.append(Scene(text.partition(":")[2], space))
            seen.add((mode, space.root))
    return found


def _source(folder, checkpoint):
    """(file, line, lines around it, number of the first) of CHECKPOINT(name), or None."""
    for path in sorted(folder.glob("*.c")) if folder else ():
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines, 1):
            if re.search(rf"\bCHECKPOINT\({re.escape(checkpoint)}\)", line):
                first = max(1, number - AROUND)
                return path.name, number, lines[first - 1:number + AROUND], first
    return None


def _texts(facts, checks, place):
    """What the tour says at this stop, with its numbers filled in."""
    said = []
    for station in checks.get("tour", []):
        if station["stop"] == place.raw["checkpoint"] and \
                station.get("hit", 1) == place.raw.get("hit", 1):
            said.append({"text": _fill(station["text"].strip(), facts, place),
                         "try": [[_fill(one["type"], facts, place), one.get("why", "")]
                                 for one in station.get("try", [])]})
    return said


def _fill(text, facts, place):
    """`text` with {expressions} replaced; one that the evidence cannot answer stays as it is."""
    def value(match):
        try:
            return format(evaluate(match[1], facts, place), match[2] or "#x")
        except (Trouble, KeyError):
            return match[0]
    return PLACEHOLDER.sub(value, text)
