"""The report a learner reads: text from a result, nothing else.

Used by the command line, and piecewise by the export_*.py modules. It judges nothing and adds no
points. Hex is never cut short.
"""

import os
import sys

from grader.formats.codes import all_codes

_COLOURS = {"ok": "32", "seen": "32", "FAIL": "1;31", "--": "2", "ERROR": "1;35", "VOID": "1;31"}
_WORDS = {"pass": "ok", "fail": "FAIL", "skipped": "--", "error": "ERROR"}
TITLE = 44


def wants_colour(stream=None, environment=None):
    """True on a terminal, or with FORCE_COLOR set, unless NO_COLOR is."""
    stream = stream or sys.stdout
    environment = os.environ if environment is None else environment
    if environment.get("NO_COLOR"):
        return False
    return stream.isatty() or bool(environment.get("FORCE_COLOR"))


def _paint(word, colour, width=5):
    """`word` in its colour, padded to `width` whatever the colour adds."""
    text = word.ljust(width)
    return f"\033[{_COLOURS[word]}m{text}\033[0m" if colour else text


def number(result):
    """"2" of the lesson 02_two_levels."""
    return (result["lesson"] or "").partition("_")[0].lstrip("0")


def circumstances(result):
    """["seed 77", "Bochs 2.7"] and the optimisation, as far as something ran."""
    said = [] if result["seed"] is None else [f"seed {result['seed']}"]
    if result["emulator"]:
        emulator = result["emulator"]
        said.append(f"{emulator['name'].capitalize().replace('Qemu', 'QEMU')} "
                    f"{emulator['version']}")
    if result["optimisation"] not in (None, "-O2"):
        said.append(result["optimisation"])
    return said


def _header(result):
    """The first line: lesson, title, points, seed, emulator."""
    left = f"Lesson {number(result)}  {result['title']}"
    right = [f"{result['points']}/{result['maximum']} points", *circumstances(result)]
    return f"{left:<{TITLE + 1}}{'   '.join(right)}"


def _rows(entry):
    """Want and have side by side, each column as wide as it must be."""
    rows = entry["rows"]
    what = max((len(row["what"]) for row in rows), default=0)
    want = max((len(row["want"]) for row in rows), default=0)
    have = max((len(row["have"]) for row in rows), default=0)
    lines = []
    for index, row in enumerate(rows):
        wanted = f"want {row['want']:<{want}}     " if want else ""
        note = row["note"] or (entry["where"] or "" if index == 0 else "")
        lines.append(f"         {row['what']:<{what}}   {wanted}have {row['have']:<{have}}    "
                     f"{note}".rstrip())
    return lines


def details(entry, known=None, message=True):
    """All lines below the heading of a check that did not pass; none for one that did. The message
    can be left out, where it is told elsewhere."""
    if entry["verdict"] != "fail":
        return _rows(entry)
    known, lines = known or all_codes(), _rows(entry)
    if entry["where"] and not entry["rows"]:
        lines.append(f"         {entry['where']}")
    why = ([entry["message"]] if message else []) + \
        ([known[entry["code"]]["says"]] if entry["code"] in known else [])
    lines += [f"       {'' if n else 'why:':<8} {text}" for n, text in enumerate(why)]
    look = see_it(entry, known)
    return lines + ([f"       see it:  {look}"] if look else [])


def see_it(entry, known=None):
    """What to type to see a failure: debugger commands, else what its code says to look at."""
    look = (known or all_codes()).get(entry["code"], {}).get("look", "")
    if not entry["see"]:
        return look
    then = _counted(entry["see"][1:]) + ([f"({look})"] if entry["see"][-1] == "c" and look else [])
    return f"{entry['see'][0]},  then  {'   '.join(then)}"


def _failure(entry, known, colour, seen, width):
    """All lines of a check that failed."""
    title, code = entry["title"], entry["code"]
    at = f"checkpoint_{entry['at']}" if entry["at"] else ""
    head = f" {_paint('FAIL', colour)} {code:<12} {title:<{width - max(13, len(code) + 1)}} {at}"
    head = head.rstrip()
    if code in seen:
        return [head, f"         {entry['message']}  (the same mistake as above)"]
    seen.add(code)
    return [head, *details(entry, known), *_picture(entry)]


def _picture(entry):
    """The command that draws the state the check saw, at the address concerned."""
    seen = entry.get("picture")
    if not seen or not entry["see"]:
        return []
    command = entry["see"][0].removesuffix(" debug")
    space = "" if seen["space"] == "CR3" else f" SPACE={seen['space']}"
    address = f" VA={_wide(seen['va'])}" if seen["va"] else ""
    return [f"       picture: {command} view STOP={seen['stop']}{space}{address}"]


def _counted(commands):
    """Many "c" in a row become one word."""
    times = next((i for i, text in enumerate(commands) if text != "c"), len(commands))
    return commands if times <= 4 else [f"c ({times} times)", *commands[times:]]


def _check(entry, known, colour, seen, width):
    """The lines of one check; `seen` holds the codes that were explained already."""
    word = _WORDS[entry["verdict"]]
    if word == "FAIL":
        return _failure(entry, known, colour, seen, width)
    if word == "ok":
        word = "seen" if entry["fact"] else word
        detail = entry["message"]
    elif word == "--":
        other = entry["elsewhere"]
        detail = f"skipped: {entry['blocked_by']}" if other else \
            f"skipped: blocked by \"{entry['blocked_by']}\""
    else:
        detail = entry["message"]
    line = f" {_paint(word, colour)} {entry['title']:<{width}} {detail}".rstrip()
    return [line, *(_rows(entry) if word == "ERROR" else [])]


def wire_lines(wire, known=None):
    """What voided the run, or what the gate refused: code and sentence, and what the code means."""
    known = known or all_codes()
    lines = [f"{wire['code']:<16} {wire['what']}"]
    return lines + ([known[wire["code"]]["says"]] if wire["code"] in known else [])


def _tripwires(result, known, colour):
    """Every tripwire, with its word."""
    lines = []
    for wire in result["tripwires"]:
        first, *rest = wire_lines(wire, known)
        lines += [f" {_paint('VOID', colour)} {first}", *(f"       {line}" for line in rest)]
    return lines


def remark_text(remark, known):
    """A remark's own sentence, or what its code means."""
    return remark.get("what") or known.get(remark["code"], {}).get("says", "")


def _tables(result):
    """CR3 and every row of every set, as the emulator's memory holds them."""
    lines = []
    for table in result["tables"]:
        place = f"CR3 = {_wide(table['root'])}" if table["paging"] else \
            f"paging is off, tables at {_wide(table['root'])}"
        lines += ["", f"{table['stop']}   {place}   ({table['mode']}, set {table['set']})"]
        for row in table["rows"]:
            va = int(row["va"], 16)
            pages = f" +{row['pages']} pages" if row["pages"] > 1 else ""
            lines.append(f"  {_wide(row['va'])} page 0x{va // row['leaf']:05X}{pages} -> "
                         f"{row['found']:<36} {'  '.join(row['entries'])}".rstrip())
    return lines


def _wide(text):
    """A "0x…" string with at least eight digits."""
    value = int(text or "0", 16)
    return f"0x{value:0{16 if value >> 32 else 8}X}"


def _next(result):
    """Where to go from here."""
    first = next((e for e in result["checks"] if e["verdict"] == "fail"), None)
    if first is None:
        return []
    reading = f"   |   lesson.md, \"{first['read']}\"" if first["read"] else ""
    return [f" next: make LESSON={number(result)} hint{reading}"]


def text(result, colour=False, tables=True):
    """The whole report. tables: also CR3 and the rows of the sets as read."""
    known, seen = all_codes(), set()
    lines = [_header(result)]
    if result["message"]:
        lines += [f"       {part}" for part in result["message"].splitlines()]
    lines += _tripwires(result, known, colour)
    width = max([TITLE - 6, *(len(entry["title"]) for entry in result["checks"])])
    for entry in result["checks"]:
        lines += _check(entry, known, colour, seen, width)
    for remark in result["remarks"]:
        lines.append(f" note  {remark['code']}   {remark_text(remark, known)}".rstrip())
    lines += _next(result)
    if tables:
        lines += _tables(result)
    return "\n".join(lines) + "\n"
