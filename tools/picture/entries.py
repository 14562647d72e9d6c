"""What the bits of one entry say, in words. Used by tree.py and written into the page.

From the SDM's figures of the entries, volume 3A, chapter "Paging"."""

from picture.geometry import A, D, G, P, PAT_LARGE, PAT_SMALL, PCD, PS, PWT, RW, US, XD

# (bit, name, words when set, words when clear); the tables say which of them a kind of entry has.
_BITS = {
    "P": (P, "present", "not present: the walk ends here"),
    "RW": (RW, "writable", "read-only"),
    "US": (US, "ring 3 may use it", "supervisor only"),
    "PWT": (PWT, "write-through", ""),
    "PCD": (PCD, "cache disabled", ""),
    "A": (A, "accessed: the CPU has used it", "not used yet"),
    "D": (D, "dirty: the CPU has written", "not written yet"),
    "PS": (PS, "maps a large page", "names a table"),
    "G": (G, "global: stays in the TLB", ""),
    "PAT": (PAT_SMALL, "PAT: chooses the memory type", ""),
    "PAT12": (PAT_LARGE, "PAT: chooses the memory type", ""),
    "XD": (XD, "must not be executed", "executable"),
}
_PAGE = ("P", "RW", "US", "PWT", "PCD", "A", "D", "PAT", "G")
_LARGE = ("P", "RW", "US", "PWT", "PCD", "A", "D", "PS", "G", "PAT12")
_TABLE = ("P", "RW", "US", "PWT", "PCD", "A")


def names(space, depth, large):
    """Which bits an entry of this level has, when it maps a page or names a table."""
    level = space.mode.levels[depth]
    if space.mode.key == "flat":
        return ("P", "RW", "US", "A", "D")
    if not level.rights:
        return ("P", "PWT", "PCD")
    kind = (_PAGE if level.shift == 12 else _LARGE) if large else _TABLE
    if not large and level.large in ("ps", "pse") and (level.large == "ps" or space.features.pse):
        kind += ("PS",)
    return kind + (("XD",) if space.has_execute else ())


def bits(space, depth, entry):
    """[(name, bit mask, is set, words)] of an entry; an absent one has only P."""
    if not entry & P:
        return [("P", P, False, _BITS["P"][2])]
    return [(name.rstrip("12"), _BITS[name][0], bool(entry & _BITS[name][0]),
             _BITS[name][1] if entry & _BITS[name][0] else _BITS[name][2])
            for name in names(space, depth, space.maps_page(depth, entry))]


def summary(space, depth, entry):
    """The bits that are set, by name, and what is denied in words."""
    found = bits(space, depth, entry)
    if not entry & P:
        return found[0][3]
    return " ".join(name for name, _, on, _ in found if on)


def tables():
    """The data above for the page: masks as hexadecimal text."""
    return {"bits": {name: [f"{bit:x}", yes, no] for name, (bit, yes, no) in _BITS.items()},
            "page": _PAGE, "large": _LARGE, "table": _TABLE}
