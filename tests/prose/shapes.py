"""What a geometry says about numbers: which need no other reason in a lesson that has it."""

from figures.facts import geometry
from figures.layout import entry_row


def table_bytes(shape, level):
    return level.entries * shape.entry_bytes


class Shapes:
    """The numbers of some geometries."""

    def __init__(self, names):
        self.names = list(names)
        self.decimals, self.sizes, self.hexes = set(), set(), set()
        self.ranges, self.bits, self.exponents, self.address = set(), set(), {64}, 0
        for name in self.names:
            self._add(geometry(name))

    def _add(self, shape):
        self.decimals |= {shape.va_bits, shape.address_bits}
        if shape.sign_extended:
            self.ranges |= {(63, shape.va_bits), (63, shape.va_bits - 1), (shape.va_bits - 1, 0)}
            self.bits |= {63, shape.va_bits, shape.va_bits - 1}
            self.decimals.add(64 - shape.va_bits)
            self.exponents.add(shape.va_bits - 1)
        for level in shape.levels:
            self.exponents |= {level.shift, level.shift - shape.levels[-1].shift}
            self.ranges |= {(level.shift + level.bits - 1, level.shift), (level.shift - 1, 0)}
            self.decimals |= {level.bits, level.shift, level.entries, level.span_bytes,
                              table_bytes(shape, level)}
            self.hexes |= {level.span_bytes, level.span_bytes - 1, level.entries - 1,
                           table_bytes(shape, level)}
            self.sizes |= {level.span_bytes, table_bytes(shape, level)}
            self._add_entries(shape, level)
        self.sizes.add(1 << shape.va_bits)
        self.exponents |= {shape.va_bits, shape.va_bits - shape.levels[-1].shift}

    def _add_entries(self, shape, level):
        forms = [(f"{level.entry}:table", level.names_table), (level.entry, level.maps_page)]
        for which, form in forms:
            if form is None:
                continue
            self.hexes.add(form.address)
            self.address |= form.address
            for field in entry_row(shape, which, {}).fields:
                self.bits |= {field.high, field.low}
                if field.bits > 1:
                    self.ranges.add((field.high, field.low))
                if field.kind == "flag":
                    self.hexes.add(1 << field.low)
            if form.high:
                low = form.high_shift
                self.ranges.add((form.high.bit_length() - 1 + low,
                                 (form.high & -form.high).bit_length() - 1 + low))
