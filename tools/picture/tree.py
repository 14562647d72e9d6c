"""The tables of a space as a tree in the terminal, and the walk of one address in words.

Used by the `tree` verb and tools/view --tree. Text in, text out: it never asks for a terminal
itself. Flags have a column of their own, whatever the depth; without UTF-8 the tree is ASCII.
"""

import os
import sys

from picture import entries
from picture.cards import FLAGS, cache_text
from picture.geometry import hex_text, size_text
from picture.model import ACCESSES, error_words, fault_of

_COLOURS = {"root": "1", "table": "35", "group": "35", "page": "36", "user": "32", "loop": "33",
            "absent": "2", "reserved": "31", "changed": "1;33", "path": "1;31"}
_DRAW = {True: ("├─ ", "└─ ", "│  ", "→", "·", "↺", "◄"), False: ("|- ", "`- ", "|  ", "->", ".",
                                                                 "loop:", "<")}


class Style:
    """Colours and characters the terminal can show."""

    def __init__(self, colour=False, unicode=True):
        self.colour, self.unicode = colour, unicode
        (self.tee, self.corner, self.bar, self.arrow, self.dot, self.loop,
         self.here) = _DRAW[unicode]

    @classmethod
    def of(cls, stream):
        """What this stream can show; NO_COLOR is respected."""
        coding = (getattr(stream, "encoding", None) or "").lower().replace("-", "")
        return cls(stream.isatty() and not os.environ.get("NO_COLOR"), coding.startswith("utf"))

    def paint(self, text, what):
        return f"\033[{_COLOURS[what]}m{text}\033[0m" if self.colour and text else text


class _Lines:
    """Lines of (tree and text, flags, remark, kind), aligned at the end."""

    def __init__(self, style):
        self.style, self.rows = style, []

    def add(self, left, flags="", right="", kind="root"):
        self.rows.append((left, flags, right, kind))

    def text(self):
        wide = max((len(left) for left, flags, right, _ in self.rows if flags or right),
                   default=0) + 2
        for left, flags, right, kind in self.rows:
            body = f"{left:<{wide}}{flags:<{len(FLAGS)}}" if flags or right else left
            remark = f"  {self.style.paint(right, 'changed')}" if right else ""
            yield f"{self.style.paint(body.rstrip() if not right else body, kind)}{remark}"


def tree(scene, style=None, va=None):
    """All lines of a scene. va: its walk is marked."""
    style = style or Style()
    lines, space = _Lines(style), scene.space
    root = scene.cards.by_frame[space.root]
    level = space.mode.levels[0]
    lines.add(f"{scene.name} {style.arrow} {level.table} @ {hex_text(root.frame)}", FLAGS,
              "new table" if root.new else "")
    path = {(step.at - step.index * space.mode.width, step.index)
            for step in space.walk(va).steps} if va is not None else set()
    _table(lines, scene, root, 0, "", path, {root.frame})
    return [*scene.troubles(), *lines.text()]


def _table(lines, scene, card, va, indent, path, done):
    """The rows of a card, and below each the table it names."""
    style, space = lines.style, scene.space
    for number, row in enumerate(card.rows):
        last = number == len(card.rows) - 1
        here = any(frame == card.frame and row.first <= index < row.first + row.count
                   for frame, index in path)
        left = f"{indent}{style.corner if last else style.tee}{_numbers(row, style):<10} " \
               f"{row_text(scene, card, row, va, style)}"
        cache = cache_text(space, card.depth, row.entry)
        child = scene.cards.by_frame.get(row.target) if row.kind == "table" else None
        again = child is not None and child.frame in done
        remarks = [cache, "shown above" if again else "", was_text(row, space),
                   "new table" if child and child.new and not again else "",
                   style.here if here else ""]
        lines.add(left, flag_letters(row.flags, style), "  ".join(r for r in remarks if r),
                  _kind(row, here))
        if child and not again:
            done.add(child.frame)
            _table(lines, scene, child, va + row.first * space.mode.levels[card.depth].span,
                   indent + ("   " if last else style.bar), path, done)


def flag_letters(flags, style):
    """W when set, w when in part, ! when taken away above, a dot when clear, a blank where it
    means nothing."""
    def one(letter_, state):
        return {"1": letter_, "0": style.dot, "p": letter_.lower(), "b": "!", "-": " "}[state]
    return "".join(one(*pair) for pair in zip(FLAGS, flags))


def _numbers(row, style):
    dash = "–" if style.unicode else "-"
    return f"{row.first}{f'{dash}{row.first + row.count - 1}' if row.count > 1 else ''}"


def _kind(row, here):
    if here:
        return "path"
    return "changed" if row.was is not None else \
        "user" if row.kind == "page" and row.flags[1] == "1" else row.kind


def row_text(scene, card, row, va, style):
    """What a row says, without its flags. va: the first address of the table."""
    mode = scene.space.mode
    if row.kind == "absent":
        holds = f", holding {hex_text(row.entry, 2 * mode.width)}" if row.entry else ""
        return f"{row.count} not present{holds}" if row.count > 1 \
            else f"not present{holds}"
    if row.kind == "reserved":
        return f"reserved bits set: {hex_text(row.entry, 2 * mode.width)}"
    span = mode.levels[card.depth].span
    at = f"0x{mode.extend(va + row.first * span):0{mode.digits}X}"
    below = mode.levels[card.depth + 1].table if card.depth + 1 < len(mode.levels) else ""
    if row.kind == "page":
        return f"{at} {style.arrow} {hex_text(row.target)}  {size_text(row.size)}"
    if row.kind == "loop":
        seen = mode.levels[scene.cards.home[row.target]].table
        return f"{style.loop} {seen} @ {hex_text(row.target)} again, as {below}"
    if row.kind == "group":
        return f"{style.arrow} {row.count} {below}s, " + (
            f"together {at} {style.arrow} {hex_text(row.target)}  {size_text(row.size)}"
            if row.size else "all empty")
    missing = scene.cards.by_frame[row.target].missing
    return f"{style.arrow} {below} @ {hex_text(row.target)}" + (
        ", where no memory was read" if missing else "")


def was_text(row, space):
    """The old value of a changed row."""
    if row.was is not None:
        first = " (the first)" if row.count > 1 else ""
        return f"was {hex_text(row.was, 2 * space.mode.width)}{first}" if row.was else "was 0"
    return f"A or D changed{f' in {row.aged}' if row.count > 1 else ''}" if row.aged else ""


# ---- one address ---------------------------------------------------------------------------------


def fields(mode, va):
    """[(name, value as text, bits as text)] of an address."""
    found, low = [], [level.shift for level in mode.levels]
    if mode.signed:
        good = "copies" if mode.is_canonical(va) else "no copies"
        found.append((f"63:{mode.va_bits}", good,
                      f"{va >> mode.va_bits:0{64 - mode.va_bits}b} of the top bit"))
    for level, index in zip(mode.levels, mode.indices(va)):
        found.append((f"{level.table} index", str(index), f"{index:0{level.bits}b}"))
    offset = va & (1 << low[-1]) - 1
    return found + [("byte", f"0x{offset:03X}", f"{offset:0{low[-1]}b}")]


def address(scene, va, style=None):
    """The walk of `va` in words, and what each access to it would do."""
    style, space = style or Style(), scene.space
    mode, walk = space.mode, space.walk(va)
    lines = [f"0x{va:0{mode.digits}X} in {scene.name} = {hex_text(space.cr3)}, {mode.title}"]
    parts = fields(mode, va)
    wide = max(len(name) for name, _, _ in parts)
    lines += [f"  {name:<{wide}}  {value:<8} {digits}" for name, value, digits in parts]
    for step in walk.steps:
        name = mode.name(step.depth, step.index)
        if step.entry is None:
            lines.append(f"  {name:<11} at {hex_text(step.at)}: no memory was read there")
            continue
        lines.append(f"  {name:<11} at {hex_text(step.at)} = "
                     f"{hex_text(step.entry, 2 * mode.width)}  "
                     f"{entries.summary(space, step.depth, step.entry)}")
    if walk.end == "mapped":
        lines.append(style.paint(f"  {style.arrow} physical {hex_text(walk.pa)}, in a page of "
                                 f"{size_text(walk.size)}", "path"))
    return [*lines, *_accesses(space, walk)]


def _accesses(space, walk):
    """What reading, writing and executing give, from ring 0 and from ring 3."""
    lines = []
    for user in (False, True):
        for access in ACCESSES:
            fault = fault_of(space, walk, access, user)
            said = "done" if fault is None else f"#GP(0): {fault.why}" if fault.vector == 13 else \
                f"#PF, error 0x{fault.error:X} ({error_words(fault.error)}): {fault.why}"
            verb = {"read": "read", "write": "write", "fetch": "execute"}[access]
            lines.append(f"  {verb:<7} from ring {3 if user else 0}: {said}")
    return lines


def show(moment, scene, va=None, style=None, out=None):
    """Prints a moment's scene, or one address of it."""
    out = out or sys.stdout
    style = style or Style.of(out)
    on = " ".join(f"{register.upper()}.{name}" for register, name, is_on, _ in moment.switches()
                  if is_on)
    print(f"{moment.title}   {on or 'paging off'}", file=out)
    for note in moment.notes:
        print(note, file=out)
    if scene is None:
        return
    since = f"; changes since {scene.since}" if scene.since else ""
    print(scene.headline() + since, file=out)
    for line in address(scene, va, style) if va is not None else tree(scene, style):
        print(line, file=out)
    if va is None and any("b" in row.flags for card in scene.cards.by_frame.values()
                          for row in card.rows):
        print("! granted here, but a level above does not", file=out)
