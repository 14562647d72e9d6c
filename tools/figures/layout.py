"""What a figure shows: rows of bit fields, made from a geometry and a row of figures.toml.

Knows no pixel and no character; text.py and svg.py draw what this returns.
"""

from dataclasses import dataclass, field, replace

from figures import Wrong
from figures.facts import geometry, size


@dataclass(frozen=True)
class Field:
    """Bits high down to low, what is written on them, and how they are coloured."""
    high: int
    low: int
    text: str
    kind: str                          # index0 … index4, offset, sign, address, flag, must, free
    says: str = ""                     # the same for a screen reader, where text is short
    note: str = ""                     # below it: its width, or its value

    @property
    def bits(self):
        return self.high - self.low + 1

    def spoken(self):
        where = f"bit {self.high}" if self.bits == 1 else f"bits {self.high} to {self.low}"
        note = f", {self.note}" if self.note else ""
        return f"{where}: {self.says or self.text}{note}"


@dataclass(frozen=True)
class Row:
    """Fields from the top bit down to bit 0."""
    fields: list
    label: str = ""
    arrows: list = field(default_factory=list)         # a text for each field: what leads down

    def spoken(self):
        head = f"{self.label}: " if self.label else ""
        return head + "; ".join(f.spoken() for f in self.fields) + "."


@dataclass(frozen=True)
class Figure:
    """One picture. alt is what stands in the Markdown, in place of the picture."""
    name: str
    alt: str
    rows: list

    def spoken(self):
        return " ".join(row.spoken() for row in self.rows)


def _bits(mask):
    """(highest, lowest) bit of a mask without holes."""
    return mask.bit_length() - 1, (mask & -mask).bit_length() - 1


# ---- Addresses -----------------------------------------------------------------------------------

def _value(address, high, low):
    value = address >> low & (1 << high - low + 1) - 1
    digits = -(-(high - low + 1) // 4)
    return f"0x{value:0{digits}X}", value


def _note(spec, high, low, is_index):
    """What stands below a field: its width, or what it is in the address of the example."""
    if "address" not in spec:
        return f"{high - low + 1} bits"
    text, value = _value(spec["address"], high, low)
    return f"{text} ({value})" if is_index and value > 9 else text if not is_index else str(value)


def _ruler_row(shape, spec, last, label):
    """The address as a walk cuts it that ends at level `last`."""
    names = spec.get("names", {})
    fields = []
    if shape.sign_extended:
        text = names.get("sign", f"copies of bit {shape.va_bits - 1}")
        fields.append((63, shape.va_bits, text, "sign", False))
    for number, level in enumerate(shape.levels):
        if level.level < last.level:
            break
        text = names.get(level.table, f"{level.table} index")
        high = level.shift + level.bits - 1
        fields.append((high, level.shift, text, f"index{number}", True))
    offset = names.get("offset", "byte in the page")
    if last.level > 1:
        offset = names.get(f"offset {last.entry}", f"byte in the {size(last.span_bytes)} page")
    fields.append((last.shift - 1, 0, offset, "offset", False))
    return Row([Field(high, low, text, kind, note=_note(spec, high, low, index))
                for high, low, text, kind, index in fields], label)


def ruler(name, spec):
    """How an address is cut. `ends` names the entries at which the walk may end, each a row."""
    shape = geometry(spec["geometry"])
    ends = [shape.level(end) for end in spec.get("ends", ["PTE"])]
    reads = {end.entry: len(shape.levels) - end.level + 1 for end in ends}
    labels = [f"{size(end.span_bytes)} page, {reads[end.entry]} reads" for end in ends]
    if len(ends) == 1:
        labels = [f"0x{spec['address']:0{shape.address_bits // 4}x}" if "address" in spec else ""]
    return Figure(name, spec["alt"], [_ruler_row(shape, spec, end, label)
                                      for end, label in zip(ends, labels)])


def translation(name, spec):
    """A virtual address, what becomes of its fields, and the physical address."""
    shape = geometry(spec["geometry"])
    above = _ruler_row(shape, spec, shape.level("PTE"), spec["virtual"])
    below = _ruler_row(shape, {**spec, "names": spec["becomes"]}, shape.level("PTE"),
                       spec["physical"])
    return Figure(name, spec["alt"], [Row(above.fields, above.label, spec["arrows"]), below])


# ---- Entries -------------------------------------------------------------------------------------

SPOKEN = {"P": "present", "RW": "writable", "US": "user", "PWT": "memory type, PWT",
          "PCD": "memory type, PCD", "A": "accessed", "D": "dirty", "PS": "page size",
          "G": "global", "PAT": "memory type, PAT", "XD": "execute-disable"}


def _kind(form, bit, maps_page):
    """(kind, name) of one bit: what runs of equal pairs make one field."""
    mask = 1 << bit
    for name, where in form.flags.items():
        if where == mask:
            return ("flag", name)
    if form.address & mask:
        return ("address", "frame" if maps_page else "table")
    if form.high & mask:
        return ("address", "high")
    return ("must", "0") if form.reserved & mask else ("free", "")


def _address_text(form, level, shape, name, high, low):
    if name == "high":
        return f"{high + form.high_shift}:{low + form.high_shift} of the frame"
    if name == "table":
        return f"address of the {shape.below(level).table}"
    return f"{high}:{low} of the frame" if form.high else "address of the frame"


def _entry_field(form, level, shape, key, high, low, spec):
    (kind, name), names = key, spec.get("names", {})
    if kind == "address":
        return Field(high, low, _address_text(form, level, shape, name, high, low),
                     "address" if name != "table" else "table")
    if kind == "must":
        return Field(high, low, "must be 0" if high - low > 5 else "0", kind, "must be 0")
    if kind == "free":
        return Field(high, low, "free" if high > low else ".", kind, "free")
    if name == "PS":
        is_page = form is level.maps_page
        return Field(high, low, f"{names.get('PS', 'PS')}={int(is_page)}", "must",
                     f"page size, must be {int(is_page)}")
    return Field(high, low, names.get(name, name), "flag", SPOKEN[name],
                 spec.get("notes", {}).get(name, ""))


def entry_row(shape, which, spec):
    """One entry format: which is "PDE:table", "PDE:page" or "PTE"."""
    entry, _, form_name = which.partition(":")
    level = shape.level(entry)
    form = level.names_table if form_name == "table" else level.maps_page
    if form is None:
        raise Wrong(f'An entry "{which}" does not exist in {shape.name} paging.')
    fields, high = [], shape.entry_bytes * 8 - 1
    while high >= 0:
        key, low = _kind(form, high, form is level.maps_page), high
        while low > 0 and _kind(form, low - 1, form is level.maps_page) == key:
            low -= 1
        fields.append(_entry_field(form, level, shape, key, high, low, spec))
        high = low - 1
    return Row(fields, _entry_label(shape, level, form))


def _entry_label(shape, level, form):
    if level.names_table is None or level.maps_page is None:
        return level.entry
    if form is level.names_table:
        return f"{level.entry}, names a {shape.below(level).table}"
    return f"{level.entry}, {size(level.span_bytes)} page"


def entries(name, spec):
    """Formats of entries, one below the other."""
    shape = geometry(spec["geometry"])
    rows = [entry_row(shape, which, spec) for which in spec["entries"]]
    if "label" in spec:
        rows = [replace(row, label=spec["label"]) for row in rows]
    return Figure(name, spec["alt"], rows)


# ---- What is no geometry -------------------------------------------------------------------------

def bits(name, spec):
    """A word that no geometry describes: its fields stand in figures.toml, [high, low, text]."""
    fields = [Field(f["high"], f["low"], f["text"], f["kind"], f.get("says", ""))
              for f in spec["fields"]]
    tops = [f.high for f in fields[1:]] + [-1]
    if any(f.low - 1 != top for f, top in zip(fields, tops)):
        raise Wrong(f"The fields of the figure {name} leave a gap, or overlap.")
    return Figure(name, spec["alt"], [Row(fields, spec.get("label", ""))])


SHAPES = {"ruler": ruler, "translation": translation, "entries": entries, "bits": bits}
