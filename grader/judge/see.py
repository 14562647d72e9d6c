"""The debugger commands that show a failure, with real addresses. Used by judge.py."""

from string import Formatter


def _names(stop, outcome):
    """What a lesson's own commands may name: cr3, va, and the entries on the way to va."""
    names = {"cr3": stop.registers["cr3"]}
    if outcome.va is not None:
        names["va"] = outcome.va
        if stop.paging_mode() is not None:
            names.update((step.level.name.lower(), step.address)
                         for step in stop.paging().walk(outcome.va).steps)
    return {name: f"0x{value:x}" for name, value in names.items()}


def _own(texts, names):
    """The lesson's commands whose {names} are all known here."""
    return [text.format_map(names) for text in texts
            if all(field is None or field in names for _, field, _, _ in Formatter().parse(text))]


def commands(facts, check, outcome):
    """First the way there, then one debugger command each: "c" for every checkpoint up to the
    check's, then the check's own `see`, or the page and the entries of the failing address."""
    stop = facts.stop(check["at"])
    lines = _way(facts, stop.index + 1)
    names = _names(stop, outcome)
    if "see" in check:
        return lines + _own(check["see"], names)
    wide = stop.paging_mode() in ("pae", "4level", "5level") or check.get("mode") in \
        ("pae", "4level", "5level")
    if outcome.va is not None and stop.paging_mode() is not None:
        lines.append(f"page {names['va']}")
    return lines + _entries(outcome.rows, wide)


def _way(facts, stops):
    """The debugger's start, and "c" up to a stop."""
    number = facts.evidence["lesson"].partition("_")[0].lstrip("0")
    return [f"make LESSON={number} SEED={facts.seed} debug", *["c"] * stops]


def _entries(rows, wide):
    """One command for each entry in `rows`, four at most."""
    addresses = dict.fromkeys(row["address"] for row in rows if row.get("address"))
    return [f"xp /1{'g' if wide else 'w'}x {address}" for address in list(addresses)[:4]]


def at_the_end(facts, code, rows):
    """The same for a run that did not end well: to the last stop, and to what was missing there; a
    hang is interrupted. Nothing where the debugger shows no more than the message says."""
    lines = _way(facts, len(facts.stops))
    if code == "E-HANG":
        return lines + ["c", "Ctrl-C", "u /8"]
    mode = facts.end_place().paging_mode() if rows else None
    entries = _entries(rows, mode in ("pae", "4level", "5level"))
    return lines + entries if entries else []


def picture(check, outcome):
    """Which state a check looked at, for the picture: the stop, the space, the address or None."""
    root = check.get("root", "cr3")
    space = "CR3" if root == "cr3" else root.partition(":")[2]
    return {"stop": check["at"], "space": space,
            "va": None if outcome.va is None else f"0x{outcome.va:x}"}
