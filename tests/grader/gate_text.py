"""Inline assembly in preprocessed C: what a submission may not have, save a magic breakpoint.

Used by gate.py. It reads tokens; it knows neither files nor the compiler.
"""
import re
from collections import Counter

_TOKEN = re.compile(r'''
    (?P<string> (?:u8|[uUL])?"(?:\\.|[^"\\\n])*" )
  | (?P<char>   [uUL]?'(?:\\.|[^'\\\n])*' )
  | (?P<word>   [A-Za-z_$][\w$]* )
  | (?P<other>  \S )''', re.X)
_ASM = {"asm", "__asm", "__asm__"}
_QUALIFIERS = {"volatile", "__volatile", "__volatile__", "inline", "__inline", "__inline__"}
_MAGIC = re.compile(r"^\s*xchg[wl]?\s+%{0,2}(e?)bx\s*,\s*%{0,2}\1bx\s*;?\s*$")


def statements(text):
    """Each asm of preprocessed C as a tuple: keyword, then its tokens to the closing bracket."""
    tokens = [(m.lastgroup, m.group()) for m in _TOKEN.finditer(text)]
    found = []
    for at, (kind, word) in enumerate(tokens):
        if kind != "word" or word not in _ASM:
            continue
        depth, parts = 0, [word]
        for _, part in tokens[at + 1:]:
            parts.append(part)
            depth += {"(": 1, ")": -1}.get(part, 0)
            if depth == 0 and (part == ")" or part not in _QUALIFIERS):
                break
        found.append(tuple(parts))
    return found


def _is_magic(parts):
    """Whether one statement is the debugger's breakpoint and nothing else."""
    body = [part for part in parts[1:] if part not in _QUALIFIERS]
    if body[:1] != ["("] or body[-1:] != [")"]:
        return False
    inside = body[1:-1]
    strings = []
    while inside and inside[0].startswith('"'):
        strings.append(inside.pop(0)[1:-1])
    rest = [part for part in inside if part not in (":", '"memory"')]
    line = "".join(strings).replace("\\n", "").replace("\\t", " ")
    return not rest and bool(_MAGIC.match(line))


def forbidden(text, offered):
    """Asm of `text` that is neither a magic breakpoint nor from the headers `offered`."""
    extra = Counter(statements(text)) - Counter(statements(offered))
    return [" ".join(parts)[:60] for parts in extra if not _is_magic(parts)]


def has_raw_string(text):
    """Raw strings would hide text from the tokens above; no lesson has a use for them."""
    return any(m.lastgroup == "word" and m.group() in ("R", "LR", "uR", "UR", "u8R")
               and text[m.end():m.end() + 1] == '"' for m in _TOKEN.finditer(text))
