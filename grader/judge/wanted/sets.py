"""The mappings a lesson wants: [set.NAME] and [kernel] of checks.toml as sorted rows.

Used by the check kinds and the diagnosis. It must not look at what a guest built, apart from the
notes a set names.
"""

from typing import NamedTuple

from grader.formats.values import Trouble, evaluate
from grader.judge.paging.walk import PAGE, U, W, X, canonical
from grader.judge.wanted import draws, table as wanted_table
from grader.judge.wanted.pieces import largest_pages

SIZES = {"4K": 1 << 12, "2M": 1 << 21, "4M": 1 << 22, "1G": 1 << 30}


class Row(NamedTuple):
    """[va, va + size) must lead to [pa, …), or to any frame when pa is None.

    must and must_not are masks of rights; origin is "row", "random" or "kernel". largest: the
    bytes of the largest page allowed in the range that the row was cut from, or 0."""
    va: int
    size: int
    pa: int | None
    must: int = W
    must_not: int = U
    leaf: int = PAGE
    exact_leaf: bool = False
    origin: str = "row"
    name: str = ""
    largest: int = 0


class Wanted(NamedTuple):
    """A set: what must be mapped (sorted by va), what must not, and the kernel's own ranges."""
    rows: list
    absent: list
    kernel: list

    def everything(self):
        """Rows and kernel ranges in one sorted list without overlaps: rows and absent win."""
        taken = sorted([(row.va, row.va + row.size) for row in (*self.rows, *self.absent)])
        rest = [piece for row in self.kernel for piece in _without(row, taken)]
        return sorted((*self.rows, *_merged(rest)), key=lambda row: row.va)

    def at(self, va):
        """The row that covers `va`, or None."""
        for row in (*self.rows, *self.absent, *self.kernel):
            if row.va <= va < row.va + row.size:
                return None if row in self.absent else row
        return None


def rights(flags):
    """(must, must_not) of a flags text: W and U are judged both ways; X must, x must not."""
    must = (W if "W" in flags else 0) | (U if "U" in flags else 0) | (X if "X" in flags else 0)
    return must, (W | U) & ~must | (X if "x" in flags else 0)


def _without(row, taken):
    """`row` cut where rows of the set already lie."""
    low, end = row.va, row.va + row.size
    for start, stop in taken:
        if stop <= low or start >= end:
            continue
        if start > low:
            yield _cut(row, low, start)
        low = max(low, stop)
    if low < end:
        yield _cut(row, low, end)


def _cut(row, low, high):
    """The part [low, high) of `row`."""
    pa = None if row.pa is None else row.pa + low - row.va
    return row._replace(va=low, size=high - low, pa=pa)


def _merged(rows):
    """Kernel ranges may overlap each other (image and arrays): keep each page once."""
    result, covered = [], []
    for row in rows:
        pieces = list(_without(row, sorted(covered)))
        result += pieces
        covered += [(piece.va, piece.va + piece.size) for piece in pieces]
    return result


def _address(facts, stop, spec, long_name, page_name):
    """An address given as an expression (`long_name`) or as a page or frame number."""
    if long_name in spec:
        if spec[long_name] == "any":
            return None
        return evaluate(spec[long_name], facts, stop)
    if page_name not in spec:
        raise Trouble(f'a row needs "{long_name}" or "{page_name}"')
    return evaluate(spec[page_name], facts, stop) * PAGE


def row_of(facts, stop, spec, flags, origin="row"):
    """One entry of rows. "pages" counts pages of "size" (4K)."""
    leaf = SIZES[spec.get("size", "4K")]
    must, must_not = rights(spec.get("flags", flags))
    size = evaluate(spec.get("pages", 1), facts, stop) * leaf
    va = _address(facts, stop, spec, "va", "page")
    pa = _address(facts, stop, spec, "pa", "frame")
    return Row(va, size, pa, must, must_not, leaf, "size" in spec, origin, spec.get("name", ""))


def rows_of(facts, stop, spec, flags):
    """One entry of rows as Rows: one, or with `largest` one for each stretch of one page size."""
    row = row_of(facts, stop, spec, flags)
    if "largest" not in spec:
        return [row]
    largest = SIZES[spec["largest"]]
    return [row._replace(va=va, pa=pa, size=size, leaf=leaf, exact_leaf=True, largest=largest)
            for va, pa, size, leaf in largest_pages(row.va, row.pa, row.size, largest)]


def absent_of(facts, stop, spec):
    """One entry of absent: a page number, an address expression, or a table with va and pages."""
    if isinstance(spec, int):
        return Row(spec * PAGE, PAGE, None)
    if isinstance(spec, str):
        return Row(evaluate(spec, facts, stop), PAGE, None)
    pages = evaluate(spec.get("pages", 1), facts, stop)
    return Row(_address(facts, stop, spec, "va", "page"), pages * PAGE, None,
               name=spec.get("name", ""))


def random_rows(facts, checks, spec, va_bits):
    """(mapped, unmapped again) of a random part, drawn as CONTRACT.md section 4 says."""
    draw, drawn = draws.begin(facts, checks, spec["draw"])
    spec, after = {**drawn, **spec}, facts.stop(drawn["after"])
    low, high = (evaluate(value, facts, after) for value in spec["page"])
    frame_low, frame_high = (evaluate(value, facts, after) for value in spec["frame"])
    width = (high - low + 1) // spec["count"]
    must, must_not = rights(spec.get("flags", "W"))
    unit = SIZES[spec.get("size", "4K")]
    leaf = SIZES[spec.get("leaf", spec.get("size", "4K"))]
    mapped, cut = [], []
    for index in range(spec["count"]):
        page = low + index * width + draw.below(width)
        frame = frame_low + draw.below(frame_high - frame_low + 1)
        pages = spec.get("pages", 1)
        if isinstance(pages, list):
            least, most = (evaluate(value, facts, after) for value in pages)
            pages = least + draw.below(most - least + 1)
        row = Row(canonical(page * unit, va_bits), pages * unit, frame * unit, must, must_not,
                  leaf, "size" in spec, origin="random")
        gone = spec.get("cut") and index % spec["cut"] == spec["cut"] - 1
        (cut if gone else mapped).append(row)
    return mapped, cut


def kernel_rows(facts, stop, ranges):
    """[kernel] ranges: identity unless pa is given, whole pages, "W" unless flags is given."""
    rows = []
    for spec in ranges:
        low = evaluate(spec["from"], facts, stop) & ~(PAGE - 1)
        if "to" in spec:
            size = (evaluate(spec["to"], facts, stop) - low + PAGE - 1) & ~(PAGE - 1)
        else:
            size = evaluate(spec.get("pages", 1), facts, stop) * PAGE
        if size <= 0 or size >> 52:
            raise Trouble(f'kernel range "{spec.get("name", low)}" has {size} bytes')
        must, must_not = rights(spec.get("flags", "W"))
        pa = evaluate(spec.get("pa", low), facts, stop)
        rows.append(Row(low, size, pa, must, must_not, SIZES[spec.get("size", "4K")],
                        origin="kernel", name=spec.get("name", "")))
    return rows


def expand(facts, checks, name, stop):
    """The set `name` as it must stand at `stop`."""
    spec = checks["set"][name]
    va_bits = 32 if checks.get("width", 64) == 32 else checks.get("va_bits", 48)
    flags = spec.get("flags", "W")
    rows = [one for row in spec.get("rows", []) for one in rows_of(facts, stop, row, flags)]
    absent = [absent_of(facts, stop, row) for row in spec.get("absent", [])]
    if "table" in spec:
        more, none = wanted_table.entries(facts, spec["table"])
        rows += [row_of(facts, stop, row, flags, row["origin"]) for row in more]
        absent += [absent_of(facts, stop, row) for row in none]
    if "random" in spec:
        mapped, cut = random_rows(facts, checks, {"flags": flags, **spec["random"]}, va_bits)
        rows, absent = rows + mapped, absent + cut
    kernel = []
    if spec.get("kernel"):
        kernel = kernel_rows(facts, stop, checks.get("kernel", {}).get("ranges", []))
    rows.sort(key=lambda row: row.va)
    for one, two in zip(rows, rows[1:]):
        if one.va + one.size > two.va:
            raise Trouble(f'set "{name}": rows at 0x{one.va:x} and 0x{two.va:x} overlap')
    return Wanted(rows, absent, kernel)
