"""Entries, rights and addresses as people read them. Used by every part that writes messages.

Hex is never cut short. [-] marks a bit that is missing, [US] one that should not be there.
"""

from grader.judge.paging.walk import P, PS, RW, U, US, W, X, XD

_NAMES = ((P, "P"), (RW, "RW"), (US, "US"), (PS, "PS"), (XD, "XD"))
_FLAGS = ((P, "P"), (RW, "RW"), (US, "US"), (1 << 3, "PWT"), (1 << 4, "PCD"), (1 << 5, "A"),
          (1 << 6, "D"), (1 << 8, "G"), (XD, "XD"))


def address(value, digits=8):
    """0x00403A10; at least `digits` digits, 16 when the value needs more than 32 bits."""
    return f"0x{value:0{16 if value >> 32 else digits}X}"


def entry_hex(mode, entry):
    """An entry in full width."""
    return f"0x{entry:0{2 * mode.entry_bytes}X}"


def bits_text(entry, other=None, last=True):
    """The judged bits of `entry`: P RW US PS XD. With `other`, wrong ones are marked.

    last: an entry of a PTE, whose bit 7 is PAT."""
    words = []
    for bit, name in _NAMES:
        if bit == PS and last:
            continue
        here = bool(entry & bit)
        if other is not None and here != bool(other & bit):
            words.append(f"[{name}]" if here else "[-]")
        elif here:
            words.append(name)
    return " ".join(words) or "nothing"


def row(what, want, have, where=None, note=""):
    """One line of a comparison, as result.json holds it."""
    return {"what": what, "want": want, "have": have,
            "address": None if where is None else f"0x{where:x}", "note": note}


def flag_names(mask):
    """Bits of an entry by name: "RW and G"; what has no name as "bits 0x200"."""
    names = [name for bit, name in _FLAGS if mask & bit]
    rest = mask & ~sum(bit for bit, _ in _FLAGS)
    return " and ".join(names + ([f"bits 0x{rest:X}"] if rest else []))


def rights_text(rights):
    """A mask of effective rights in words."""
    words = ["writable" if rights & W else "read only"]
    if rights & U:
        words.append("user")
    if not rights & X:
        words.append("not executable")
    return ", ".join(words)


def found_text(walk):
    """What a walk gave, in one phrase."""
    if walk.mapped:
        return f"{address(walk.pa)} ({rights_text(walk.rights)})"
    if walk.end == "noncanonical":
        return "not a canonical address"
    last = walk.last
    if walk.end == "no_table":
        return f"{last.name} would lie at {address(last.address)}, where no table can be"
    return f"{'a reserved bit' if walk.end == 'reserved' else 'not present'} at {last.name}"


def wanted_entry(paging, step, want, pa):
    """The bits `step` should hold so that `want` (a Row) reaches `pa`; free bits stay as found."""
    level = step.level
    leaf = level.leaf == "always" or want.leaf == 1 << level.shift
    entry = (step.entry or 0) | P
    if level.rights:
        entry |= (RW if want.must & W else 0) | (US if want.must & U else 0)
    if want.must & X:
        entry &= ~XD
    if level.leaf != "always":
        entry = entry | PS if leaf else entry & ~PS
    if leaf:
        entry &= ~((RW if want.must_not & W else 0) | (US if want.must_not & U else 0))
        if pa is not None:
            entry = entry & ~paging.address_mask | pa & ~((1 << level.shift) - 1)
    return entry & ~paging.reserved[paging.mode.levels.index(level)][leaf]


def _step_row(paging, step, want, pa):
    """One step of a walk beside what it should hold."""
    if step.entry is None:
        return row(step.name, "a table", "outside the memory that tables lie in", step.address)
    good = wanted_entry(paging, step, want, pa)
    last = step.level.leaf == "always"
    table = not last and want.leaf < 1 << step.level.shift
    unknown = table and (step.entry == 0 or bool(step.entry & PS))
    shown = "and a table" if unknown else entry_hex(paging.mode, good)
    return row(step.name, f"{bits_text(good, None, last):<7} {shown}",
               f"{bits_text(step.entry, good, last):<7} {entry_hex(paging.mode, step.entry)}",
               step.address)


def step_rows(paging, walk, want, pa):
    """Rows that put every step of `walk` beside what `want` needs there."""
    rows = [_step_row(paging, step, want, pa) for step in walk.steps]
    if rows and walk.mapped:
        joint = {1: "", 2: ", the AND of both"}.get(len(rows), f", the AND of all {len(rows)}")
        rows[-1]["note"] = f"effective: {rights_text(walk.rights)}{joint}"
    return rows
