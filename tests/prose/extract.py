"""The numbers of a lesson's text: where they stand, how they are written, what they are.

Names with digits in them (CR3, PML4E, x86, 3A, step32) are no numbers, nor is what stands in a
generated figure or below "Read on". Numbers written in words are not looked at.
"""

import re
from dataclasses import dataclass

UNITS = {"KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40, "EiB": 60}
DECIMAL = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+"

TOKEN = re.compile(rf"""
    (?P<skip>  \]\([^)]*\)                              # where a link leads
             | (?:QEMU|Bochs)[ ][0-9]+\.[0-9]+
             | [A-Za-z_][A-Za-z0-9_]*(?:[-/.][A-Za-z0-9_]+)*
             | [0-9]+-bit\b | \b1:1\b )
  | (?P<part>  (?:0x)?\.\.\.[0-9a-fA-F]{{4,}}(?:\.\.\.)? )
  | (?P<hex>   0x[0-9A-Fa-f_]+ | \b(?=[0-9A-F]*[A-F0-9])[0-9A-F]{{8}}\b(?!,) )
  | (?P<binary> (?<!\S)[01]{{4}}(?:[ ]{{1,2}}[01]{{4}})+\b )
  | (?P<octal> \b[0-7]{{3}}(?:[ ][0-7]{{3}})+\b | \b0[0-7]{{2,3}}\b )
  | (?P<power> \b2\^[0-9]+ )
  | (?P<range> \b[0-9]+:[0-9]+\b )
  | (?P<size>  \b(?:{DECIMAL})[ ](?:{"|".join(UNITS)})\b )
  | (?P<name>  [0-9]+[A-Za-z]\w* )
  | (?P<dec>   (?<![\w.])(?:{DECIMAL})\b )
""", re.X)


@dataclass(frozen=True)
class Number:
    """One number: its line, the text before it in the whole page, and its value.

    kind: hex, part (of a hexadecimal number), binary, octal, power, range (of bits), size, dec.
    value: an integer; of a part its digits, of a range (high, low), of groups their text.
    """
    line: int
    start: int
    end: int
    text: str
    kind: str
    value: object


def _value(kind, text):
    if kind == "hex":
        return int(text.replace("_", ""), 16)
    if kind == "part":
        return text.replace("0x", "").strip(".").lower()
    if kind in ("octal", "binary"):
        return text
    if kind == "power":
        return 1 << int(text[2:])
    if kind == "range":
        high, low = text.split(":")
        return int(high), int(low)
    if kind == "size":
        count, unit = text.split()
        return int(count.replace(",", "")) << UNITS[unit]
    return int(text.replace(",", ""))


def blanked(page):
    """The page with generated figures, their pictures, and "Read on" overwritten by spaces."""
    def spaces(found):
        return re.sub(r"[^\n]", " ", found[0])
    page = re.sub(r"^<!-- figure:.*?^-->\n(?:!\[[^\n]*\n)?", spaces, page, flags=re.M | re.S)
    return re.sub(r"^## Read on\n.*", spaces, page, flags=re.M | re.S)


def numbers(page):
    """Every Number of the page, in order."""
    page = blanked(page)
    flat = page.replace("\n", " ")                        # a size may be broken over two lines
    for found in TOKEN.finditer(flat):
        kind = found.lastgroup
        if kind not in ("skip", "name"):
            yield Number(page.count("\n", 0, found.start()) + 1, found.start(), found.end(),
                         found[0], kind, _value(kind, found[0]))


# ---- What the text reckons itself ----------------------------------------------------------------

TERM = rf"(?:0x[0-9A-Fa-f_]+|\.\.\.[0-9a-f]{{4,}}|2\^[0-9]+|{DECIMAL})"
OPERATOR = r"\s*(?:<<|>>|[-+−×*/&%])\s*"
SIDE = rf"\(*{TERM}\)*(?:{OPERATOR}\(*{TERM}\)*)*"
EQUATION = re.compile(rf"(?<![\w.]){SIDE}(?:\s*(?<![<>=!])=(?!=)\s*{SIDE})+(?![\w.]*[0-9a-f])")
TWICE = re.compile(rf"(0x[0-9A-Fa-f_]+|\b0[0-7]+)\s\(({DECIMAL})\)")


def _reckon(side):
    """The value of one side, modulo 2^64; None when its parentheses do not close."""
    code = side.replace("−", "-").replace("×", "*").replace("/", "//").replace("^", "**")
    code = re.sub(r"\.\.\.([0-9a-f]+)", r"0x\1", code).replace(",", "")
    code = re.sub(r"\b0+(?=[0-9])", "", code)
    if code.count("(") != code.count(")"):
        return None
    return eval(code, {"__builtins__": {}}) % (1 << 64)   # digits and signs only: see SIDE


@dataclass(frozen=True)
class Equation:
    """Sides that the text says are equal."""
    line: int
    text: str
    holds: bool


def equations(page):
    """Every equation that the text spells out: sides of numbers and signs, of which one at least
    has a sign. 0x48 (72) is one, too."""
    page = blanked(page)
    flat = page.replace("\n", " ")
    for found in EQUATION.finditer(flat):
        sides = re.split(r"(?<![<>=!])=(?!=)", found[0])
        values = {_reckon(side) for side in sides}
        if None not in values and any(re.search(r"\^|" + OPERATOR, s.strip()) for s in sides):
            yield Equation(page.count("\n", 0, found.start()) + 1, found[0], len(values) == 1)
    for found in TWICE.finditer(flat):
        base = 16 if found[1].startswith("0x") else 8
        holds = int(found[1].replace("_", ""), base) == int(found[2].replace(",", ""))
        yield Equation(page.count("\n", 0, found.start()) + 1, found[0], holds)
