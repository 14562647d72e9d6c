"""What preprocessed C may not say: inline assembly, and texts that reach the assembler as they are.

Used by gate.py. It reads tokens; it knows neither files nor the compiler. A magic breakpoint is the
one piece of assembly that a submission may have. Each objection is a (code, sentence) pair.
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
_OUT = re.compile(r"\b(outs?|outs?[bwl])\b")
_ATTRIBUTE = {"__attribute__", "__attribute"}
_SECTION = {"section", "__section__"}
_MARKER = re.compile(r"^\s*# \d+ .*$", re.M)                # # 12 "work.h" 2: where a line is from
_DIRECTIVE = re.compile(r"^\s*#\s*(.*)$", re.M)
_HARMLESS = re.compile(r"pragma (GCC (diagnostic|unroll|ivdep|warning|error)|STDC)\b")


def _tokens(text):
    return [(m.lastgroup, m.group()) for m in _TOKEN.finditer(_MARKER.sub("", text))]


def _to_the_end(tokens, at, opening, closing):
    """The tokens from `at` on, up to the bracket that closes the first one opened."""
    depth, parts = 0, []
    for kind, part in tokens[at:]:
        parts.append((kind, part))
        depth += {opening: 1, closing: -1}.get(part, 0)
        if depth == 0 and (part == closing or part not in _QUALIFIERS):
            break
    return parts


def statements(text):
    """Each asm of preprocessed C as a tuple: keyword, then its tokens to the closing bracket."""
    tokens = _tokens(text)
    return [(word, *(part for _, part in _to_the_end(tokens, at + 1, "(", ")")))
            for at, (kind, word) in enumerate(tokens) if kind == "word" and word in _ASM]


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


def _assembly(text, offered):
    """Asm that is neither a magic breakpoint nor from the headers `offered`."""
    for parts in Counter(statements(text)) - Counter(statements(offered)):
        shown = " ".join(parts)[:60]
        if _is_magic(parts):
            continue
        if any(part.startswith('"') and _OUT.search(part) for part in parts):
            yield "C-FORGED-OUTPUT", f"nothing that is written to a port counts: {shown}"
        else:
            yield "C-LIBRARY", f"inline assembly is not part of this lesson: {shown}"


def _attributes(text):
    """Attributes with a text in them, as tuples of tokens."""
    tokens = _tokens(text)
    for at, (kind, word) in enumerate(tokens):
        parts = ()
        if kind == "word" and word in _ATTRIBUTE:
            parts = _to_the_end(tokens, at + 1, "(", ")")
        elif word == "[" and tokens[at + 1:at + 2] == [("other", "[")]:
            parts = _to_the_end(tokens, at, "[", "]")
        if any(kind == "string" for kind, _ in parts):
            yield tuple(part for _, part in parts)


def _spoken(text, offered):
    """The compiler hands the text of an attribute to the assembler unread: a section's name with a
    line break in it is code."""
    for parts in Counter(_attributes(text)) - Counter(_attributes(offered)):
        code = "C-SECTION" if _SECTION & set(parts) else "C-SYMBOL"
        yield code, f"remove the attribute {' '.join(parts)[:60]}"


def _directives(text):
    for line in _DIRECTIVE.findall(_MARKER.sub("", text)):
        if not _HARMLESS.match(line):
            code = "C-SYMBOL" if line.startswith("pragma") else "C-SECTION"
            yield code, f"remove the line #{line[:60]}"


def text_findings(text, offered):
    """[(code, sentence)] about preprocessed C; `offered`: what the lesson's headers alone give."""
    found = [*_assembly(text, offered), *_spoken(text, offered), *_directives(text)]
    words = {word for kind, word in _tokens(text) if kind == "word"}
    if "_Pragma" in words:
        found.append(("C-SYMBOL", "remove _Pragma"))
    if has_raw_string(text):
        found.append(("C-LIBRARY", "raw string literals are not C"))
    return found


def has_raw_string(text):
    """Raw strings would hide text from the tokens above; no lesson has a use for them."""
    return any(m.lastgroup == "word" and m.group() in ("R", "LR", "uR", "UR", "u8R")
               and text[m.end():m.end() + 1] == '"' for m in _TOKEN.finditer(text))
