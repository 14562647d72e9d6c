"""Addresses and counts as checks.toml writes them: "note:root_1 + 0x1000".

An expression is terms joined by + - * and read from left to right, with spaces around the signs.
Terms: a number, symbol:NAME (virtual), physical:NAME (where the image lies in RAM), note:NAME,
note:NAME@STOP, cr3, offset (virtual minus physical of the staff image).
Used by wanted/sets.py, checks.py and the check kinds.
"""

import re

MASK = (1 << 64) - 1
_TERM = re.compile(r"0x[0-9a-fA-F_]+|[0-9][0-9_]*|cr3|offset|(symbol|physical):[\w.$]+"
                   r"|note:(?P<note>\w+)(@(?P<stop>\w+(#\d+)?))?")


class Trouble(Exception):
    """The evidence or the lesson's data is broken: our error, never the learner's failure."""


class PagingOff(Exception):
    """A check looks at the address space of CR3 while CR0.PG is clear: the learner's failure."""


def number(text):
    """An integer written as "0x…", as decimal digits, or as an integer already."""
    return text if isinstance(text, int) else int(text, 0)


def problems(expression, notes, stops):
    """Sentences saying what is wrong with `expression`; empty when it can be evaluated."""
    if isinstance(expression, int):
        return []
    if not isinstance(expression, str):
        return [f"{expression!r} is neither a number nor an expression"]
    words = expression.split()
    if len(words) % 2 == 0 or any(sign not in "+-*" for sign in words[1::2]):
        return [f'"{expression}" is not terms joined by + - * with spaces around them']
    found = []
    for word in words[::2]:
        match = _TERM.fullmatch(word)
        if not match:
            found.append(f'"{word}" in "{expression}" is no number, symbol:, physical: or note:')
        elif match["note"] and match["note"] not in notes:
            found.append(f'note "{match["note"]}" in "{expression}" is not in notes')
        elif match["stop"] and match["stop"].split("#")[0] not in stops:
            found.append(f'stop "{match["stop"]}" in "{expression}" is not in order')
    return found


def evaluate(expression, facts, stop):
    """The value of `expression` at `stop`, modulo 2^64. Raises Trouble when a part is missing."""
    if isinstance(expression, int):
        return expression & MASK
    words = expression.split()
    total = _term(words[0], facts, stop)
    for sign, word in zip(words[1::2], words[2::2]):
        value = _term(word, facts, stop)
        total = {"+": total + value, "-": total - value, "*": total * value}[sign]
    return total & MASK


def _term(word, facts, stop):
    """One term of an expression."""
    kind, _, name = word.partition(":")
    if kind in ("symbol", "physical"):
        if name not in facts.symbols:
            raise Trouble(f'the evidence does not hold the symbol "{name}"')
        address = facts.symbols[name]
        low = kind == "physical" and address >= facts.offset
        return address - facts.offset if low else address
    if kind == "note":
        name, _, at = name.partition("@")
        where = facts.stop(at) if at else stop
        if where is None:
            raise Trouble(f'"{word}" needs a stop that was not reached')
        return where.note(name)
    if word == "cr3":
        return stop.registers["cr3"]
    return facts.offset if word == "offset" else number(word)
